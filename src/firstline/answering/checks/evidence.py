"""What the sentences of one turn may rest on: passages, the profile, tool results, a colleague's and the customer's words.

A customer's amounts, percentages and prices are not among it: "you said $50, deal?" supports nothing of ours.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from firstline.answering.checks.calendar import minutes
from firstline.answering.checks.contacts import address_key, phone_key
from firstline.answering.checks.mention import Mention, Value
from firstline.answering.checks.plain import folded
from firstline.answering.checks.reading import Mentions, read
from firstline.answering.port import Question
from firstline.tenancy.model import Business, Interval, localized

__all__ = ["Evidence", "Money", "gather", "of_texts", "profile_evidence"]

Money = tuple[Decimal, str | None]
_NOT_FROM_CUSTOMERS = frozenset({"amount", "percent"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """Values by kind, and the folded texts in which phrases are looked for (never a customer's)."""

    values: dict[str, frozenset[Value]]
    money: frozenset[Money]
    texts: tuple[str, ...]
    addresses: tuple[str, ...]

    def has(self, kind: str, value: Value) -> bool:
        """Whether that value of that kind stands anywhere."""
        return value in self.values.get(kind, frozenset())

    def joined(self, others: Iterable["Evidence"]) -> "Evidence":
        """This and others together."""
        every = (self, *others)
        kinds = {kind for e in every for kind in e.values}
        return Evidence(
            {kind: frozenset().union(*(e.values.get(kind, frozenset()) for e in every)) for kind in kinds},
            frozenset().union(*(e.money for e in every)),
            tuple(t for e in every for t in e.texts),
            tuple(a for e in every for a in e.addresses),
        )


def of_texts(texts: Sequence[str], region: str, *, customer: bool = False) -> Evidence:
    """What stands in `texts`. Of a customer's words, no amounts, no percentages, and no phrases."""
    readings = [read(text, region) for text in texts if text.strip()]
    values: dict[str, set[Value]] = {}
    money: set[Money] = set()
    for reading in readings:
        money |= _money(reading)
        for mention in reading.all:
            values.setdefault(mention.kind, set()).update(mention.values)
    if customer:
        spent = {v for kind in _NOT_FROM_CUSTOMERS for v in values.pop(kind, ())}
        values["number"] = values.get("number", set()) - spent
        money = set()
    return Evidence(
        {kind: frozenset(found) for kind, found in values.items()},
        frozenset(money),
        () if customer else tuple(line for r in readings for line in _statements(r.text)),
        tuple(f" {address_key(r.text)} " for r in readings),
    )


def _statements(text: str) -> Iterator[str]:
    """The sentences and lines of a text, folded, without its questions ("Is it free?" says nothing)."""
    for line in re.split(r"(?<=[.!?])\s+|\n+|(?<=\?)", text):
        if (bare := folded(line)) and not bare.endswith("?"):
            yield bare


def _money(reading: Mentions) -> set[Money]:
    """The amounts; in a text that speaks of money (a price table), its plain numbers too, with no currency of their own."""
    amounts = reading.of("amount")
    found: set[Money] = {(v, a.currency) for a in amounts for v in a.values if isinstance(v, Decimal)}
    if any(a.currency for a in amounts) or "$" in reading.text or "€" in reading.text:
        found |= {
            (v, None)
            for n in reading.of("number")
            if _in_a_cell(reading, n)
            for v in n.values
            if isinstance(v, Decimal)
        }
    return found


def _in_a_cell(reading: Mentions, number: Mention) -> bool:
    """Whether a number stands alone in a table cell: between bars, tabs, wide gaps or line ends."""
    before, after = reading.text[: number.start].rstrip(" "), reading.text[number.end :].lstrip(" ")
    edges = ("|", "\t", "\n", "-", "–")
    return (not before or before.endswith(edges)) and (not after or after.startswith(edges))


def profile_evidence(business: Business) -> Evidence:
    """What the profile says, by value: hours, prices, phones, addresses, holidays, and its own texts."""
    region = business.country
    line = business.emergency_line
    spans = [i for day in business.business_hours.values() for i in day] + [
        i for h in business.holidays for i in h.hours
    ]
    spans += [i for day in (line.hours.values() if line else ()) for i in day]
    always = _round_the_clock(business.business_hours) or bool(line and _round_the_clock(line.hours))
    numbers: set[Value] = {Decimal(24), Decimal(7)} if always else set()
    numbers |= {Decimal(p) for p in business.service_area_postcodes if p.isdigit()}
    values: dict[str, frozenset[Value]] = {
        "time": frozenset(m for span in spans for m in (minutes(span.open), minutes(span.close))),
        "date": frozenset(_holiday_dates(business)),
        "weekday": frozenset(range(7)) if business.business_hours else frozenset(),
        "number": frozenset(numbers),
        "count:hour": frozenset({Decimal(24)} if always else ()),
        "count:km": frozenset({Decimal(str(business.service_area_radius_km))}),
        "phone": frozenset(phone_key(p, region) for p in (business.phone, line.phone if line else None) if p),
        "email": frozenset({business.email.lower()} if business.email else ()),
    }
    return of_texts(tuple(_texts(business)), region).joined([Evidence(values, frozenset(_prices(business)), (), ())])


def _prices(business: Business) -> Iterable[Money]:
    line = business.emergency_line
    prices = [p for s in business.offered for p in (s.price_low, s.price_high)] + [line.surcharge if line else None]
    return ((p, business.currency) for p in prices if p is not None)


def _holiday_dates(business: Business) -> Iterable[Value]:
    for holiday in business.holidays:
        if holiday.date:
            yield (holiday.date.month, holiday.date.day)
        if holiday.yearly:
            month, _, day = holiday.yearly.partition("-")
            yield (int(month), int(day))


def _round_the_clock(hours: dict[str, tuple[Interval, ...]]) -> bool:
    return bool(hours) and all(any(i.open == "00:00" and i.close == "24:00" for i in day) for day in hours.values())


def _texts(business: Business) -> Iterable[str]:
    address = ", ".join(str(v) for k, v in business.address.items() if k not in ("lat", "lon") and v)
    yield from (t for t in (business.website, address) if t)
    many = [
        business.greeting,
        business.expected_reply,
        business.emergency_line.description if business.emergency_line else {},
    ]
    for service in business.services:
        many += [service.name, service.description, service.notes]
        yield from (alias for aliases in service.aliases.values() for alias in aliases)
    many += [holiday.name for holiday in business.holidays]
    for texts in many:
        yield from (localized(texts, language) for language in texts)


def gather(question: Question, profile: Evidence) -> Evidence:
    """All that the turn's sentences may rest on, but a sentence's own support."""
    region = question.business.country
    passages = [
        t
        for p in question.passages
        if p.above_floor
        for t in (p.text, p.title, p.section, p.question, p.answer, p.source_uri)
        if t
    ]
    colleagues = [s.text for s in question.history if s.role == "agent"]
    contact = [t for t in (question.contact.email, question.contact.phone) if t]
    theirs = [question.text, *(s.text for s in question.history if s.role == "customer"), *contact]
    return profile.joined([of_texts(passages + colleagues, region), of_texts(theirs, region, customer=True)])
