"""One page to its proposal: what it states as data first, what its text says for the rest."""

import re
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

from firstline.knowledge.model import UnreadableDocument
from firstline.knowledge.parsing.html.decode import tree_of
from firstline.knowledge.parsing.html.head import about
from firstline.knowledge.parsing.html.lines import lines_of
from firstline.knowledge.parsing.html.regions import Regions
from firstline.knowledge.parsing.html.sifting import sifted
from firstline.knowledge.structured.business import businesses, faqs_of, of_node, stated_country
from firstline.knowledge.structured.from_text import fields_of_text, services_of_text
from firstline.knowledge.structured.offers import service_of
from firstline.knowledge.structured.proposal import Found, Proposal, merged
from firstline.knowledge.structured.reading import Node, nodes_of
from firstline.knowledge.structured.values import all_of

__all__ = ["proposed"]

REACH = ("tel:", "mailto:")


def proposed(html: bytes | str, url: str, *, country: str = "", content_type: str = "") -> Proposal:
    """What a page proposes for its business's profile and FAQs. Never raises: a page that says nothing proposes nothing.

    `country` (ISO 3166) is how national phone numbers are read when the page itself names none; the language's or the
    domain's country otherwise, else US.
    """
    try:
        tree = tree_of(html, content_type)
    except UnreadableDocument:
        return Proposal(url=url)
    nodes = nodes_of(tree)
    language = about(tree, url).get("language") or "en"
    home = stated_country(nodes) or country or _country(tree, url)
    links = [h for a in tree.iter("a") if (h := (a.get("href") or "").strip()).lower().startswith(REACH)]
    found = businesses(nodes)
    stated = merged([of_node(node, url, home, language) for node in found])
    lines = sifted(lines_of(tree, Regions(tree)))
    spoken = _spoken(lines, links, url, home, language, priced=any(s.price_low is not None for s in stated.services))
    extra = Proposal(url, language, services=tuple(_loose_services(nodes, url)), faqs=tuple(faqs_of(nodes, language)))
    both = merged([stated, extra, spoken])
    fields = dict(both.fields)
    if "currency" not in fields and (currency := _currency(both)):
        fields["currency"] = currency
    return Proposal(
        url,
        language,
        fields,
        both.services,
        both.faqs,
        both.same_as,
        both.images,
        both.logo,
        both.price_range,
        both.conflicts,
    )


def _spoken(lines: list[Any], links: list[str], url: str, country: str, language: str, *, priced: bool) -> Proposal:
    services = () if priced else tuple(services_of_text(lines, url))
    return Proposal(url, language, fields_of_text(lines, links, url, country), services)


def _loose_services(nodes: list[Node], url: str) -> list[Any]:
    """Services that stand beside the business instead of in its catalogue."""
    loose = [
        n
        for n in nodes
        if set(n["@type"]) & {"Service", "Product"} or ("Offer" in n["@type"] and all_of(n, "itemOffered"))
    ]
    return [s for n in loose[:200] if (s := service_of(n, url))]


def _currency(proposal: Proposal) -> Found | None:
    named = Counter(s.currency for s in proposal.services if s.currency and len(s.currency) == 3)
    if not named:
        return None
    code, _ = named.most_common(1)[0]
    first = next(s for s in proposal.services if s.currency == code)
    return Found(code, first.source, min(first.confidence, 0.8), first.words)


def _country(tree: Any, url: str) -> str:
    tag = re.match(r"[a-z]{2,3}[-_]([A-Za-z]{2})\b", tree.get("lang") or "")
    try:
        ending = (urlsplit(url).hostname or "").rsplit(".", 1)[-1]
    except ValueError:
        ending = ""
    if ending in ("es", "mx", "uk", "ca", "au", "ar", "cl", "pe", "nz", "ie"):
        return "GB" if ending == "uk" else ending.upper()
    return tag[1].upper() if tag else "US"
