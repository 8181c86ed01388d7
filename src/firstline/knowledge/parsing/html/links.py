"""The links of a page, for the crawler: quick, absolute, without those that ask not to be followed."""

import re
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from firstline.knowledge.model import UnreadableDocument
from firstline.knowledge.parsing.html.decode import tree_of

__all__ = ["links_of", "robots_of"]

MOST_LINKS = 5000


def links_of(html: bytes | str, base: str, content_type: str = "") -> list[str]:
    """Absolute http(s) addresses in the page's order, each once, without fragment. None when it says nofollow."""
    try:
        tree = tree_of(html, content_type)
    except UnreadableDocument:
        return []
    if "nofollow" in robots_of(tree):
        return []
    declared = next((node.get("href") for node in tree.iter("base") if node.get("href")), "")
    base = _joined(base, declared) or base if declared else base
    found: dict[str, None] = {}
    for node in tree.iter("a", "area"):
        href = (node.get("href") or "").strip()
        if (
            not href
            or href.startswith("#")
            or {"nofollow", "ugc", "sponsored"} & set((node.get("rel") or "").lower().split())
        ):
            continue
        if (address := _joined(base, href)) and address not in found:
            found[address] = None
            if len(found) >= MOST_LINKS:
                break
    return list(found)


def _joined(base: str, href: str) -> str | None:
    try:
        address = urldefrag(urljoin(base, re.sub(r"[\t\r\n]", "", href))).url
        parts = urlsplit(address)
        return address if parts.scheme in ("http", "https") and parts.hostname else None
    except ValueError:
        return None


def robots_of(tree: Any) -> set[str]:
    """The words of every meta robots."""
    named = (n for n in tree.iter("meta") if (n.get("name") or "").lower() in ("robots", "googlebot", "firstlinebot"))
    said = {word.strip() for node in named for word in (node.get("content") or "").lower().split(",")}
    return said | ({"noindex", "nofollow"} if "none" in said else set())
