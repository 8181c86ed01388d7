"""SQL of what was resolved by people: solved tickets with their comments, closed chats with their messages."""

from datetime import datetime
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx

__all__ = ["chat_turns", "resolved_page", "ticket_turns"]


async def resolved_page(tx: Tx, after: tuple[datetime, UUID] | None, most: int) -> list[Any]:
    """(origin, id, at, language, description, names) by (at, id). `description`: of a ticket that no chat was handed over with. What ended a moment ago waits: a slower commit may be older."""
    return await tx.fetch(
        """SELECT r.*, array_remove(ARRAY[c.first_name, c.last_name] || coalesce((
               SELECT array_agg(DISTINCT u.name) FROM memberships m JOIN users u ON u.id = m.user_id
               WHERE m.business_id = $1), '{}'), NULL) AS names
           FROM (
             SELECT 'ticket' AS origin, t.id, t.updated_at AS at, NULL::text AS language, t.customer_id,
               CASE WHEN t.conversation_id IS NULL THEN t.subject || E'\n\n' || t.description END AS description, t.created_at
             FROM tickets t WHERE t.business_id = $1 AND t.status IN ('solved', 'closed')
               AND EXISTS (SELECT FROM ticket_comments k WHERE k.business_id = $1 AND k.ticket_id = t.id AND k.author_type = 'agent'
                 AND k.visible_to_customer)
             UNION ALL
             SELECT 'chat', v.id, v.closed_at, v.language, v.customer_id, NULL, v.created_at
             FROM conversations v WHERE v.business_id = $1 AND v.status = 'closed'
               AND EXISTS (SELECT FROM messages m WHERE m.business_id = $1 AND m.conversation_id = v.id
                 AND m.sender_type = 'agent' AND m.kind = 'text' AND m.visible_to_customer)
           ) r LEFT JOIN customers c ON c.business_id = $1 AND c.id = r.customer_id
           WHERE r.at < now() - interval '5 seconds' AND ($2::timestamptz IS NULL OR (r.at, r.id) > ($2, $3::uuid))
           ORDER BY r.at, r.id LIMIT $4""",
        tx.business_id,
        after[0] if after else None,
        after[1] if after else None,
        most,
    )


async def ticket_turns(tx: Tx, ids: list[UUID]) -> list[Any]:
    """(of, sender, text, at, name) of what customers and agents wrote to each other there, in order."""
    return await tx.fetch(
        """SELECT ticket_id AS of, author_type AS sender, body AS text, created_at AS at, NULL::text AS name FROM ticket_comments
           WHERE business_id = $1 AND ticket_id = ANY($2::uuid[]) AND author_type IN ('customer', 'agent')
             AND (visible_to_customer OR author_type = 'customer') ORDER BY ticket_id, created_at, id""",
        tx.business_id,
        ids,
    )


async def chat_turns(tx: Tx, ids: list[UUID]) -> list[Any]:
    """(of, sender, text, at, name) of the messages of chats, in order; notes and notices are left out."""
    return await tx.fetch(
        """SELECT conversation_id AS of, sender_type AS sender, text, created_at AS at, sender_name AS name FROM messages
           WHERE business_id = $1 AND conversation_id = ANY($2::uuid[]) AND sender_type IN ('customer', 'agent', 'ai')
             AND kind = 'text' AND visible_to_customer ORDER BY conversation_id, sequence""",
        tx.business_id,
        ids,
    )
