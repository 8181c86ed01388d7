"""SQL of the inbox: rows of conversations with customer and colleague, by view, searched, in pages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from firstline.conversations.model import Conversation
from firstline.conversations.queries import CONVERSATION
from firstline.ground.tenant import Tx

__all__ = ["VIEWS", "inbox", "inbox_row"]

# What each view shows; $2 is the colleague who looks.
VIEWS = {
    "waiting": "c.status = 'waiting_human'",
    "mine": "c.human_agent_id = $2 AND c.status <> 'closed'",
    "unassigned": "c.human_agent_id IS NULL AND c.status <> 'closed' AND (c.status = 'waiting_human' OR c.escalation_state ->> 'type' <> 'none')",
    "ai": "c.status = 'active' AND c.human_agent_id IS NULL",
    "all": "true",
    "closed": "c.status = 'closed'",
}
# Who waits longest comes first; else what moved last. Both sort by (time, id).
_BY_WAITING = "coalesce(c.waiting_since, c.last_message_at)"
_ROW = ", ".join(f"c.{column.strip()}" for column in CONVERSATION.split(","))
_PEOPLE = (
    "u.id AS who_id, nullif(trim(concat_ws(' ', u.first_name, u.last_name)), '') AS who_name, u.email AS who_email, u.phone AS who_phone, "
    "a.name AS agent_name"
)
_FROM = (
    "FROM conversations c LEFT JOIN customers u ON u.business_id = c.business_id AND u.id = c.customer_id "
    "LEFT JOIN users a ON a.id = c.human_agent_id"
)
_COLUMNS = len(CONVERSATION.split(","))


def _pattern(q: str) -> str:
    return "%" + q.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _found(row: Any) -> tuple[Conversation, Any]:
    return Conversation(*row[:_COLUMNS]), row


async def inbox(
    tx: Tx, view: str, viewer: UUID | None, q: str, after: tuple[datetime, UUID] | None, most: int
) -> list[tuple[Conversation, Any]]:
    """(conversation, row with who_* and agent_name) of a view; `after` is (time, id) of the last row seen."""
    by_waiting = view == "waiting"
    time = _BY_WAITING if by_waiting else "c.last_message_at"
    beyond, order = (">", "ASC") if by_waiting else ("<", "DESC")
    rows = await tx.fetch(
        f"SELECT {_ROW}, {_PEOPLE} {_FROM} WHERE c.business_id = $1 AND ($2::uuid IS NULL OR true) AND ({VIEWS[view]}) "
        "AND ($3 = '%%' OR concat_ws(' ', u.first_name, u.last_name, u.email, u.phone, c.topic) ILIKE $3 OR EXISTS "
        "(SELECT FROM messages m WHERE m.business_id = c.business_id AND m.conversation_id = c.id AND m.text ILIKE $3)) "
        f"AND ($4::timestamptz IS NULL OR ({time}, c.id) {beyond} ($4, $5::uuid)) ORDER BY {time} {order}, c.id {order} LIMIT $6",
        tx.business_id,
        viewer,
        _pattern(q),
        after[0] if after else None,
        after[1] if after else None,
        most,
    )
    return [_found(row) for row in rows]


async def inbox_row(tx: Tx, conversation_id: UUID) -> tuple[Conversation, Any] | None:
    """One conversation as inbox() gives it, or None."""
    row = await tx.fetchrow(
        f"SELECT {_ROW}, {_PEOPLE} {_FROM} WHERE c.business_id = $1 AND c.id = $2", tx.business_id, conversation_id
    )
    return _found(row) if row is not None else None
