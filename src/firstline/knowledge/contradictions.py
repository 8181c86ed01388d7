"""Where two texts of a business give different prices for one thing: found when a document is complete, shown to the owner.

Strict on purpose: sizes, models, days and conditions make a price one of something else, ranges that overlap agree, and
a document that knows several prices for a thing contradicts nobody who names one of them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from uuid import UUID

from firstline.knowledge.governance.model import Finding
from firstline.knowledge.price_mentions import Mention, words
from firstline.knowledge.wording import fold

__all__ = ["Contradiction", "Held", "clash", "contradictions", "same_thing"]

ONCE = frozenset({"", "job", "visit"})  # a price without a unit is one for the job
ALIKE = Decimal("0.01")  # of an amount: rounding, "$99" and "$99.00"


@dataclass(frozen=True, slots=True)
class Held:
    """A price with the document it stands in."""

    mention: Mention
    document_id: UUID
    title: str = ""
    effective: date | None = None


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two prices of one thing; `first` in the document with the lower id. `newer`: title of the later effective one, or ''."""

    first: Held
    second: Held
    newer: str = ""

    def finding(self, business_id: UUID) -> Finding:
        """As kb_findings has it; the fingerprint is of both sentences, so an owner's decision outlives a re-reading."""
        one, two = self.first.mention, self.second.mention
        said = sorted(" ".join(fold(m.sentence).split()) for m in (one, two))
        mark = sha256("\0".join([str(business_id), "contradiction", *said]).encode("utf-8", "replace")).digest()
        detail = {
            "type": "price_newer" if self.newer else "price",
            "where": one.section,
            "about": one.label if any(w.startswith("=") for w in one.subject) or len(one.label) < 60 else one.section,
            "first": _amount(one),
            "second": _amount(two),
            "newer": self.newer,
            "sentences": [one.sentence, two.sentence],
            "titles": [self.first.title, self.second.title],
        }
        severity = "info" if self.newer else "warning"
        return Finding("contradiction", "flagged", severity, mark, one.sentence[:400], detail)


def _amount(mention: Mention) -> str:
    low, high = (
        f"{value:f}".rstrip("0").rstrip(".") if value % 1 == 0 and "." in f"{value:f}" else f"{value:f}"
        for value in (mention.low, mention.high)
    )
    return low if low == high else f"{low} - {high}"


def same_thing(one: Mention, two: Mention) -> bool:
    """Whether both are prices of one thing and unit."""
    if one.unit != two.unit and not {one.unit, two.unit} <= ONCE:
        return False
    differ = one.subject ^ two.subject
    if any(word.startswith(("#", "=")) or word in words()["distinct"] for word in differ):
        return False
    shared = {word for word in one.subject & two.subject if not word.startswith("#")}
    if not shared - words()["distinct"]:
        return False
    return not differ


def clash(one: Mention, two: Mention) -> bool:
    """Whether the amounts cannot both be true: ranges apart, exact ones different, an exact one below a "from"."""
    (a, b), (c, d) = _span(one), _span(two)
    if one.shape == two.shape and one.shape in {"from", "up_to"}:
        return abs(one.low - two.low) > ALIKE * max(one.low, two.low)
    slack = ALIKE * max(one.high, two.high)
    if "about" in {one.shape, two.shape}:
        slack = words()["shape"]["tolerance"] * max(one.high, two.high)
    return b + slack < c or d + slack < a


def _span(mention: Mention) -> tuple[Decimal, Decimal]:
    most = Decimal(10) ** 12
    if mention.shape == "from":
        return mention.low, most
    return (Decimal(0), mention.high) if mention.shape == "up_to" else (mention.low, mention.high)


def contradictions(changed: Iterable[Held], others: Iterable[Held]) -> Iterator[Contradiction]:
    """Those between a document's prices and `others`, and within it between its sections; one a pair of documents and thing."""
    own = list(changed)
    by_word: dict[str, list[Held]] = defaultdict(list)
    for held in others:
        for word in held.mention.subject:
            if not word.startswith("#") and word not in words()["distinct"]:
                by_word[word].append(held)
    done: set[tuple[UUID, frozenset[str], str]] = set()
    for held in own:
        near = {id(o): o for word in held.mention.subject for o in by_word.get(word, ())}
        groups: dict[UUID, list[Held]] = defaultdict(list)
        for other in near.values():
            if other.document_id != held.document_id and same_thing(held.mention, other.mention):
                groups[other.document_id].append(other)
        mine = [o for o in own if same_thing(held.mention, o.mention)]
        for document_id, theirs in groups.items():
            key = (document_id, held.mention.subject, held.mention.unit)
            if key in done or any(not clash(m.mention, o.mention) for m in mine for o in theirs):
                continue
            done.add(key)
            yield _pair(held, theirs[0])
    yield from _within(own)


def _within(own: list[Held]) -> Iterator[Contradiction]:
    """One document against itself: only between sections, and only the very same words."""
    done: set[tuple[frozenset[str], str]] = set()
    for at, one in enumerate(own):
        for two in own[at + 1 : at + 200]:
            a, b = one.mention, two.mention
            key = (a.subject, a.unit)
            if key in done or a.subject != b.subject or a.section == b.section or not same_thing(a, b):
                continue
            alike = [o.mention for o in own if o.mention.subject == a.subject and o.mention.unit == a.unit]
            if len(alike) == 2 and clash(a, b):
                done.add(key)
                yield Contradiction(one, two)


def _pair(one: Held, two: Held) -> Contradiction:
    first, second = sorted((one, two), key=lambda held: held.document_id)
    newer = ""
    if first.effective and second.effective and first.effective != second.effective:
        newer = max(first, second, key=lambda held: held.effective or date.min).title
    return Contradiction(first, second, newer)
