"""SQL of handoffs: who was called, when, why, and who came."""

from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id

__all__ = [
    "anybody_online",
    "close_handoff",
    "connectors",
    "intents_of",
    "join_handoff",
    "last_receipts",
    "latest_handoff",
    "open_handoff",
    "raw_exchanges_of",
    "receipts_of",
    "save_brief",
    "see",
]


async def open_handoff(tx: Tx, conversation_id: UUID, kind: str, reason: str, priority: str) -> None:
    """A person was called. One open handoff a conversation: a second call raises its priority only."""
    await tx.execute(
        "INSERT INTO handoffs (business_id, id, conversation_id, type, reason, priority) VALUES ($1, $2, $3, $4, $5, $6) "
        "ON CONFLICT (business_id, conversation_id) WHERE closed_at IS NULL DO UPDATE SET "
        "priority = CASE WHEN array_position(ARRAY['normal', 'high', 'urgent'], excluded.priority) > "
        "array_position(ARRAY['normal', 'high', 'urgent'], handoffs.priority) THEN excluded.priority ELSE handoffs.priority END",
        tx.business_id,
        new_id(),
        conversation_id,
        kind,
        reason,
        priority,
    )


async def join_handoff(tx: Tx, conversation_id: UUID, agent_id: UUID) -> None:
    """Somebody came."""
    await tx.execute(
        "UPDATE handoffs SET agent_id = $3, acknowledged_at = coalesce(acknowledged_at, now()), joined_at = coalesce(joined_at, now()) "
        "WHERE business_id = $1 AND conversation_id = $2 AND closed_at IS NULL",
        tx.business_id,
        conversation_id,
        agent_id,
    )


async def close_handoff(tx: Tx, conversation_id: UUID) -> None:
    """Handed back, or closed."""
    await tx.execute(
        "UPDATE handoffs SET closed_at = now() WHERE business_id = $1 AND conversation_id = $2 AND closed_at IS NULL",
        tx.business_id,
        conversation_id,
    )


async def latest_handoff(tx: Tx, conversation_id: UUID) -> Any:
    """The newest handoff of a conversation, or None."""
    return await tx.fetchrow(
        "SELECT * FROM handoffs WHERE business_id = $1 AND conversation_id = $2 ORDER BY opened_at DESC LIMIT 1",
        tx.business_id,
        conversation_id,
    )


async def save_brief(tx: Tx, conversation_id: UUID, brief: dict[str, Any]) -> None:
    """Keeps the brief as it was when the worker made it."""
    await tx.execute(
        "UPDATE handoffs SET brief = $3, notified_at = coalesce(notified_at, now()) WHERE business_id = $1 AND conversation_id = $2 AND closed_at IS NULL",
        tx.business_id,
        conversation_id,
        brief,
    )


async def intents_of(tx: Tx, conversation_id: UUID, after: int) -> list[Any]:
    """(name, confidence, entities, flags, message_id) of a conversation's messages above sequence `after`, oldest first."""
    return await tx.fetch(
        "SELECT i.name, i.confidence, i.entities, i.flags, i.message_id FROM intents i JOIN messages m ON m.business_id = i.business_id "
        "AND m.id = i.message_id WHERE i.business_id = $1 AND i.conversation_id = $2 AND m.sequence > $3 ORDER BY m.sequence",
        tx.business_id,
        conversation_id,
        after,
    )


async def last_receipts(tx: Tx, conversation_id: UUID, most: int) -> list[dict[str, Any]]:
    """The newest receipts of a conversation."""
    rows = await tx.fetch(
        "SELECT r.body FROM receipts r JOIN messages m ON m.business_id = r.business_id AND m.id = r.message_id "
        "WHERE r.business_id = $1 AND m.conversation_id = $2 ORDER BY m.sequence DESC LIMIT $3",
        tx.business_id,
        conversation_id,
        most,
    )
    return [r["body"] for r in rows]


async def receipts_of(tx: Tx, conversation_id: UUID) -> dict[str, Any]:
    """Receipts by message id."""
    rows = await tx.fetch(
        "SELECT r.message_id, r.body FROM receipts r JOIN messages m ON m.business_id = r.business_id AND m.id = r.message_id "
        "WHERE r.business_id = $1 AND m.conversation_id = $2",
        tx.business_id,
        conversation_id,
    )
    return {str(r["message_id"]): r["body"] for r in rows}


async def raw_exchanges_of(tx: Tx, conversation_id: UUID) -> dict[str, dict[str, Any]]:
    """{message id: {"raw_llm_request", "raw_llm_response"}} of the messages that a model wrote (spec §2.3); colleagues only."""
    rows = await tx.fetch(
        "SELECT id, raw_llm_request, raw_llm_response FROM messages WHERE business_id = $1 AND conversation_id = $2 "
        "AND (raw_llm_request IS NOT NULL OR raw_llm_response IS NOT NULL)",
        tx.business_id,
        conversation_id,
    )
    return {str(r["id"]): {key: r[key] for key in ("raw_llm_request", "raw_llm_response")} for r in rows}


async def see(tx: Tx, user_id: UUID, state: str = "online") -> None:
    """A colleague's console is open."""
    await tx.execute(
        "INSERT INTO agent_presence (business_id, user_id, state) VALUES ($1, $2, $3) "
        "ON CONFLICT (business_id, user_id) DO UPDATE SET state = $3, seen_at = now()",
        tx.business_id,
        user_id,
        state,
    )


async def anybody_online(tx: Tx, within_seconds: int) -> bool:
    """Whether a console was seen in the last seconds."""
    return bool(
        await tx.fetchval(
            "SELECT EXISTS (SELECT FROM agent_presence WHERE business_id = $1 AND state = 'online' AND seen_at > now() - make_interval(secs => $2))",
            tx.business_id,
            within_seconds,
        )
    )


async def connectors(tx: Tx) -> tuple[str, str]:
    """The names of the CRM and the help desk in use."""
    row = await tx.fetchrow(
        "SELECT coalesce(crm_integration ->> 'crm_type', 'internal') AS crm, "
        "coalesce(helpdesk_integration ->> 'helpdesk_type', 'internal') AS helpdesk FROM businesses WHERE id = $1",
        tx.business_id,
    )
    return (row["crm"], row["helpdesk"])
