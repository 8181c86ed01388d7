"""Everything known of a conversation, gathered once: for the brief, the CRM and the help desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from firstline.conversations import queries as conversations
from firstline.conversations.model import Conversation, Message
from firstline.customers.contact import known
from firstline.ground.errors import NotFound
from firstline.ground.tenant import Tx
from firstline.handoff import queries
from firstline.handoff.brief import BriefIntent, Person, compose_brief
from firstline.integrations.crm import CrmContact
from firstline.integrations.mapping import ConversationFacts
from firstline.tenancy.model import Business

__all__ = ["Gathered", "brief_of", "facts_of", "gather"]

MESSAGES = 200


@dataclass(frozen=True, slots=True)
class Gathered:
    """A conversation since its last closure."""

    business: Business
    conversation: Conversation
    person: Person | None
    messages: tuple[Message, ...]
    intents: tuple[BriefIntent, ...]
    passages: tuple[dict[str, Any], ...]


async def gather(tx: Tx, business: Business, conversation_id: UUID) -> Gathered:
    """Reads it. Raises NotFound."""
    conversation = await conversations.conversation(tx, conversation_id)
    if conversation is None:
        raise NotFound("conversation_not_found", "There is no such conversation.")
    customer = await known(tx, conversation.customer_id)
    person = Person(customer.id, customer.name, customer.email, customer.phone) if customer else None
    after = conversation.since_seq
    messages = await conversations.messages(tx, conversation_id, after=after, limit=MESSAGES, for_customer=True)
    intents = [
        BriefIntent(r["name"], r["confidence"], r["entities"], frozenset(r["flags"]), r["message_id"])
        for r in await queries.intents_of(tx, conversation_id, after)
    ]
    passages = [
        {"title": p["title"], "text": p["text"]}
        for receipt in await queries.last_receipts(tx, conversation_id, 3)
        for p in receipt.get("passages", ())
        if p.get("above_floor")
    ]
    return Gathered(business, conversation, person, tuple(messages), tuple(intents), tuple(passages))


def brief_of(gathered: Gathered, now: datetime) -> dict[str, Any]:
    """The HandoffContext (spec §6.5)."""
    return compose_brief(
        conversation=gathered.conversation,
        business=gathered.business,
        customer=gathered.person,
        messages=gathered.messages,
        intents=gathered.intents,
        passages=gathered.passages,
        now=now,
    )


def facts_of(gathered: Gathered, brief: dict[str, Any], now: datetime) -> ConversationFacts:
    """What the CRM and the help desk are told."""
    c, person = gathered.conversation, gathered.person or Person()
    first, _, last = (person.name or "").partition(" ")
    details = {
        "place": (brief.get("place") or {}).get("text"),
        "when": (brief.get("when") or {}).get("value"),
        "budget": (brief.get("budget") or {}).get("amount"),
    }
    return ConversationFacts(
        business_id=gathered.business.id,
        conversation_id=c.id,
        at=now,
        language=gathered.business.language,
        channel=c.channel,
        contact=CrmContact(person.email, person.phone, first or None, last or None, person.id),
        intents=tuple((i.name, i.confidence) for i in gathered.intents),
        flags=frozenset(f for i in gathered.intents for f in i.flags),
        escalation=str(c.escalation_state.get("type", "none")),
        reason=c.escalation_state.get("reason"),
        priority=c.priority,  # type: ignore[arg-type]  # the database's CHECK keeps it
        outcome=c.resolution_outcome,
        summary=brief["summary"],
        service=(brief.get("service") or {}).get("name") or "",
        details=tuple((k, str(v)) for k, v in details.items() if v),
        lines=tuple((m.sender_type, m.text) for m in gathered.messages if m.kind != "note"),
    )
