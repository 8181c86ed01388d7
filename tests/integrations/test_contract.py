"""The contract of every connector: idempotent by key, one row a conversation, errors that say whether they are permanent."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from firstline.ground.tenant import Door
from firstline.integrations.crm import CrmContact, CrmLeadCreateRequest, Interaction
from firstline.integrations.delivery import DeliveryError
from firstline.integrations.fake.connector import FakeConnector
from firstline.integrations.helpdesk import TicketComment, TicketCreateFromChat
from firstline.integrations.internal.connector import InternalConnector
from firstline.kit.ids import new_id

AT = datetime(2026, 2, 18, 16, 0, tzinfo=UTC)
Look = Callable[[], Awaitable[dict[str, Any]]]


@dataclass
class World:
    """A connector, a business, and a way to look at what the other side holds of a conversation's ticket."""

    connector: Any
    business_id: UUID
    ticket: Callable[[UUID], Awaitable[dict[str, Any] | None]]
    counts: Callable[[], Awaitable[tuple[int, int, int]]]


async def _internal(door: Door) -> World:
    business_id = new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'B', $2, 'UTC')",
            business_id,
            f"b-{business_id.hex}",
        )

    async def ticket(conversation_id: UUID) -> dict[str, Any] | None:
        async with door.transaction(business_id) as tx:
            row = await tx.fetchrow(
                "SELECT * FROM tickets WHERE business_id = $1 AND conversation_id = $2", business_id, conversation_id
            )
            if row is None:
                return None
            found = await tx.fetch(
                "SELECT key, body FROM ticket_comments WHERE business_id = $1 AND ticket_id = $2",
                business_id,
                row["id"],
            )
        return {**row, "comments": {r["key"]: r["body"] for r in found}}

    async def counts() -> tuple[int, int, int]:
        async with door.transaction(business_id) as tx:
            row = await tx.fetchrow(
                "SELECT (SELECT count(*) FROM crm_leads), (SELECT count(*) FROM crm_interactions), (SELECT count(*) FROM crm_contacts)"
            )
        return tuple(row)

    return World(InternalConnector(door), business_id, ticket, counts)


def _fake() -> World:
    fake = FakeConnector()

    async def ticket(conversation_id: UUID) -> dict[str, Any] | None:
        return fake.tickets.get(conversation_id)

    async def counts() -> tuple[int, int, int]:
        return (
            len(fake.leads),
            len(fake.interactions),
            len({(i.contact.email, i.contact.phone) for i in fake.leads.values()}),
        )

    return World(fake, new_id(), ticket, counts)


@pytest.fixture(params=["internal", "fake"])
async def world(request: pytest.FixtureRequest, door: Door) -> World:
    return _fake() if request.param == "fake" else await _internal(door)


def lead_of(world: World, conversation_id: UUID, **rest: Any) -> CrmLeadCreateRequest:
    contact = rest.pop("contact", CrmContact(email="Dana@Example.com", first_name="Dana"))
    metadata = {"conversation_id": str(conversation_id), "initial_intent": "request_quote"}
    return CrmLeadCreateRequest(
        world.business_id, contact, rest.pop("description", "AI chat: hedge"), metadata=metadata
    )


def ticket_of(world: World, conversation_id: UUID, **rest: Any) -> TicketCreateFromChat:
    base = TicketCreateFromChat(
        world.business_id, None, "Billing issue", "Charged twice", conversation_id, category="billing"
    )
    return replace(base, **rest)


async def test_the_same_lead_twice_is_one_lead(world: World) -> None:
    conversation_id = new_id()
    first = await world.connector.create_lead(lead_of(world, conversation_id), key="a")
    again = await world.connector.create_lead(lead_of(world, conversation_id), key="a")
    news = await world.connector.create_lead(lead_of(world, conversation_id, description="AI chat: fence"), key="b")
    assert first == again == news
    assert await world.counts() == (1, 0, 1)


async def test_a_lead_without_a_way_of_contact_is_refused_for_good(world: World) -> None:
    with pytest.raises(DeliveryError) as caught:
        await world.connector.create_lead(lead_of(world, new_id(), contact=CrmContact(first_name="Dana")), key="a")
    assert caught.value.permanent


async def test_an_interaction_needs_no_contact_and_is_one_a_conversation(world: World) -> None:
    conversation_id = new_id()
    ref = {"conversation_id": str(conversation_id)}
    one = Interaction(new_id(), world.business_id, AT, "Asked for hours.", external_ref=ref)
    first = await world.connector.record_interaction(one, key="a")
    known = CrmContact(phone="+16085550100")
    later = replace(one, id=new_id(), summary="Asked for hours, then a quote.", contact=known)
    assert await world.connector.record_interaction(later, key="b") == first
    assert (await world.counts())[:2] == (0, 1)


async def test_the_same_ticket_twice_is_one_ticket_without_a_comment(world: World) -> None:
    conversation_id = new_id()
    first = await world.connector.create_ticket(ticket_of(world, conversation_id), key="a")
    assert await world.connector.create_ticket(ticket_of(world, conversation_id), key="a") == first
    ticket = await world.ticket(conversation_id)
    assert ticket is not None
    assert (ticket["number"], ticket["status"], ticket["comments"]) == (1, "open", {})


async def test_news_on_a_ticket_raise_its_priority_and_never_lower_it(world: World) -> None:
    conversation_id = new_id()
    await world.connector.create_ticket(ticket_of(world, conversation_id, priority="high"), key="a")
    for _ in range(2):
        await world.connector.create_ticket(
            ticket_of(world, conversation_id, priority="normal", description="More"), key="b"
        )
    ticket = await world.ticket(conversation_id)
    assert ticket is not None
    assert ticket["priority"] == "high"
    assert ticket["comments"] == {"b": "More"}
    await world.connector.create_ticket(ticket_of(world, conversation_id, priority="urgent"), key="c")
    assert (await world.ticket(conversation_id) or {})["priority"] == "urgent"


async def test_tickets_are_numbered_one_after_the_other(world: World) -> None:
    ids = [new_id(), new_id(), new_id()]
    for conversation_id in ids:
        await world.connector.create_ticket(ticket_of(world, conversation_id), key=str(conversation_id))
    assert [(await world.ticket(i) or {})["number"] for i in ids] == [1, 2, 3]


async def test_a_comment_is_written_once_and_needs_a_ticket(world: World) -> None:
    conversation_id = new_id()
    comment = TicketComment(world.business_id, conversation_id, "Called back.", author_type="agent")
    with pytest.raises(DeliveryError) as caught:
        await world.connector.comment(comment, key="x")
    assert caught.value.permanent
    await world.connector.create_ticket(ticket_of(world, conversation_id), key="a")
    assert await world.connector.comment(comment, key="x") == await world.connector.comment(comment, key="x")
    assert (await world.ticket(conversation_id) or {})["comments"] == {"x": "Called back."}


async def test_no_request_can_say_which_status_a_ticket_has() -> None:
    assert "status" not in TicketCreateFromChat.__dataclass_fields__
