"""The fixed words of a hand-over: acknowledgement, safety line, offer, who comes and when, the missing contact.

All of it is reviewed text of data/texts.toml with computed times; a person is never promised "soon" (design/ux.md).
"""

import tomllib
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any, Protocol

from babel.dates import format_date, format_time

from firstline.conversations.facts import Reading, Verdict
from firstline.escalation.opening import has_hours, opening_hours
from firstline.kit.hours import OpeningHours
from firstline.tenancy.model import Business, localized

__all__ = [
    "Reachable",
    "acknowledgement",
    "contact_line",
    "handover_text",
    "language_for",
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
    return str(node.get(language, node["en"])).format(**values)


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
    """The safety line of the business's country, with its own emergency line when it has one."""
    language = language_for(business, reading)
    number = _data("emergency_numbers").get(business.country)
    first = _text(language, "safety", number=number) if number else _text(language, "safety_no_number")
    line = business.emergency_line
    if line is None or not line.phone:
        return first
    values = {"business": business.name, "phone": line.phone}
    if not any(line.hours.values()):
        return f"{first} {_text(language, 'emergency_line', **values)}"
    hours = OpeningHours(line.hours, business.zone)
    if hours.is_open(now):
        return f"{first} {_text(language, 'emergency_line_open', **values)}"
    opens = hours.next_opening(now)
    if opens is None:
        return first
    when = _when(hours, now, opens, language, business.country)
    return f"{first} {_text(language, 'emergency_line_closed', when=when, **values)}"


def offer_text(business: Business, reading: Reading, verdict: Verdict) -> str:
    """The question whether a person shall take it, one sentence, by the verdict's reason."""
    return _text(language_for(business, reading), "offer", verdict.reason or "default", business=business.name)


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
    codes = {hit.code for hit in verdict.hits}
    parts = [acknowledgement(business, reading, verdict)]
    if codes & _DANGER:
        parts.append(safety_text(business, reading, now))
    parts.append(_who(business, reading, now, someone_online))
    parts.append(contact_line(business, reading, contact, urgent=verdict.priority == "urgent"))
    return " ".join(part for part in parts if part)


def contact_line(business: Business, reading: Reading, contact: Reachable, *, urgent: bool = False) -> str:
    """The question for what is missing to reach the customer; when nothing is, which way will be used."""
    language = language_for(business, reading)
    if contact.phone:
        return _text(language, "contact", "known_phone")
    if urgent:
        return _text(language, "contact", "phone_urgent")
    if contact.email:
        return _text(language, "contact", "known_email")
    return _text(language, "contact", "any" if contact.name else "any_and_name")


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


def _locale(language: str, country: str) -> str:
    return {"en": "en_GB" if country in ("GB", "IE") else "en_US"}.get(language, "es_US" if country == "US" else "es")


def _clock(at: datetime, language: str, country: str) -> str:
    return format_time(at, "short", locale=_locale(language, country)).replace("\u202f", " ").replace("\u00a0", " ")


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
    return format_date(at, form, locale=_locale(language, country))
