"""What an escalation rule may look at: every name, its type and its meaning, and how a turn fills it.

The table is the contract of docs/escalation.md, of `rules.check_expression` (unknown names are refused when a rule is
saved) and of the console's help. No value is ever null: a number that is not known is 0.0, a text ''. Amounts and
confidences are CEL doubles (money has at most two decimals and stays far below 2**53 cents), counts are CEL ints.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from firstline.conversations.facts import FLAGS, Passage, Reading, Receipt
from firstline.escalation.opening import is_open
from firstline.escalation.quote import extracted_quote_value
from firstline.tenancy.model import Business

__all__ = ["VARIABLES", "Situation", "build_context", "sample_contexts"]

# Path -> CEL type.
VARIABLES: dict[str, str] = {
    "intent.name": "string",
    "intent.confidence": "double",
    "intent.runner_up": "string",
    "intent.gap": "double",
    "entities.service_type": "string",
    "entities.location": "string",
    "entities.location_inside": "string",
    "entities.preferred_datetime": "string",
    "entities.budget": "double",
    "entities.quantity": "double",
    "entities.email": "string",
    "entities.phone": "string",
    "entities.person_name": "string",
    "sentiment.label": "string",
    "sentiment.score": "double",
    "flags": "list(string)",
    "keywords": "list(string)",
    "language": "string",
    "message": "string",
    "draft": "string",
    "extracted_quote_value": "double",
    "open_now": "bool",
    "turn_count": "int",
    "unanswered_in_row": "int",
    "agent_requests": "int",
    "confidence": "double",
    "risk": "string",
    "judge.flagged": "bool",
    "judge.score": "double",
    "retrieval.best": "double",
    "retrieval.above_floor": "bool",
    "business.name": "string",
    "business.industry": "string",
    "business.country": "string",
    "business.currency": "string",
    "business.timezone": "string",
    "business.service_area_city": "string",
    "business.quote_limit": "double",
    "business.chat_config.default_language": "string",
    "business.chat_config.require_contact_before_quote": "bool",
    "business.chat_config.max_quote_value_without_handoff": "double",
    "business.chat_config.guardrails_profile": "string",
    "business.guardrails.allowed_topics": "list(string)",
    "business.guardrails.banned_topics": "list(string)",
    "business.guardrails.max_quote_without_approval": "double",
    "business.guardrails.allowed_discount_percent": "double",
    "business.guardrails.require_disclaimer_on_estimates": "bool",
    "business.guardrails.handoff_on_keywords": "list(string)",
    "business.guardrails.languages_allowed": "list(string)",
    "business.guardrails.enabled_tools": "list(string)",
}


@dataclass(frozen=True, slots=True)
class Situation:
    """What the conversation knows before this message; counts look only at messages since the last closure.

    `turn_count` customer messages including this one; `unanswered_in_row` the turns just before this one that found
    no answer (or one of low confidence), without this one; `agent_requests` how often a person was asked for,
    including now; `offered_before` an offer stands that the customer has not answered; `declined` codes of offers
    the customer said no to; `waiting` in `waiting_human`, before anybody joined.
    """

    turn_count: int = 1
    unanswered_in_row: int = 0
    agent_requests: int = 0
    offered_before: bool = False
    declined: frozenset[str] = field(default_factory=frozenset)
    waiting: bool = False


def build_context(
    *,
    business: Business,
    reading: Reading,
    text: str,
    now: datetime,
    situation: Situation,
    keywords: Sequence[str] = (),
    passages: Sequence[Passage] = (),
    draft: str | None = None,
    receipt: Receipt | None = None,
) -> dict[str, Any]:
    """The CEL activation of one turn, with exactly the names of VARIABLES."""
    above = [p for p in passages if p.above_floor]
    amount = extracted_quote_value(business=business, reading=reading, text=text, passages=passages, draft=draft)
    return {
        "intent": {
            "name": reading.intent,
            "confidence": float(reading.confidence),
            "runner_up": reading.runner_up,
            "gap": float(reading.gap),
        },
        "entities": _entities(reading),
        "sentiment": {"label": reading.sentiment.label, "score": float(reading.sentiment.score)},
        "flags": sorted(reading.flags),
        "keywords": list(keywords),
        "language": reading.language,
        "message": text,
        "draft": draft or "",
        "extracted_quote_value": float(amount),
        "open_now": is_open(business, now),
        "turn_count": situation.turn_count,
        "unanswered_in_row": situation.unanswered_in_row,
        "agent_requests": situation.agent_requests,
        "confidence": float(receipt.confidence if receipt else reading.confidence),
        "risk": receipt.risk if receipt else "low",
        "judge": _judge(receipt),
        "retrieval": {"best": max((_best_score(p) for p in above), default=0.0), "above_floor": bool(above)},
        "business": _business(business),
    }


def _best_score(passage: Passage) -> float:
    return float(passage.scores.get("fused", max(passage.scores.values(), default=0.0)))


def _judge(receipt: Receipt | None) -> dict[str, Any]:
    """The judge answers {"verdict": "allow" or what it wants instead, "policy", "score"?}."""
    judge: Mapping[str, Any] = (receipt.judge if receipt else None) or {}
    flagged = judge.get("verdict", "allow") != "allow"
    return {"flagged": flagged, "score": _number(judge.get("score"))}


def _entities(reading: Reading) -> dict[str, Any]:
    """Every entity a rule may name, '' or 0.0 when the message has none; `location_inside` is yes, no or ''."""
    found = reading.as_entities()
    place = found.get("location")
    inside = place.get("inside") if isinstance(place, dict) else None
    return {
        "service_type": _words(found.get("service_type")),
        "location": _words(place.get("place") if isinstance(place, dict) else place),
        "location_inside": "" if inside is None else ("yes" if inside else "no"),
        "preferred_datetime": _words(found.get("preferred_datetime")),
        "budget": _number(found.get("budget")),
        "quantity": _number(found.get("quantity")),
        "email": _words(found.get("email")),
        "phone": _words(found.get("phone")),
        "person_name": _words(found.get("person_name")),
    }


def _words(value: object) -> str:
    if isinstance(value, dict):  # {"value": ..} of a richer understanding: its first text stands for it
        value = next((v for v in value.values() if isinstance(v, str)), "")
    return "" if value is None else str(value)


def _number(value: object) -> float:
    """A JSON value as a double; what is no number counts as 0."""
    if isinstance(value, dict):
        value = value.get("high", value.get("amount", value.get("value")))
    if isinstance(value, int | float | Decimal):
        return float(value)
    try:
        return float(Decimal(str(value)))
    except InvalidOperation:
        return 0.0


def _business(business: Business) -> dict[str, Any]:
    """The profile as rules see it. Of the two limits the lower wins, under both of its names (design/data.md)."""
    chat, rails, limit = business.chat_config, business.guardrails, float(business.quote_limit)
    return {
        "name": business.name,
        "industry": business.industry,
        "country": business.country,
        "currency": business.currency,
        "timezone": business.timezone,
        "service_area_city": business.service_area_city,
        "quote_limit": limit,
        "chat_config": {
            "default_language": chat.default_language,
            "require_contact_before_quote": chat.require_contact_before_quote,
            "max_quote_value_without_handoff": limit,
            "guardrails_profile": chat.guardrails_profile,
        },
        "guardrails": {
            "allowed_topics": list(rails.allowed_topics),
            "banned_topics": list(rails.banned_topics),
            "max_quote_without_approval": limit,
            "allowed_discount_percent": float(rails.allowed_discount_percent),
            "require_disclaimer_on_estimates": rails.require_disclaimer_on_estimates,
            "handoff_on_keywords": list(rails.handoff_on_keywords),
            "languages_allowed": list(rails.languages_allowed),
            "enabled_tools": list(rails.enabled_tools),
        },
    }


def sample_contexts() -> tuple[dict[str, Any], ...]:
    """An empty and a full activation, by type alone: a rule is run on both when it is saved."""
    empty: dict[str, Any] = {"string": "", "double": 0.0, "int": 0, "bool": False}
    full: dict[str, Any] = {"string": "request_quote", "double": 9999.5, "int": 7, "bool": True}
    return tuple(_sample(values, flags) for values, flags in ((empty, []), (full, sorted(FLAGS))))


def _sample(values: Mapping[str, Any], flags: list[str]) -> dict[str, Any]:
    root: dict[str, Any] = {}
    for path, kind in VARIABLES.items():
        *parents, leaf = path.split(".")
        node = root
        for name in parents:
            node = node.setdefault(name, {})
        node[leaf] = list(flags) if kind == "list(string)" else values[kind]
    return root
