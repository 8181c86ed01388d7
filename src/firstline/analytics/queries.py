"""The SQL of the metrics: reads only. A conversation belongs to the period in which it began."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from firstline.ground.tenant import Tx

__all__ = [
    "business_counts",
    "conversation_counts",
    "conversations_with_intent",
    "escalation_reasons",
    "median_first_response_ms",
    "message_counts",
    "top_intents",
]

_PERIOD = "business_id = $1 AND created_at >= $2 AND created_at < $3"
# A person was called: said by the handoff, the state, or the outcome (a handoff that was only offered is none).
_ESCALATED = (
    "(c.escalation_state ->> 'type' IN ('requested', 'forced') OR c.resolution_outcome IS NOT DISTINCT FROM 'resolved_by_human' OR EXISTS "
    "(SELECT FROM handoffs h WHERE h.business_id = $1 AND h.conversation_id = c.id AND h.type IN ('requested', 'forced')))"
)


async def conversation_counts(tx: Tx, since: datetime, until: datetime) -> Mapping[str, Any]:
    """started, ai_resolved, human_escalated, human_resolved, unresolved, open, median_resolution_minutes, csat_avg."""
    row: Mapping[str, Any] = await tx.fetchrow(
        f"""
        WITH c AS (SELECT c.*, {_ESCALATED} AS escalated FROM conversations c
                   WHERE c.business_id = $1 AND c.created_at >= $2 AND c.created_at < $3)
        SELECT count(*) AS started,
          count(*) FILTER (WHERE escalated) AS human_escalated,
          count(*) FILTER (WHERE resolution_outcome = 'resolved_by_human') AS human_resolved,
          count(*) FILTER (WHERE NOT escalated AND resolution_outcome = 'resolved_by_ai') AS ai_resolved,
          count(*) FILTER (WHERE NOT escalated AND status = 'closed'
                           AND resolution_outcome IS DISTINCT FROM 'resolved_by_ai') AS unresolved,
          count(*) FILTER (WHERE NOT escalated AND status <> 'closed'
                           AND resolution_outcome IS DISTINCT FROM 'resolved_by_ai') AS open,
          percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - created_at) / 60)
            FILTER (WHERE closed_at IS NOT NULL AND resolution_outcome IN ('resolved_by_ai', 'resolved_by_human'))
            AS median_resolution_minutes,
          avg(csat_score) AS csat_avg
        FROM c
        """,
        tx.business_id,
        since,
        until,
    )
    return row


async def median_first_response_ms(tx: Tx, since: datetime, until: datetime) -> float | None:
    """From the customer's first message to the first visible reply of AI or agent, in milliseconds."""
    median: float | None = await tx.fetchval(
        """
        WITH c AS (SELECT id FROM conversations WHERE business_id = $1 AND created_at >= $2 AND created_at < $3),
        first AS (SELECT m.conversation_id, min(m.created_at) AS at FROM messages m JOIN c ON c.id = m.conversation_id
                  WHERE m.business_id = $1 AND m.sender_type = 'customer' GROUP BY 1),
        reply AS (SELECT f.conversation_id, f.at, (SELECT min(m.created_at) FROM messages m WHERE m.business_id = $1
                    AND m.conversation_id = f.conversation_id AND m.sender_type IN ('ai', 'agent') AND m.visible_to_customer
                    AND m.created_at >= f.at) AS replied FROM first f)
        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM replied - at) * 1000) FROM reply
        WHERE replied IS NOT NULL
        """,
        tx.business_id,
        since,
        until,
    )
    return median


async def top_intents(tx: Tx, since: datetime, until: datetime, most: int) -> list[tuple[str, int]]:
    """Conversations by the intents seen in them, most frequent first."""
    rows = await tx.fetch(
        "SELECT i.name, count(DISTINCT i.conversation_id) AS n FROM intents i JOIN conversations c "
        "ON c.business_id = i.business_id AND c.id = i.conversation_id "
        "WHERE i.business_id = $1 AND c.created_at >= $2 AND c.created_at < $3 GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $4",
        tx.business_id,
        since,
        until,
        most,
    )
    return [(r["name"], r["n"]) for r in rows]


async def conversations_with_intent(tx: Tx, since: datetime, until: datetime, name: str) -> int:
    """Conversations in which that intent was seen."""
    count: int = await tx.fetchval(
        "SELECT count(DISTINCT i.conversation_id) FROM intents i JOIN conversations c "
        "ON c.business_id = i.business_id AND c.id = i.conversation_id "
        "WHERE i.business_id = $1 AND c.created_at >= $2 AND c.created_at < $3 AND i.name = $4",
        tx.business_id,
        since,
        until,
        name,
    )
    return count


async def escalation_reasons(tx: Tx, since: datetime, until: datetime, most: int) -> list[tuple[str, int]]:
    """Conversations by the reasons for which a person was called or offered."""
    rows = await tx.fetch(
        "SELECT h.reason, count(DISTINCT h.conversation_id) AS n FROM escalation_hits h JOIN conversations c "
        "ON c.business_id = h.business_id AND c.id = h.conversation_id WHERE h.business_id = $1 AND c.created_at >= $2 "
        "AND c.created_at < $3 AND h.action <> 'notify_only' GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT $4",
        tx.business_id,
        since,
        until,
        most,
    )
    return [(r["reason"], r["n"]) for r in rows]


async def message_counts(tx: Tx, since: datetime, until: datetime) -> dict[str, int]:
    """Messages sent in the period by customer, ai and agent; private notes do not count."""
    rows = await tx.fetch(
        f"SELECT sender_type, count(*) AS n FROM messages WHERE {_PERIOD} AND visible_to_customer AND kind = 'text' "
        "AND sender_type <> 'system' GROUP BY 1",
        tx.business_id,
        since,
        until,
    )
    return {"customer": 0, "ai": 0, "agent": 0} | {r["sender_type"]: r["n"] for r in rows}


async def business_counts(tx: Tx, since: datetime, until: datetime) -> dict[str, int]:
    """leads_created, tickets_created, helpful and unhelpful thumbs of the period."""
    row = await tx.fetchrow(
        f"SELECT (SELECT count(*) FROM crm_leads WHERE {_PERIOD}) AS leads_created, "
        f"(SELECT count(*) FROM tickets WHERE {_PERIOD}) AS tickets_created, "
        f"(SELECT count(*) FROM feedback WHERE {_PERIOD} AND helpful) AS helpful, "
        f"(SELECT count(*) FROM feedback WHERE {_PERIOD} AND NOT helpful) AS unhelpful",
        tx.business_id,
        since,
        until,
    )
    return dict(row)
