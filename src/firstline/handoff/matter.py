"""What a conversation is about, gathered from its intents and messages: the matter behind the brief. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from firstline.conversations.model import Message
from firstline.tenancy.model import Business, Service

__all__ = ["SERIOUS", "BriefIntent", "Matter", "cut", "gather", "instant"]

SERIOUS = ("emergency", "injury", "legal", "fraud", "complaint")  # flags that name the matter, strongest first
_SURE = 0.4  # an intent below it names nothing; the extractive composer's own floor
_WORDS = 240  # characters quoted of the customer


@dataclass(frozen=True, slots=True)
class BriefIntent:
    """One row of `intents`: its `entities` (kind -> resolved value), `flags`, and the message it was read from."""

    name: str
    confidence: float
    entities: Mapping[str, Any] = field(default_factory=dict)
    flags: frozenset[str] = frozenset()
    message_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Matter:
    """What the conversation is about, gathered from all its intents (the latest value of each entity wins)."""

    subject: str
    service: Service | None
    service_words: str
    place: str
    inside: bool | None
    when: str
    budget: Decimal | None
    flags: frozenset[str]
    words: str


def gather(business: Business, messages: Sequence[Message], intents: Sequence[BriefIntent]) -> Matter:
    """Both oldest first."""
    entities: dict[str, Any] = {}
    for intent in intents:
        told = {k: v for k, v in intent.entities.items() if v not in (None, "")}
        if intent.name == "ask_hours":
            told.pop("preferred_datetime", None)  # the day they ask about is not the day they want
        entities.update(told)
    flags = frozenset(flag for intent in intents for flag in intent.flags)
    subject, about = _subject(intents, flags)
    service = _value(entities.get("service_type"), "code")
    known = next((s for s in business.services if s.code == service), None)
    place = entities.get("location")
    return Matter(
        subject=subject,
        service=known,
        service_words=service,
        place=_value(place, "place"),
        inside=place.get("inside") if isinstance(place, dict) else None,
        when=_value(entities.get("preferred_datetime"), "value"),
        budget=_amount(entities.get("budget")),
        flags=flags,
        words=_their_words(messages, about),
    )


def _subject(intents: Sequence[BriefIntent], flags: frozenset[str]) -> tuple[str, UUID | None]:
    """What it is about and the message that says so: the gravest flag, else the latest sure intent that is not `other`."""
    for flag in SERIOUS:
        if flag in flags:
            return flag, next(i.message_id for i in reversed(intents) if flag in i.flags)
    sure = [i for i in intents if i.name != "other" and i.confidence >= _SURE]
    if sure:
        return sure[-1].name, sure[-1].message_id
    if "asks_for_person" in flags:
        return "asks_for_person", None
    return "other", None


def _their_words(messages: Sequence[Message], about: UUID | None) -> str:
    """The customer's sentence that matters: the message named, else their longest; on one line, cut at a word."""
    own = [m for m in messages if m.sender_type == "customer" and m.text.strip()]
    chosen = next((m for m in own if m.id == about), None) or max(own, key=lambda m: len(m.text), default=None)
    return cut(chosen.text, _WORDS) if chosen else ""


def cut(text: str, most: int) -> str:
    """At most `most` characters on one line, cut at a word."""
    flat = re.sub(r"\s+", " ", text).strip()
    return flat if len(flat) <= most else flat[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _value(value: Any, name: str) -> str:
    if isinstance(value, dict):
        value = value.get(name) or next((v for v in value.values() if isinstance(v, str)), "")
    return "" if value is None else str(value)


def _amount(value: Any) -> Decimal | None:
    if isinstance(value, dict):
        value = value.get("amount", value.get("high", value.get("value")))
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def instant(when: str) -> datetime | None:
    """The RFC 3339 time that `when` is, or None."""
    try:
        return datetime.fromisoformat(when)
    except ValueError:
        return None
