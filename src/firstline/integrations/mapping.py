"""What a conversation asks of the CRM and the help desk: the requests, their keys, and their way into the outbox.

Pure but for `enqueue_for`. Keys hold a digest of the request: the same facts again make nothing, news make an update.
"""

import hashlib
import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any, cast
from uuid import UUID

import orjson

from firstline.ground.tenant import Tx
from firstline.integrations.crm import CrmContact, CrmLeadCreateRequest, Interaction
from firstline.integrations.delivery import payload_of
from firstline.integrations.helpdesk import Category, Priority, TicketCreateFromChat
from firstline.integrations.outbox import enqueue
from firstline.kit.ids import new_id

__all__ = ["ConversationFacts", "enqueue_for", "interaction_for", "lead_for", "ticket_for"]

_PRIORITIES = ("normal", "high", "urgent")
_MOST_TRANSCRIPT = (
    20_000  # characters of a ticket's description; the end of a conversation tells more than its beginning
)


@dataclass(frozen=True, slots=True)
class ConversationFacts:
    """What is known of a conversation when it is handed over or closed.

    `intents`: (name, confidence), oldest first; `flags` all that were raised; `escalation` the escalation_state's type
    and `reason`; `outcome` is None while it is open; `summary` the brief's or the resolution's sentence; `service` its
    name in the business's `language`; `lines` (sender_type, text) visible to the customer, oldest first.
    """

    business_id: UUID
    conversation_id: UUID
    at: datetime
    language: str = "en"
    channel: str = "web"
    contact: CrmContact = field(default_factory=CrmContact)
    intents: tuple[tuple[str, float], ...] = ()
    flags: frozenset[str] = frozenset()
    escalation: str = "none"
    reason: str | None = None
    priority: Priority = "normal"
    outcome: str | None = None
    summary: str = ""
    service: str = ""
    details: tuple[tuple[str, str], ...] = ()
    lines: tuple[tuple[str, str], ...] = ()

    @property
    def handed_over(self) -> bool:
        """Whether a person was called (an open offer is none)."""
        return self.escalation in ("requested", "forced")


@lru_cache(maxsize=1)
def _map() -> dict[str, Any]:
    return tomllib.loads(resources.files("firstline.integrations").joinpath("data/mapping.toml").read_text("utf-8"))


def _said(facts: ConversationFacts, section: str, name: str) -> str:
    texts = _map()[section].get(name, {})
    return str(texts.get(facts.language, texts.get("en", "")))


def _intent(facts: ConversationFacts, names: list[str], floor: float) -> str | None:
    """The latest of these intents that was sure enough."""
    return next((n for n, c in reversed(facts.intents) if n in names and c >= floor), None)


def _signals(facts: ConversationFacts) -> list[str]:
    """What it was about: flags, the intents that counted, the reason, else `other`."""
    rules = _map()
    serious = [name for name in rules["subject"] if name in facts.flags]
    support = _intent(facts, rules["support_intents"], rules["support_confidence"])
    buying = _intent(facts, rules["buying_intents"], rules["buying_confidence"])
    last = facts.intents[-1][0] if facts.intents else "other"
    return [*serious, *(s for s in (support, buying, facts.reason, last) if s), "other"]


def _subject(facts: ConversationFacts) -> str:
    label = next(said for name in _signals(facts) if (said := _said(facts, "subject", name)))
    return f"{label}: {facts.service}" if facts.service else label


def lead_for(facts: ConversationFacts) -> CrmLeadCreateRequest | None:
    """A lead when there is a buying signal and one way of contact, else None."""
    rules = _map()
    buying = _intent(facts, rules["buying_intents"], rules["buying_confidence"])
    if buying is None or not facts.contact.reachable:
        return None
    label = _said(facts, "subject", buying)
    about = f"{facts.service} ({label.lower()})" if facts.service else label.lower()
    description = str(rules["lead"].get(facts.language, rules["lead"]["en"])).format(about=about)
    return CrmLeadCreateRequest(
        business_id=facts.business_id,
        contact=facts.contact,
        description=f"{description}. {facts.summary}".strip() if facts.summary else description,
        metadata={"conversation_id": str(facts.conversation_id), "initial_intent": buying, **dict(facts.details)},
    )


def interaction_for(facts: ConversationFacts) -> Interaction | None:
    """An interaction of every conversation that was closed or handed over, with or without a contact."""
    if facts.outcome is None and not facts.handed_over:
        return None
    how = _said(facts, "closing", facts.outcome or "handed_over")
    return Interaction(
        id=new_id(),
        business_id=facts.business_id,
        timestamp=facts.at,
        summary=f"{facts.summary or _subject(facts) + '.'} {how}".strip(),
        contact=facts.contact if facts.contact.reachable else None,
        channel=facts.channel,
        external_ref={"conversation_id": str(facts.conversation_id)},
    )


def ticket_for(facts: ConversationFacts) -> TicketCreateFromChat | None:
    """A ticket when a person was called or the intent was one of support, else None."""
    rules = _map()
    support = _intent(facts, rules["support_intents"], rules["support_confidence"])
    if not facts.handed_over and support is None:
        return None
    signals = _signals(facts)
    category = next((row["is"] for row in rules["category"] if set(row["when"]) & set(signals)), "other")
    least = [rules["priority"].get(name, "normal") for name in signals]
    return TicketCreateFromChat(
        business_id=facts.business_id,
        customer_id=facts.contact.customer_id,
        subject=_subject(facts)[:200],
        description=_description(facts),
        conversation_id=facts.conversation_id,
        priority=cast(Priority, max([facts.priority, *least], key=_PRIORITIES.index)),
        category=cast(Category, category),
        metadata={"reason": facts.reason, **dict(facts.details)},
    )


def _description(facts: ConversationFacts) -> str:
    """The summary, then what was said, shortened from its beginning."""
    said = "\n".join(f"{_said(facts, 'speaker', who) or who}: {text}" for who, text in facts.lines)
    if len(said) > _MOST_TRANSCRIPT:
        said = "…" + said[-_MOST_TRANSCRIPT:]
    return "\n\n".join(part for part in (facts.summary, said) if part) or _subject(facts)


async def enqueue_for(tx: Tx, facts: ConversationFacts, *, crm: str = "internal", helpdesk: str = "internal") -> int:
    """Writes what this conversation owes the connectors `crm` and `helpdesk`; the number of new deliveries."""
    requests: list[tuple[str, str, Any]] = [
        (crm, "lead", lead_for(facts)),
        (crm, "interaction", interaction_for(facts)),
        (helpdesk, "ticket", ticket_for(facts)),
    ]
    written = 0
    for connector, kind, request in requests:
        if request is not None:
            payload = payload_of(request)
            written += await enqueue(
                tx,
                connector=connector,
                kind=kind,
                key=_key(kind, facts.conversation_id, payload),
                payload=payload,
                conversation_id=facts.conversation_id,
            )
    return written


def _key(kind: str, conversation_id: UUID, payload: dict[str, Any]) -> str:
    """Kind, conversation, and a digest of what is said, without ids and times made on the way."""
    told = {k: v for k, v in payload.items() if k not in ("id", "timestamp")}
    digest = hashlib.sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
    return f"{kind}:{conversation_id}:{digest}"
