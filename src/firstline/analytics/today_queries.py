"""The numbers of the console's first page: one business, one day, and what is still open."""

from datetime import datetime
from typing import Any

from firstline.ground.tenant import Tx

__all__ = ["numbers_since", "unanswered_since", "waiting_now"]


async def numbers_since(tx: Tx, start: datetime) -> dict[str, Any]:
    """{chats, answered_by_ai, handed_over, leads, tickets, csat, csat_count} of what began since `start` (with zone)."""
    row = await tx.fetchrow(
        """
        SELECT count(*) AS chats,
          count(*) FILTER (WHERE escalation_state ->> 'type' NOT IN ('requested', 'forced')
            AND EXISTS (SELECT FROM messages m WHERE m.business_id = c.business_id AND m.conversation_id = c.id AND m.sender_type = 'ai')
            AND NOT EXISTS (SELECT FROM messages m WHERE m.business_id = c.business_id AND m.conversation_id = c.id
                            AND m.sender_type = 'agent' AND m.visible_to_customer)) AS answered_by_ai,
          count(*) FILTER (WHERE escalation_state ->> 'type' IN ('requested', 'forced')) AS handed_over,
          avg(csat_score)::float AS csat, count(csat_score) AS csat_count,
          (SELECT count(*) FROM crm_leads l WHERE l.business_id = $1 AND l.created_at >= $2) AS leads,
          (SELECT count(*) FROM tickets t WHERE t.business_id = $1 AND t.created_at >= $2) AS tickets
        FROM conversations c WHERE c.business_id = $1 AND c.created_at >= $2
        """,
        tx.business_id,
        start,
    )
    return dict(row)


async def waiting_now(tx: Tx, limit: int = 6) -> list[dict[str, Any]]:
    """Who waits for a person, the longest first: (id, name, last_text, waiting_since, topic, priority)."""
    rows = await tx.fetch(
        "SELECT c.id, nullif(trim(concat_ws(' ', u.first_name, u.last_name)), '') AS name, c.last_text, c.waiting_since, c.topic, c.priority "
        "FROM conversations c LEFT JOIN customers u ON u.business_id = c.business_id AND u.id = c.customer_id "
        "WHERE c.business_id = $1 AND c.status = 'waiting_human' ORDER BY c.waiting_since NULLS LAST LIMIT $2",
        tx.business_id,
        limit,
    )
    return [dict(row) for row in rows]


async def unanswered_since(tx: Tx, start: datetime, limit: int = 6) -> list[dict[str, Any]]:
    """Conversations in which the assistant found no answer: (id, question, at), newest first."""
    rows = await tx.fetch(
        "SELECT c.id, (SELECT m.text FROM messages m WHERE m.business_id = c.business_id AND m.conversation_id = c.id "
        "AND m.sender_type = 'customer' ORDER BY m.sequence DESC LIMIT 1) AS question, c.last_message_at AS at "
        "FROM conversations c WHERE c.business_id = $1 AND c.last_message_at >= $2 AND c.unanswered_in_row > 0 "
        "ORDER BY c.last_message_at DESC LIMIT $3",
        tx.business_id,
        start,
        limit,
    )
    return [dict(row) for row in rows]
