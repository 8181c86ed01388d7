"""Facts: an event is written with what it tells of, in one transaction; viewers hear of it after the commit.

`seq` counts per conversation and is what viewers resume from. Consoles read one feed per business, ordered by
(transaction, feed number) and only behind the oldest open transaction, so that a late commit is never skipped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from firstline.ground.live import Live
from firstline.ground.tenant import Tx

__all__ = ["NOBODY", "Event", "Fact", "feed_after", "record", "record_for_business", "since"]

NOBODY = "0-0"  # the cursor before the first event of a business's feed


@dataclass(frozen=True, slots=True)
class Fact:
    """What happened, before it has a number."""

    type: str
    data: dict[str, Any] = field(default_factory=dict)
    visible: bool = True  # to the customer


@dataclass(frozen=True, slots=True)
class Event:
    """A committed fact. `seq` per conversation (None: of the business); `cursor` its place in the business's feed."""

    conversation_id: UUID | None
    seq: int | None
    type: str
    data: dict[str, Any]
    visible: bool = True
    cursor: str = ""


async def record(tx: Tx, live: Live | None, conversation_id: UUID, facts: Sequence[Fact]) -> int:
    """Writes `facts` under the conversation's lock, runs their handlers, announces them after the commit.

    Returns the number of the first. Raises asyncpg.NoDataFoundError when the conversation is not this tenant's.
    """
    first: int = await tx.fetchval(
        "SELECT record_events($1, $2, $3, $4)",
        conversation_id,
        [f.type for f in facts],
        [f.data for f in facts],
        [f.visible for f in facts],
    )
    for fact in facts:
        for handler in tx.door.handlers.get(fact.type, ()):
            await handler(tx, conversation_id, fact.type, fact.data)
    if live is not None:
        events = [Event(conversation_id, first + i, f.type, f.data, f.visible) for i, f in enumerate(facts)]
        business_id = tx.business_id
        tx.after_commit(lambda: live.publish(business_id, conversation_id, events))
    return first


async def record_for_business(tx: Tx, live: Live | None, fact: Fact) -> None:
    """An event of the business itself (an ingestion's progress): consoles see it, customers do not."""
    await tx.execute(
        "INSERT INTO events (business_id, type, data, visible_to_customer) VALUES ($1, $2, $3, false)",
        tx.business_id,
        fact.type,
        fact.data,
    )
    for handler in tx.door.handlers.get(fact.type, ()):
        await handler(tx, None, fact.type, fact.data)
    if live is not None:
        business_id = tx.business_id
        tx.after_commit(lambda: live.publish(business_id, None, []))


async def since(tx: Tx, conversation_id: UUID, after: int, limit: int = 500) -> list[Event]:
    """A conversation's events with a number above `after`, oldest first."""
    rows = await tx.fetch(
        "SELECT seq, type, data, visible_to_customer FROM events "
        "WHERE business_id = $1 AND conversation_id = $2 AND seq > $3 ORDER BY seq LIMIT $4",
        tx.business_id,
        conversation_id,
        after,
        limit,
    )
    return [Event(conversation_id, r["seq"], r["type"], r["data"], r["visible_to_customer"]) for r in rows]


async def feed_after(tx: Tx, cursor: str, limit: int = 500) -> list[Event]:
    """The business's feed after `cursor` ("transaction-number"), of finished transactions only."""
    # ordered by the column, not by its text of the same name: 999 comes before 1000
    xact, _, feed = cursor.partition("-")
    rows = await tx.fetch(
        "SELECT conversation_id, seq, type, data, visible_to_customer, xact::text AS xact, feed FROM events "
        "WHERE business_id = $1 AND (xact, feed) > ($2::text::xid8, $3) "
        "AND xact < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY events.xact, feed LIMIT $4",
        tx.business_id,
        xact,
        int(feed),
        limit,
    )
    return [
        Event(
            r["conversation_id"], r["seq"], r["type"], r["data"], r["visible_to_customer"], f"{r['xact']}-{r['feed']}"
        )
        for r in rows
    ]


async def feed_end(tx: Tx) -> str:
    """The cursor at the newest readable event of the business."""
    row = await tx.fetchrow(
        "SELECT xact::text AS xact, feed FROM events WHERE business_id = $1 "
        "AND xact < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY events.xact DESC, feed DESC LIMIT 1",
        tx.business_id,
    )
    return f"{row['xact']}-{row['feed']}" if row else NOBODY
