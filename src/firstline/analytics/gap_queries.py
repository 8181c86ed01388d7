"""Where the assistant found no answer: what the owner may want to teach it."""

from datetime import datetime
from typing import Any

from firstline.ground.tenant import Tx

__all__ = ["unanswered_since"]


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
