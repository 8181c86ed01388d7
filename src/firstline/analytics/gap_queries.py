"""Where the assistant found no answer: what the owner may want to teach it."""

from datetime import datetime
from typing import Any

from firstline.ground.tenant import Tx

__all__ = ["unanswered_since"]


async def unanswered_since(tx: Tx, start: datetime, limit: int = 6) -> list[dict[str, Any]]:
    """(id of the conversation, question, at), newest first: what stood just before a reply that had to say "I don't know"."""
    rows = await tx.fetch(
        "SELECT h.conversation_id AS id, h.created_at AS at, (SELECT m.text FROM messages m WHERE m.business_id = h.business_id "
        "AND m.conversation_id = h.conversation_id AND m.sender_type = 'customer' AND (r.sequence IS NULL OR m.sequence < r.sequence) "
        "ORDER BY m.sequence DESC LIMIT 1) AS question "
        "FROM escalation_hits h LEFT JOIN messages r ON r.business_id = h.business_id AND r.id = h.message_id "
        "WHERE h.business_id = $1 AND h.created_at >= $2 AND h.reason IN ('unanswered', 'low_confidence') "
        "AND h.policy IS DISTINCT FROM 'offer_accepted' ORDER BY h.created_at DESC LIMIT $3",
        tx.business_id,
        start,
        limit,
    )
    return [dict(row) for row in rows if row["question"]]
