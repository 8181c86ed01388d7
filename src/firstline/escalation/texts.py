"""The fixed words of a hand-over: acknowledgement, safety line, offer, who comes and when, the missing contact.

All of it is reviewed text of data/texts.toml with computed times; a person is never promised "soon" (design/ux.md).
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any, Protocol

from babel.dates import format_date

from firstline.conversations.facts import Reading, Verdict
from firstline.escalation.opening import has_hours, opening_hours
from firstline.escalation.policies import policies
from firstline.kit.hours import OpeningHours
from firstline.kit.spoken import clock, locale_of, phone, tidy
from firstline.tenancy.model import Business, localized

__all__ = [
    "Reachable",
    "acknowledgement",
    "contact_line",
    "handover_parts",
    "handover_text",
    "in_danger",
    "language_for",
    "line_answered",
    "notice",
    "offer_text",
    "safety_text",
    "who_comes_and_when",
]

_DANGER = frozenset({"emergency", "injury"})


class Reachable(Protocol):
    """What is known of the customer (`answering.port.Contact` is one)."""

    @property
    def name(self) -> str | None:
        """As the customer gave it."""

    @property
    def email(self) -> str | None:
        """An address, or None."""

    @property
    def phone(self) -> str | None:
        """E.164, or None."""


@lru_cache(maxsize=2)
def _data(name: str) -> dict[str, Any]:
    return tomllib.loads(resources.files("firstline.escalation").joinpath(f"data/{name}.toml").read_text("utf-8"))


def _text(language: str, *path: str, **values: str) -> str:
    """The text at `path`, or of its `default` sibling; in English when the language has none."""
    node: Mapping[str, Any] = _data("texts")
    for name in path:
        node = node[name] if name in node else node["default"]
    return tidy(str(node.get(language, node["en"])).format(**values), language)


def language_for(business: Business, reading: Reading | None) -> str:
    """The customer's language when the business allows it and we have words in it, else the business's, else English."""
    wanted = reading.language if reading and reading.language in business.guardrails.languages_allowed else None
    return next((code for code in (wanted, business.language) if code in ("en", "es")), "en")


def acknowledgement(business: Business, reading: Reading, verdict: Verdict) -> str:
    """One sentence that shows the customer was heard; it neither admits nor denies anything."""
    known = _data("texts")["acknowledgement"]
    hits = [hit for hit in verdict.hits if hit.action == verdict.action]
    names = [*(hit.code for hit in hits), verdict.reason or "", *(hit.reason for hit in hits)]
    return _text(language_for(business, reading), "acknowledgement", next((n for n in names if n in known), "default"))


def safety_text(business: Business, reading: Reading, now: datetime) -> str:
    """The safety line of the business's country, then the number at which somebody answers an emergency."""
    language = language_for(business, reading)
    number = _data("emergency_numbers").get(business.country)
    first = _text(language, "safety", number=number) if number else _text(language, "safety_no_number")
    return f"{first} {_emergency_number(business, now, language)}".strip()


def _emergency_number(business: Business, now: datetime, language: str) -> str:
    """The emergency line and whether it is answered now; without one, the business's phone while it is open."""
    line = business.emergency_line
    if line is None or not line.phone:
        if not business.phone or not has_hours(business) or not opening_hours(business).is_open(now):
            return ""
        return _text(language, "emergency_phone", business=business.name, phone=phone(business.phone, business.country))
    values = {"business": business.name, "phone": phone(line.phone, business.country)}
    if not any(line.hours.values()):
        return _text(language, "emergency_line", **values)
    hours = OpeningHours(line.hours, business.zone)
    if hours.is_open(now):
        return _text(language, "emergency_line_open", **values)
    opens = hours.next_opening(now)
    if opens is None:
        return ""
    when = _when(hours, now, opens, language, business.country)
    return _text(language, "emergency_line_closed", when=when, **values)


def line_answered(business: Business, now: datetime) -> bool:
    """Whether somebody answers the emergency line at `now`."""
    line = business.emergency_line
    return line is not None and bool(line.phone) and OpeningHours(line.hours, business.zone).is_open(now)


def offer_text(business: Business, reading: Reading, verdict: Verdict, contact: Reachable | None = None) -> str:
    """The question whether a person shall take it, by the verdict's reason; `contact` None: do not ask for one."""
    language, reason = language_for(business, reading), verdict.reason or "default"
    said = _text(language, "offer", reason, business=business.name)
    known = contact is None or contact.email or contact.phone or reading.first("phone") or reading.first("email")
    if known or reason not in policies().offers_that_ask_contact:
        return said
    return f"{said} {_text(language, 'offer_contact')}"


def handover_text(
    business: Business,
    reading: Reading,
    verdict: Verdict,
    *,
    now: datetime,
    contact: Reachable,
    someone_online: bool,
) -> str:
    """Everything that is said when a person is called: heard, safe, who comes and when, and the contact that is missing.

    `someone_online`: an agent's console is open. The contact is asked for then too: a connection may break.
    """
    first, rest = handover_parts(business, reading, verdict, now=now, contact=contact, someone_online=someone_online)
    return f"{first} {rest}"


