"""The brief: everything the person who takes over needs, composed by rules (spec §6.5 `HandoffContext`).

The spec's fields, plus what a tradesperson looks for first: service, place, when, budget, urgency, contact, and the
questions that are still open. Words are in the business's language; the published schema is
data/handoff_context.schema.json. Pure: what it says is what was read, nothing is made up.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any
from uuid import UUID

from babel.dates import format_datetime

from firstline.conversations.facts import Passage
from firstline.conversations.model import Conversation, Message
from firstline.handoff.matter import SERIOUS, BriefIntent, Matter, cut, gather, instant
from firstline.handoff.next_steps import next_steps
from firstline.kit.money import format_money
from firstline.tenancy.model import Business, localized

__all__ = ["BriefIntent", "Person", "compose_brief", "snippets_of", "summary_of"]

_SNIPPET, _SNIPPETS = 300, 3  # characters of a passage, passages shown
_PRIORITIES = ("normal", "high", "urgent")
_URGENT_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Person:
    """The customer as far as known; `id` is None for an anonymous visitor."""

    id: UUID | None = None
    name: str | None = None
    email: str | None = None
    phone: str | None = None


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    return tomllib.loads(resources.files("firstline.handoff").joinpath("data/brief.toml").read_text("utf-8"))


def _say(language: str, *path: str, **values: str) -> str:
    node: Any = _texts()
    for name in path:
        node = node[name]
    return str(node.get(language, node["en"])).format(**values)


def compose_brief(
    *,
    conversation: Conversation,
    business: Business,
    customer: Person | None,
    messages: Sequence[Message],
    intents: Sequence[BriefIntent],
    passages: Sequence[Passage] | Sequence[Mapping[str, Any]] = (),
    now: datetime | None = None,
) -> dict[str, Any]:
    """The HandoffContext as JSON values. `messages` and `intents` oldest first, `passages` best first.

    `passages` may be the receipts' rows ({"title", "text" or "snippet"}). `now` weighs how near a wished date is;
    without it the last message's time.
    """
    language = business.language if business.language in ("en", "es") else "en"
    person = customer or Person()
    found = gather(business, messages, intents)
    at = now or conversation.last_message_at
    reason = conversation.escalation_state.get("reason")
    missing = _missing(found, person, messages)
    return {
        "conversation_id": str(conversation.id),
        "business_id": str(conversation.business_id),
        "customer": {
            "id": str(person.id) if person.id else None,
            "name": person.name,
            "email": person.email,
            "phone": person.phone,
        },
        "summary": summary_of(business, found, person, reason, language),
        "detected_intents": _detected(intents),
        "kb_snippets": snippets_of(passages),
        "ai_suggested_next_steps": next_steps(
            found.subject, f"{_service_name(found, language)} {found.words}", language
        ),
        "service": {"code": found.service.code if found.service else None, "name": _service_name(found, language)}
        if found.service or found.service_words
        else None,
        "place": {"text": found.place, "inside": found.inside} if found.place else None,
        "when": {"value": found.when, "text": _spoken(business, found.when, language)} if found.when else None,
        "budget": {"amount": str(found.budget), "currency": business.currency} if found.budget is not None else None,
        "urgency": _urgency(conversation, found, at),
        "contact": {
            "reachable": bool(person.email or person.phone),
            "missing": [m for m in missing if m in ("contact", "name")],
        },
        "missing_questions": [_say(language, "missing", slot) for slot in missing],
        "reason": reason,
        "language": conversation.language or language,
        "photos": _photos(messages),
    }


def summary_of(business: Business, found: Matter, person: Person, reason: str | None, language: str) -> str:
    """What the customer needs, where and when, in their own words, and why the assistant handed over."""
    name = _service_name(found, language)
    joint = "service" if found.subject in ("request_quote", "book_service") else "service_about"
    details = ""
    if found.place:
        details += _say(language, "place", place=found.place)
        details += _say(language, "outside") if found.inside is False else ""
    if found.when:
        details += _say(language, "when", when=_spoken(business, found.when, language))
    if found.budget is not None:
        details += _say(
            language, "budget", amount=format_money(found.budget, business.currency, language, business.country)
        )
    headline = _say(
        language,
        "headline",
        found.subject if found.subject in _texts()["headline"] else "other",
        who=person.name or _say(language, "who"),
        service=_say(language, joint, name=name) if name else "",
        details=details,
    )
    parts = [f"{headline}."]
    if found.words:
        parts.append(_say(language, "words", text=found.words))
    if reason in ("unanswered", "low_confidence"):
        parts.append(_say(language, "unanswered"))
    elif reason == "price_above_threshold":
        parts.append(_say(language, "price_above_threshold"))
    return " ".join(parts)


def _detected(intents: Sequence[BriefIntent]) -> list[dict[str, Any]]:
    best: dict[str, float] = {}
    for intent in intents:
        best[intent.name] = max(best.get(intent.name, 0.0), intent.confidence)
    ranked = sorted(best.items(), key=lambda item: -item[1])
    return [{"name": name, "confidence": round(confidence, 4)} for name, confidence in ranked]


def snippets_of(passages: Sequence[Passage] | Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Title and the beginning of the best passages, each once."""
    shown: list[dict[str, str]] = []
    for passage in passages:
        if isinstance(passage, Passage):
            title, text = passage.title, passage.answer or passage.text
        else:
            title, text = str(passage.get("title", "")), str(passage.get("snippet") or passage.get("text") or "")
        row = {"title": title, "snippet": cut(text, _SNIPPET)}
        if text.strip() and row not in shown:
            shown.append(row)
    return shown[:_SNIPPETS]


def _missing(found: Matter, person: Person, messages: Sequence[Message]) -> list[str]:
    slots = _texts()["slots"]
    told = " ".join(m.text for m in messages if m.sender_type == "customer")
    filled = {
        "contact": bool(person.email or person.phone),
        "name": bool(person.name),
        "service": bool(found.service or found.service_words),
        "place": bool(found.place),
        "when": bool(found.when),
        "invoice": re.search(r"\b(?=\w*\d)[A-Z]{0,4}[-#]?\d{3,}\b", told) is not None,
        "job": bool(found.when),
    }
    return [slot for slot in slots.get(found.subject, slots["other"]) if not filled[slot]]


def _urgency(conversation: Conversation, found: Matter, at: datetime) -> str:
    """The conversation's priority, raised by the gravest flag or by a wish for the next 24 hours."""
    least = "urgent" if found.flags & {"emergency", "injury"} else "high" if found.flags & set(SERIOUS) else "normal"
    wished = instant(found.when)
    if wished is not None and wished.tzinfo is not None and wished - at <= _URGENT_WITHIN:
        least = max(least, "high", key=_PRIORITIES.index)
    return max(least, conversation.priority, key=_PRIORITIES.index)


def _photos(messages: Sequence[Message]) -> list[str]:
    return [str(a["url"]) for m in messages for a in m.attachments if a.get("type") == "image" and a.get("url")]


def _service_name(found: Matter, language: str) -> str:
    return localized(found.service.name, language) if found.service else found.service_words.replace("_", " ")


def _spoken(business: Business, when: str, language: str) -> str:
    """An RFC 3339 time in the business's zone, spelled out; anything else as it was written."""
    at = instant(when)
    if at is None:
        return when
    local = at.astimezone(business.zone) if at.tzinfo else at
    form = "EEEE, MMMM d, h:mm a" if language == "en" else "EEEE d 'de' MMMM, H:mm"
    if "T" not in when:
        form = form.rsplit(", ", 1)[0]
    return format_datetime(local, form, locale=language).replace("\u202f", " ")
