"""The outbox: with the fact or not at all, in order per conversation, at least once, given up only for good reasons."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from firstline.ground.tenant import Door
from firstline.integrations.delivery import Connectors, DeliveryError
from firstline.integrations.fake.connector import FakeConnector
from firstline.integrations.outbox import Drained, drain, drain_business, enqueue, pause_after
from firstline.kit.ids import new_id


class Clock:
    def __init__(self) -> None:
        self.at = datetime.now(UTC) + timedelta(seconds=5)

    def __call__(self) -> datetime:
        return self.at


def body(conversation_id: UUID, text: str = "x") -> dict[str, Any]:
    return {
        "conversation_id": str(conversation_id),
        "body": text,
        "author_type": "system",
        "author_id": None,
        "visible_to_customer": False,
    }


def ticket(conversation_id: UUID) -> dict[str, Any]:
    return {
        "conversation_id": str(conversation_id),
        "customer_id": None,
        "subject": "s",
        "description": "d",
        "priority": "normal",
        "category": "other",
        "source": "chat",
        "metadata": {},
    }


@pytest.fixture
async def shop(door: Door) -> UUID:
    business_id = new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'B', $2, 'UTC')",
            business_id,
            f"b-{business_id.hex}",
        )
    return business_id


async def put(door: Door, shop: UUID, kind: str, key: str, conversation_id: UUID, connector: str = "fake") -> bool:
    payload = ticket(conversation_id) if kind == "ticket" else body(conversation_id, key)
    async with door.transaction(shop) as tx:
        return await enqueue(
            tx, connector=connector, kind=kind, key=key, payload=payload, conversation_id=conversation_id
        )


async def rows(door: Door, shop: UUID) -> dict[str, Any]:
    async with door.transaction(shop) as tx:
        found = await tx.fetch(
            "SELECT key, state, attempts, permanent, last_error FROM outbox WHERE business_id = $1", shop
        )
    return {r["key"]: r for r in found}


async def test_a_key_is_written_once_and_not_at_all_when_the_fact_is_rolled_back(door: Door, shop: UUID) -> None:
    conversation_id = new_id()
    assert await put(door, shop, "ticket", "k", conversation_id)
    assert not await put(door, shop, "ticket", "k", conversation_id)
    with pytest.raises(RuntimeError):
        async with door.transaction(shop) as tx:
            await enqueue(tx, connector="fake", kind="ticket", key="lost", payload={}, conversation_id=conversation_id)
            raise RuntimeError
    assert set(await rows(door, shop)) == {"k"}


async def test_rows_of_a_conversation_are_delivered_in_order_and_once(door: Door, shop: UUID) -> None:
    fake, clock, one, two = FakeConnector(), Clock(), new_id(), new_id()
    for key, kind, about in (
        ("1", "ticket", one),
        ("2", "ticket_comment", one),
        ("3", "ticket", two),
        ("4", "ticket_comment", one),
    ):
        await put(door, shop, kind, key, about)
    connectors = Connectors(helpdesks={"fake": fake})
    while (await drain_business(door, shop, connectors, clock=clock)).total:
        pass
    keys = [key for _, key in fake.calls]
    assert sorted(keys) == ["1", "2", "3", "4"]
    assert [k for k in keys if k != "3"] == ["1", "2", "4"]
    assert {r["state"] for r in (await rows(door, shop)).values()} == {"delivered"}


async def test_a_transient_error_holds_its_conversation_back_and_is_tried_again_later(door: Door, shop: UUID) -> None:
    fake, clock, one = FakeConnector(), Clock(), new_id()
    fake.failures = [DeliveryError("down")]
    await put(door, shop, "ticket", "1", one)
    await put(door, shop, "ticket_comment", "2", one)
    connectors = Connectors(helpdesks={"fake": fake})
    assert await drain_business(door, shop, connectors, clock=clock) == Drained(deferred=1)
    assert await drain_business(door, shop, connectors, clock=clock) == Drained()
    clock.at += timedelta(seconds=10)
    assert await drain_business(door, shop, connectors, clock=clock) == Drained(delivered=1)
    assert await drain_business(door, shop, connectors, clock=clock) == Drained(delivered=1)
    assert [key for _, key in fake.calls] == ["1", "1", "2"]


async def test_a_permanent_error_is_not_tried_again_and_is_told(door: Door, shop: UUID) -> None:
    fake, clock, one = FakeConnector(), Clock(), new_id()
    fake.failures = [DeliveryError("bad credentials", permanent=True)]
    await put(door, shop, "ticket", "1", one)
    await put(door, shop, "ticket", "2", new_id(), connector="unplugged")
    done = await drain_business(door, shop, Connectors(helpdesks={"fake": fake}), clock=clock)
    assert done == Drained(given_up=2)
    found = await rows(door, shop)
    assert {(r["state"], r["permanent"]) for r in found.values()} == {("failed", True)}
    async with door.transaction(shop) as tx:
        events = await tx.fetch("SELECT data FROM events WHERE type = 'integration_failed' ORDER BY feed")
    assert [e["data"]["connector"] for e in events] == ["fake", "unplugged"]


async def test_a_connectors_bug_does_not_stop_the_others_rows(door: Door, shop: UUID) -> None:
    class Broken(FakeConnector):
        async def create_ticket(self, request: Any, *, key: str) -> str:
            raise ValueError("bug")

    fake, clock = FakeConnector(), Clock()
    await put(door, shop, "ticket", "1", new_id(), connector="broken")
    await put(door, shop, "ticket", "2", new_id())
    connectors = Connectors(helpdesks={"broken": Broken(), "fake": fake})
    assert await drain_business(door, shop, connectors, clock=clock) == Drained(delivered=1, deferred=1)
    assert (await rows(door, shop))["1"]["last_error"] == "ValueError: bug"


async def test_after_all_attempts_a_row_is_dead(door: Door, shop: UUID) -> None:
    fake, clock = FakeConnector(), Clock()
    fake.failures = [DeliveryError("down")] * 50
    await put(door, shop, "ticket", "1", new_id())
    connectors = Connectors(helpdesks={"fake": fake})
    for _ in range(25):
        await drain_business(door, shop, connectors, clock=clock)
        clock.at += timedelta(days=1)
    row = (await rows(door, shop))["1"]
    assert (row["state"], row["attempts"], row["permanent"]) == ("dead", 20, False)


async def test_a_worker_that_died_with_a_row_is_followed_by_another(door: Door, shop: UUID) -> None:
    class Died(BaseException):
        pass

    class Dying(FakeConnector):
        async def create_ticket(self, request: Any, *, key: str) -> str:
            raise Died

    clock = Clock()
    await put(door, shop, "ticket", "1", new_id())
    with pytest.raises(Died):
        await drain_business(door, shop, Connectors(helpdesks={"fake": Dying()}), clock=clock)
    fake = FakeConnector()
    assert await drain_business(door, shop, Connectors(helpdesks={"fake": fake}), clock=clock) == Drained()
    clock.at += timedelta(minutes=3)
    assert await drain_business(door, shop, Connectors(helpdesks={"fake": fake}), clock=clock) == Drained(delivered=1)


async def test_a_round_serves_every_business(door: Door) -> None:
    fake = FakeConnector()
    shops = []
    for _ in range(2):
        business_id = new_id()
        shops.append(business_id)
        async with door.transaction(business_id) as tx:
            await tx.execute(
                "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'B', $2, 'UTC')",
                business_id,
                f"b-{business_id.hex}",
            )
        await put(door, business_id, "ticket", f"k-{business_id}", new_id())
    await drain(door, Connectors(helpdesks={"fake": fake}), clock=Clock())
    assert {key for _, key in fake.calls} >= {f"k-{b}" for b in shops}


def test_pauses_double_and_are_capped() -> None:
    pauses = [pause_after(n, UUID(int=0)) for n in range(1, 40)]
    assert pauses[:3] == [5, 10, 20]
    assert max(pauses) == 14400
    assert pause_after(1, UUID(int=255)) <= 5 * 1.25
