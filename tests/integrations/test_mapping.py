"""From a conversation to a lead, an interaction and a ticket."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from firstline.ground.tenant import Door
from firstline.integrations.crm import CrmContact
from firstline.integrations.delivery import Connectors
from firstline.integrations.internal.connector import InternalConnector
from firstline.integrations.mapping import ConversationFacts, enqueue_for, interaction_for, lead_for, ticket_for
from firstline.integrations.outbox import drain_business
from firstline.kit.ids import new_id

PHONE = CrmContact(phone="+16085550100", first_name="Dana")
BASE = ConversationFacts(UUID(int=1), UUID(int=2), datetime(2026, 2, 18, tzinfo=UTC))


def test_a_buying_signal_and_one_contact_make_a_lead() -> None:
    facts = replace(BASE, contact=PHONE, intents=(("request_quote", 0.9), ("other", 0.4)), service="Hedge trimming")
    lead = lead_for(facts)
    assert lead is not None
    assert lead.description == "AI chat: Hedge trimming (quote request)"
    assert lead.metadata == {"conversation_id": str(UUID(int=2)), "initial_intent": "request_quote"}
    assert lead_for(replace(facts, contact=CrmContact(first_name="Dana"))) is None
    assert lead_for(replace(facts, intents=(("request_quote", 0.2),))) is None
    assert lead_for(replace(facts, intents=(("ask_hours", 0.9),))) is None


def test_every_closed_or_handed_over_conversation_is_an_interaction_also_without_contact() -> None:
    assert interaction_for(BASE) is None
    assert interaction_for(replace(BASE, escalation="offered")) is None
    closed = interaction_for(replace(BASE, outcome="resolved_by_ai", summary="Asked for the price of a hedge."))
    assert closed is not None
    assert closed.contact is None
    assert closed.summary == "Asked for the price of a hedge. Answered by the assistant."
    assert interaction_for(replace(BASE, escalation="forced")) is not None


@pytest.mark.parametrize(
    ("changes", "priority", "category"),
    [
        ({"escalation": "forced", "flags": frozenset({"complaint"})}, "high", "complaint"),
        ({"escalation": "forced", "flags": frozenset({"emergency"})}, "urgent", "service_issue"),
        ({"escalation": "requested", "intents": (("billing_issue", 0.8),)}, "normal", "billing"),
        ({"intents": (("billing_issue", 0.8),)}, "normal", "billing"),
        ({"escalation": "requested", "reason": "unanswered"}, "normal", "question"),
        ({"escalation": "requested", "intents": (("book_service", 0.8),), "priority": "urgent"}, "urgent", "booking"),
        ({"escalation": "forced", "flags": frozenset({"legal"})}, "high", "complaint"),
    ],
)
def test_an_escalation_or_a_support_intent_is_a_ticket(changes: dict[str, Any], priority: str, category: str) -> None:
    ticket = ticket_for(replace(BASE, **changes))
    assert ticket is not None
    assert (ticket.priority, ticket.category) == (priority, category)


def test_an_answered_question_is_no_ticket() -> None:
    assert ticket_for(replace(BASE, intents=(("ask_hours", 0.9),), outcome="resolved_by_ai")) is None
    assert ticket_for(replace(BASE, escalation="offered", intents=(("request_quote", 0.9),))) is None


def test_a_tickets_words_are_in_the_businesss_language() -> None:
    facts = replace(
        BASE,
        language="es",
        escalation="forced",
        flags=frozenset({"complaint"}),
        lines=(("customer", "Mal"), ("ai", "Lo lamento")),
    )
    ticket = ticket_for(facts)
    assert ticket is not None
    assert ticket.subject == "Queja"
    assert ticket.description == "Cliente: Mal\nAsistente: Lo lamento"
    long = ticket_for(replace(facts, lines=(("customer", "x" * 50_000),)))
    assert long is not None
    assert len(long.description) < 21_000


async def test_the_same_facts_make_nothing_twice_and_news_update(door: Door) -> None:
    business_id, conversation_id = new_id(), new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'B', $2, 'UTC')",
            business_id,
            f"b-{business_id.hex}",
        )
    facts = replace(
        BASE,
        business_id=business_id,
        conversation_id=conversation_id,
        escalation="forced",
        intents=(("request_quote", 0.9),),
        contact=PHONE,
        outcome="resolved_by_human",
    )
    internal = InternalConnector(door)
    connectors = Connectors(crms={"internal": internal}, helpdesks={"internal": internal})
    for round_, expected in ((facts, 3), (facts, 0), (replace(facts, summary="Wants a fence."), 3)):
        async with door.transaction(business_id) as tx:
            assert await enqueue_for(tx, round_) == expected
        while (await drain_business(door, business_id, connectors)).total:
            pass
    async with door.transaction(business_id) as tx:
        counts = await tx.fetchrow(
            "SELECT (SELECT count(*) FROM crm_contacts), (SELECT count(*) FROM crm_leads), (SELECT count(*) FROM crm_interactions), "
            "(SELECT count(*) FROM tickets), (SELECT count(*) FROM outbox WHERE state = 'delivered')"
        )
        lead = await tx.fetchrow("SELECT description, source FROM crm_leads")
    assert tuple(counts) == (1, 1, 1, 1, 6)
    assert lead["description"].endswith("Wants a fence.")
    assert lead["source"] == "website_chat"
