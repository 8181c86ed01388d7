"""Opening hours belong to days: "we are open on Sundays from 8 to 12" is wrong when 8 and 12 are Saturday's.

Only plain claims are judged: an opening word, one group of weekdays, no date, not about the emergency line. What a passage
says of the same day and time stands (a showroom may have hours of its own).
"""

import re
from collections.abc import Iterator

from firstline.answering.checks.calendar import minutes
from firstline.answering.checks.evidence import Evidence
from firstline.answering.checks.mention import Mention, Value
from firstline.answering.checks.plain import folded, folded_in_place
from firstline.answering.checks.reading import Mentions, read
from firstline.answering.checks.rules import Stop
from firstline.tenancy.model import WEEKDAYS, Business

__all__ = ["hours_stand"]

_OPEN = re.compile(r"\b(?:opens?|opening|abrimos|abren|abre|abiertos?|abierta|atendemos|atienden|horario|hours are)\b")
_CLOSED = re.compile(
    r"\b(?:closed|not open|n't open|cerrad[oa]s?|no (?:abrimos|abren|abre|atendemos|estamos abiertos))\b"
)
_ENDS = re.compile(r"\b(?:closes?|cerramos|cierran|cierra|until|till|hasta)\b")
_OTHER = re.compile(r"\b(?:emergenc\w+|urgenc\w+|24/7|holiday\w*|feriado\w*|festivo\w*|except|excepto|salvo)\b")
_THROUGH = re.compile(r"^\s*(?:to|through|thru|until|till|a|al|hasta(?: el)?|-|–|—)\s*(?:el\s+)?$")
_LISTED = re.compile(r"^\s*(?:,|and|or|y|e|o|,\s*and|&|/)\s*(?:el\s+|los\s+|on\s+)?$")


def hours_stand(claim: Mentions, business: Business, evidence: Evidence) -> Iterator[Stop]:
    """Days said to be open are open, days said to be closed are closed, and the times are those of the days named."""
    bare = folded(claim.text)
    opens, closed = _OPEN.search(bare), _CLOSED.search(bare)
    if not business.business_hours or not (opens or closed or _ENDS.search(bare)):
        return
    if _OTHER.search(bare) or claim.of("date") or bare.endswith("?"):
        return
    days = _group(claim)
    if not days:
        return
    spans = {day: business.business_hours.get(WEEKDAYS[day], ()) for day in days}
    words = claim.text.strip()
    if closed and not opens:
        if any(spans.values()) and not _said_elsewhere(days, (), evidence):
            yield "hours_wrong", words
        return
    times = claim.of("time")
    if not closed and not all(spans.values()) and not _said_elsewhere(days, times, evidence):
        yield "hours_wrong", words
        return
    for time in times:
        wrong = [d for d in days if not {minutes(t) for s in spans[d] for t in (s.open, s.close)} & set(time.values)]
        if wrong and not closed and not _said_elsewhere(days, (time,), evidence):
            yield "hours_wrong", claim.words(time)


def _group(claim: Mentions) -> frozenset[int]:
    """The weekdays when they stand together ("Monday to Friday", "Tue and Thu"); none when there are several groups."""
    found = sorted(claim.of("weekday"), key=lambda m: m.start)
    days: set[int] = set()
    text = folded_in_place(claim.text)
    for index, mention in enumerate(found):
        day = _day(mention)
        if index:
            before = text[found[index - 1].end : mention.start]
            if _THROUGH.match(before):
                first = _day(found[index - 1])
                days.update((first + n) % 7 for n in range((day - first) % 7 + 1))
            elif not _LISTED.match(before):
                return frozenset()
        days.add(day)
    return frozenset(days)


def _day(mention: Mention) -> int:
    value: Value = mention.values[0]
    return value if isinstance(value, int) else 0


def _said_elsewhere(days: frozenset[int], times: tuple[Mention, ...], evidence: Evidence) -> bool:
    """Whether one statement of the evidence names one of those days, and one of those times when any are given."""
    for statement in evidence.texts:
        if _OPEN.search(statement) or _CLOSED.search(statement) or times:
            known = read(statement)
            named = {v for m in known.of("weekday") for v in m.values}
            at = {v for m in known.of("time") for v in m.values}
            if days & named and (not times or any(set(t.values) & at for t in times)):
                return True
    return False