def handover_parts(
    business: Business,
    reading: Reading,
    verdict: Verdict,
    *,
    now: datetime,
    contact: Reachable,
    someone_online: bool,
) -> tuple[str, str]:
    """`handover_text` in two: heard and safe; then who knows, who comes when, and the missing contact.

    What the business itself wrote for such a moment may stand between them.
    """
    danger = in_danger(verdict)
    first = acknowledgement(business, reading, verdict)
    if danger:
        first = f"{first} {safety_text(business, reading, now)}"
    who = _alerted(business, reading) if danger and line_answered(business, now) and not someone_online else ""
    urgent = verdict.priority == "urgent"
    rest = (
        who or _who(business, reading, now, someone_online),
        contact_line(business, reading, contact, urgent=urgent),
    )
    return first, " ".join(part for part in rest if part)


def in_danger(verdict: Verdict) -> bool:
    """Whether somebody or something may be in danger: said first, and never answered with opening hours."""
    return any(hit.code in _DANGER for hit in verdict.hits)


def _alerted(business: Business, reading: Reading) -> str:
    return _text(language_for(business, reading), "hand_over", "alerted", business=business.name)


def contact_line(business: Business, reading: Reading, contact: Reachable, *, urgent: bool = False) -> str:
    """The question for what is missing to reach the customer; when nothing is, which way will be used."""
    language = language_for(business, reading)
    told, written = reading.first("phone"), reading.first("email")
    if told is not None:
        number = phone(str(told.value or told.text), business.country)
        return _text(language, "contact", "told", details=number)
    if contact.phone:
        return _text(language, "contact", "known_phone")
    if urgent:
        return _text(language, "contact", "phone_urgent")
    if written is not None:
        return _text(language, "contact", "told", details=str(written.value or written.text))
    if contact.email:
        return _text(language, "contact", "known_email")
    named = contact.name or reading.first("person_name") is not None
    return _text(language, "contact", "any" if named else "any_and_name")


def who_comes_and_when(business: Business, reading: Reading, now: datetime, *, someone_online: bool) -> str:
    """What a customer who waits is told once: a person knows, and when the business answers."""
    language = language_for(business, reading)
    when = ""
    if not someone_online and has_hours(business):
        hours = opening_hours(business)
        opens, closes = hours.next_opening(now), hours.closes_at(now)
        if closes is not None:
            when = _text(language, "open_line", when=_until(hours, now, closes, language, business.country))
        elif not hours.is_open(now) and opens is not None:
            when = _text(language, "opens_line", when=_when(hours, now, opens, language, business.country))
    return _text(language, "waiting", when=when or localized(business.expected_reply, language)).strip()


def _who(business: Business, reading: Reading, now: datetime, someone_online: bool) -> str:
    language = language_for(business, reading)
    state, when = _state(business, now, language, someone_online)
    said = _text(language, "hand_over", state, business=business.name, when=when)
    usual = localized(business.expected_reply, language) if state in ("open", "always_open") else ""
    return f"{said} {usual}".strip()


def _state(business: Business, now: datetime, language: str, someone_online: bool) -> tuple[str, str]:
    if someone_online:
        return "online", ""
    if not has_hours(business):
        return "unknown", ""
    hours = opening_hours(business)
    if hours.is_open(now):
        closes = hours.closes_at(now)
        if closes is None:
            return "always_open", ""
        return "open", _until(hours, now, closes, language, business.country)
    opens = hours.next_opening(now)
    return ("closed", _when(hours, now, opens, language, business.country)) if opens else ("unknown", "")


def notice(business: Business, kind: str, *, language: str, agent: str = "") -> str:
    """A system line of the conversation: `joined`, `handed_back` or `closed`."""
    return _text(language if language in ("en", "es") else "en", kind, business=business.name, agent=agent)


def _clock(at: datetime, language: str, country: str) -> str:
    return clock(at.hour * 60 + at.minute, language, country)


def _until(hours: OpeningHours, now: datetime, end: datetime, language: str, country: str) -> str:
    end = hours.local(end)
    clock = _clock(end, language, country)
    if end.date() == hours.local(now).date():
        return _text(language, "until", time=clock)
    return _text(language, "until_late", day=_day(end, language, country), time=clock)


def _when(hours: OpeningHours, now: datetime, at: datetime, language: str, country: str) -> str:
    at, today = hours.local(at), hours.local(now).date()
    clock = _clock(at, language, country)
    days = (at.date() - today).days
    if days < 2:
        return _text(language, "tomorrow" if days else "today", time=clock)
    return _text(language, "on_day", day=_day(at, language, country, dated=days > 6), time=clock)


def _day(at: datetime, language: str, country: str, *, dated: bool = False) -> str:
    """The weekday, with its date when it is further away than a week."""
    form = ("EEEE d 'de' MMMM" if language == "es" else "EEEE, MMMM d") if dated else "EEEE"
    return format_date(at, form, locale=locale_of(language, country))
