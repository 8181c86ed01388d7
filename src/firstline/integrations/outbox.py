"""What other systems must hear of: written with the fact in its transaction, delivered afterwards, at least once.

Ordered per conversation and connector, idempotent by key. A transient error is tried again with doubling pauses; a
permanent one is not, and the business's feed says so. No transaction is open while a connector works.
"""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import resources
from typing import Any
from uuid import UUID

from firstline.ground.events import Fact, record_for_business
from firstline.ground.live import Live
from firstline.ground.tenant import Door, Tx
from firstline.integrations import queries
from firstline.integrations.delivery import Connectors, Delivery, DeliveryError
from firstline.kit.clock import now as clock_now
from firstline.kit.ids import new_id

__all__ = ["Drained", "drain", "drain_business", "enqueue"]


@dataclass(frozen=True, slots=True)
class Drained:
    """What one round did: rows delivered, put off, given up (permanent or out of attempts)."""

    delivered: int = 0
    deferred: int = 0
    given_up: int = 0

    def __add__(self, other: "Drained") -> "Drained":
        return Drained(self.delivered + other.delivered, self.deferred + other.deferred, self.given_up + other.given_up)

    @property
    def total(self) -> int:
        """All rows that were tried."""
        return self.delivered + self.deferred + self.given_up


@lru_cache(maxsize=1)
def _limits() -> dict[str, float]:
    return tomllib.loads(resources.files("firstline.integrations").joinpath("data/delivery.toml").read_text("utf-8"))


async def enqueue(
    tx: Tx, *, connector: str, kind: str, key: str, payload: dict[str, Any], conversation_id: UUID | None = None
) -> bool:
    """Writes a delivery in the caller's transaction. False when the connector already has that key: made once."""
    return await queries.insert_outbox(tx, new_id(), connector, kind, key, payload, conversation_id)


async def drain(
    door: Door, connectors: Connectors, *, live: Live | None = None, clock: Callable[[], datetime] = clock_now
) -> Drained:
    """One round over every business with due rows, at most a batch of each: no tenant starves another.

    The worker calls it again at once while `total` is not 0, else on the next wake-up or poll.
    """
    done = Drained()
    for business_id in await queries.businesses_with_due_rows(door):
        done += await drain_business(door, business_id, connectors, live=live, clock=clock)
    return done


async def drain_business(
    door: Door,
    business_id: UUID,
    connectors: Connectors,
    *,
    live: Live | None = None,
    clock: Callable[[], datetime] = clock_now,
) -> Drained:
    """Claims a batch of one business's due rows and delivers them, one after the other."""
    limits = _limits()
    now = clock()
    async with door.transaction(business_id) as tx:
        rows = await queries.claim_outbox(tx, now, now + timedelta(seconds=limits["lease"]), int(limits["batch"]))
    done = Drained()
    for row in rows:
        done += await _deliver(door, row, connectors, live, clock)
    return done


async def _deliver(
    door: Door, row: Delivery, connectors: Connectors, live: Live | None, clock: Callable[[], datetime]
) -> Drained:
    try:
        await connectors.deliver(row)
    except DeliveryError as why:
        return await _put_off(door, row, why, live, clock())
    except Exception as why:  # noqa: BLE001 - the edge that owns it: a connector's bug must not stop the others' rows
        return await _put_off(door, row, DeliveryError(f"{type(why).__name__}: {why}"), live, clock())
    async with door.transaction(row.business_id) as tx:
        await queries.mark_delivered(tx, row, clock())
    return Drained(delivered=1)


async def _put_off(door: Door, row: Delivery, why: DeliveryError, live: Live | None, now: datetime) -> Drained:
    limits = _limits()
    given_up = why.permanent or row.attempts >= limits["most_attempts"]
    pause = why.retry_after if why.retry_after is not None else pause_after(row.attempts, row.id)
    async with door.transaction(row.business_id) as tx:
        state = "failed" if why.permanent else ("dead" if given_up else "pending")
        await queries.mark_failed(tx, row, state, now + timedelta(seconds=pause), str(why)[:1000], why.permanent)
        if given_up:
            data = {"connector": row.connector, "kind": row.kind, "error": str(why)[:200], "permanent": why.permanent}
            await record_for_business(tx, live, Fact("integration_failed", data, visible=False))
    return Drained(given_up=1) if given_up else Drained(deferred=1)


def pause_after(attempts: int, row_id: UUID) -> float:
    """Seconds before the next try: doubling, capped, spread by up to a quarter so that rows do not come back at once."""
    limits = _limits()
    doubled: float = limits["first_pause"] * 2.0 ** min(attempts - 1, 30)
    return min(limits["longest_pause"], doubled) * (1 + (row_id.int % 256) / 1024)
