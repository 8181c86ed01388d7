"""The summary of a period: in the business's days, and everything adds up."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from firstline.analytics.summary import NamedCount, bounds, read_period, summarize
from firstline.ground.errors import Invalid
from firstline.ground.tenant import Door, Tx
from firstline.kit.ids import new_id

CHICAGO = ZoneInfo("America/Chicago")
DAY = date(2026, 2, 18)


@pytest.fixture
async def shop(door: Door) -> UUID:
    business_id = new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'B', $2, 'America/Chicago')",
            business_id,
            f"b-{business_id.hex}",
        )
    return business_id


async def talk(
    tx: Tx,
    at: datetime,
    *,
    status: str = "closed",
    outcome: str | None = None,
    escalation: str = "none",
    csat: int | None = None,
    intent: str = "ask_hours",
    response_ms: int | None = 500,
) -> UUID:
    conversation_id, message_id = new_id(), new_id()
    state: dict[str, Any] = {"type": escalation, "reason": None, "score": 0.0, "human_agent_id": None}
    await tx.execute(
        "INSERT INTO conversations (business_id, id, status, closed_at, resolution_outcome, escalation_state, csat_score, created_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        tx.business_id,
        conversation_id,
        status,
        at + timedelta(minutes=10) if status == "closed" else None,
        outcome,
        state,
        csat,
        at,
    )
    lines = [(message_id, "customer", 1, at)]
    if response_ms is not None:
        lines.append((new_id(), "ai", 2, at + timedelta(milliseconds=response_ms)))
    for line_id, who, sequence, when in lines:
        await tx.execute(
            "INSERT INTO messages (business_id, id, conversation_id, sender_type, sequence, text, created_at) "
            "VALUES ($1, $2, $3, $4, $5, 'x', $6)",
            tx.business_id,
            line_id,
            conversation_id,
            who,
            sequence,
            when,
        )
    await tx.execute(
        "INSERT INTO intents (business_id, id, conversation_id, message_id, name, confidence, stage) VALUES ($1, $2, $3, $4, $5, 0.9, 'rules')",
        tx.business_id,
        new_id(),
        conversation_id,
        message_id,
        intent,
    )
    return conversation_id


async def test_an_empty_period_is_all_zeros(door: Door, shop: UUID) -> None:
    async with door.transaction(shop) as tx:
        made = await summarize(tx, DAY, DAY, CHICAGO)
    assert (made.conversations_started, made.open, made.top_intents) == (0, 0, ())
    assert made.median_first_response_ms is made.csat_avg is made.median_resolution_minutes is None
    assert made.as_json()["period_start"] == "2026-02-18"


async def test_started_is_the_sum_of_its_parts(door: Door, shop: UUID) -> None:
    noon = datetime(2026, 2, 18, 18, 0, tzinfo=UTC)
    async with door.transaction(shop) as tx:
        await talk(tx, noon, outcome="resolved_by_ai", csat=5, response_ms=300)
        await talk(tx, noon, outcome="resolved_by_ai", csat=4, response_ms=900)
        await talk(tx, noon, outcome="unresolved", response_ms=None)
        await talk(tx, noon, outcome="resolved_by_human", intent="request_quote", response_ms=700)
        await talk(tx, noon, status="waiting_human", escalation="forced", intent="complaint")
        await talk(tx, noon, status="active", escalation="offered")
        reopened = await talk(tx, noon, outcome="unresolved")
        await tx.execute(
            "INSERT INTO handoffs (business_id, id, conversation_id, type, reason) VALUES ($1, $2, $3, 'requested', 'x')",
            shop,
            new_id(),
            reopened,
        )
        await tx.execute(
            "INSERT INTO escalation_hits (business_id, id, conversation_id, action, reason) VALUES ($1, $2, $3, 'auto_escalate', 'complaint')",
            shop,
            new_id(),
            reopened,
        )
        made = await summarize(tx, DAY, DAY, CHICAGO)
    assert (made.conversations_started, made.ai_resolved, made.human_escalated, made.unresolved, made.open) == (
        7,
        2,
        3,
        1,
        1,
    )
    assert made.conversations_started == made.ai_resolved + made.human_escalated + made.unresolved + made.open
    assert made.median_first_response_ms == 500
    assert made.median_resolution_minutes == 10.0
    assert made.csat_avg == 4.5
    assert made.top_intents[0] == NamedCount("ask_hours", 5)
    assert made.quotes_requested == 1
    assert made.human_resolved == 1
    assert made.escalation_reasons == (NamedCount("complaint", 1),)
    assert made.messages == {"customer": 7, "ai": 6, "agent": 0}


async def test_days_are_the_businesss_own(door: Door, shop: UUID) -> None:
    late = datetime(2026, 2, 19, 5, 30, tzinfo=UTC)  # 23:30 of the 18th in Chicago
    async with door.transaction(shop) as tx:
        await talk(tx, late, outcome="resolved_by_ai")
        assert (await summarize(tx, DAY, DAY, CHICAGO)).conversations_started == 1
        assert (await summarize(tx, DAY, DAY, ZoneInfo("UTC"))).conversations_started == 0


async def test_another_business_is_never_counted(door: Door, shop: UUID) -> None:
    async with door.transaction(new_id()) as tx:
        assert (await summarize(tx, DAY, DAY, CHICAGO)).conversations_started == 0


def test_a_day_of_the_clock_change_has_its_own_length() -> None:
    since, until = bounds(date(2026, 3, 8), date(2026, 3, 8), CHICAGO)
    assert until - since == timedelta(hours=23)


@pytest.mark.parametrize(
    ("start", "end"),
    [("2026-02-30", "2026-03-01"), ("2026-02-02", "2026-02-01"), ("x", "y"), ("2020-01-01", "2026-01-01")],
)
def test_a_date_that_does_not_exist_and_a_wrong_period_are_refused(start: str, end: str) -> None:
    with pytest.raises(Invalid):
        read_period(start, end)


def test_a_period_is_read() -> None:
    assert read_period("2026-02-01", "2026-02-28") == (date(2026, 2, 1), date(2026, 2, 28))
