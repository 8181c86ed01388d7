"""A document before it is chunked: what must not be indexed is taken out, what is in doubt is shown to the owner.

The policy stands in data/governance.toml. What the owner has allowed (by fingerprint) stays in the text and stays listed.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256

from firstline.knowledge.governance.cutting import cut
from firstline.knowledge.governance.injection import injections
from firstline.knowledge.governance.invisible import comments, hidden, visible, without_comments
from firstline.knowledge.governance.model import Finding, Governed, Hit, rules, triggers
from firstline.knowledge.governance.personal_data import personal_data
from firstline.knowledge.governance.secrets import secrets
from firstline.knowledge.model import Parsed
from firstline.knowledge.wording import fold
from firstline.tenancy.model import Business

__all__ = ["govern", "govern_parsed"]

HEADING = re.compile(r"^#{1,6}\s+(.{1,200}?)\s*#*$", re.M)
AROUND = 40  # characters of context in an excerpt
CONTEXT_WORDS = 2  # words before a match that its fingerprint knows
NEAR = 8  # hits before and after one that may stand in its excerpt
TAIL = {"payment_card": 4, "iban": 4, "phone": 2}  # last characters that stay readable in an excerpt


def govern(
    markdown: str, *, business: Business, source_type: str, visibility: str, allowed: frozenset[bytes] = frozenset()
) -> Governed:
    """The text as it may be indexed. Never raises on any text; time is linear in its length."""
    smuggled = [_hidden_finding(hit, business) for hit in hidden(markdown)]
    text = visible(markdown)
    hits: list[Hit] = []
    for start, end in comments(text):
        hits += _of_comment(text[start:end], start)
    words = triggers().of(text.lower())
    hits += secrets(text, words)
    hits += personal_data(text, business, source_type, words)
    hits += injections(text)
    hits = _apart(hits, len(text))
    findings: dict[bytes, Finding] = {finding.fingerprint: finding for finding in smuggled}
    gone: list[Hit] = []
    headings = [(match.end(), match[1]) for match in HEADING.finditer(text)] if hits else []
    for at, hit in enumerate(hits):
        mark = _fingerprint(hit, text, business)
        taken = mark not in allowed and _redacts(hit, visibility)
        section = _section(headings, hit.start)
        finding = Finding(
            hit.kind,
            "redacted" if taken else "flagged",
            rules()["severity"].get(hit.type, "warning") if hit.sure else "info",
            mark,
            _excerpt(hit, text, hits[max(0, at - NEAR) : at + NEAR]),
            {"type": hit.type, "where": section, **({"note": hit.note} if hit.note else {})},
        )
        findings.setdefault(mark, finding)
        if taken:
            gone.append(hit)
    governed = cut(text, gone)
    governed = without_comments(governed)
    return Governed(governed, tuple(findings.values()))


def govern_parsed(
    parsed: Parsed, *, business: Business, visibility: str, allowed: frozenset[bytes] = frozenset()
) -> tuple[Parsed, tuple[Finding, ...]]:
    """The same for a parsed document: its text, its title, and each question and answer of its rows.

    FAQ rows and canned replies are the owner's own, typed to be said: nothing is taken out of them, only told.
    """
    own = parsed.source_type == "faq" or bool(parsed.metadata.get("canned"))
    found: dict[bytes, Finding] = {}

    def clean(text: str) -> str:
        made = govern(text, business=business, source_type=parsed.source_type, visibility=visibility, allowed=allowed)
        told = (replace(f, action="flagged") if own else f for f in made.findings)
        found.update({f.fingerprint: f for f in told})
        return text if own else made.markdown

    if parsed.source_type == "profile":  # the owner's own words about their own business
        return parsed, ()
    faqs = tuple(replace(faq, question=clean(faq.question), answer=clean(faq.answer)) for faq in parsed.faqs)
    faqs = tuple(faq for faq in faqs if faq.question.strip() and faq.answer.strip()) if not own else faqs
    made = replace(parsed, title=clean(parsed.title), markdown=clean(parsed.markdown), faqs=faqs)
    return made, tuple(found.values())


def _section(headings: list[tuple[int, str]], at: int) -> str:
    found = bisect_right(headings, at, key=lambda heading: heading[0])
    return headings[found - 1][1] if found else ""


def _redacts(hit: Hit, visibility: str) -> bool:
    if visibility != "internal":
        return hit.sure or hit.withheld
    kept = rules()["policy"]["internal_redacted"]
    return hit.sure and (hit.kind in kept or hit.type in kept)


def _of_comment(comment: str, at: int) -> Iterator[Hit]:
    """A comment is never content; one that speaks to the assistant is told."""
    said = comment[4:-3].strip()
    for hit in injections(said):
        yield replace(hit, start=at, end=at + len(comment), sure=True, note=said[:200])


def _apart(hits: list[Hit], length: int) -> list[Hit]:
    """In order, none overlapping: a sure one before one in doubt, an injection before what is in it, then the longer."""
    kept: list[Hit] = []
    taken = bytearray(length)
    for hit in sorted(hits, key=lambda h: (not h.sure, h.kind != "injection", h.start - h.end)):
        if hit.end > hit.start and taken.find(1, hit.start, hit.end) < 0:
            kept.append(hit)
            taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
    return sorted(kept, key=lambda h: h.start)


def _fingerprint(hit: Hit, text: str, business: Business) -> bytes:
    """Of the business, the kind, the words found and the two before them: the same at the next reading."""
    line = text[text.rfind("\n", 0, hit.start) + 1 : hit.start][-80:]
    before = " ".join(re.findall(r"\w+", fold(line))[-CONTEXT_WORDS:])
    said = re.sub(r"[\W_]+", "", text[hit.start : hit.end].casefold())
    return _digest(business, hit, said, before)


def _digest(business: Business, hit: Hit, *parts: str) -> bytes:
    return sha256("\0".join([str(business.id), hit.kind, hit.type, *parts]).encode("utf-8", "replace")).digest()


def _excerpt(hit: Hit, text: str, hits: list[Hit]) -> str:
    """The line around a hit, everything found in it masked; of an instruction its words, for the owner must see them."""
    begin = max(text.rfind("\n", 0, hit.start) + 1, hit.start - AROUND)
    stop = text.find("\n", hit.end)
    end = min(stop if stop >= 0 else len(text), hit.end + AROUND)
    if hit.kind == "injection":
        end = min(hit.end, hit.start + 240)
    out, at = [], begin
    for other in hits:
        if other.kind == "injection" or other.end <= begin or other.start >= end:
            continue
        out += [text[at : max(at, other.start)], _masked(text[other.start : other.end], other.type)]
        at = max(at, other.end)
    return " ".join("".join([*out, text[at:end]]).split())[:400]


def _masked(said: str, kind: str) -> str:
    tail = TAIL.get(kind, 0)
    if kind == "payment_card":  # what stands behind its number shows nothing
        said = re.split(r"[^\d -]", said)[0].strip()[:23]
    if kind in ("email", "private_email"):
        return f"{said[:1]}•••@{said.rpartition('@')[2]}"
    return "••••" + (said[-tail:] if tail and len(said) > 2 * tail else "")


def _hidden_finding(hit: Hit, business: Business) -> Finding:
    mark = _digest(business, hit, hit.note)
    detail = {"type": hit.type, "where": "", "note": hit.note}
    return Finding(
        "injection", "redacted", rules()["severity"].get(hit.type, "warning"), mark, visible(hit.note)[:240], detail
    )
