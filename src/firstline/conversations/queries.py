"""SQL of conversations and their messages."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from firstline.conversations.model import Conversation, Message
from firstline.ground.tenant import Tx

__all__ = [
    "by_client_id",
    "change",
    "conversation",
    "finish_message",
    "insert_conversation",
    "insert_message",
    "lock",
    "message",
    "messages",
    "partial_reply",
]

CONVERSATION = ", ".join(f.name for f in fields(Conversation))
MESSAGE = ", ".join(f.name for f in fields(Message))


def _conversation(row: Any) -> Conversation | None:
    return Conversation(*row) if row is not None else None


def _message(row: Any) -> Message | None:
    return Message(*row) if row is not None else None


async def conversation(tx: Tx, conversation_id: UUID) -> Conversation | None:
    """The row as it is, without a lock."""
    return _conversation(
        await tx.fetchrow(
            f"SELECT {CONVERSATION} FROM conversations WHERE business_id = $1 AND id = $2",
            tx.business_id,
            conversation_id,
        )
    )


async def lock(tx: Tx, conversation_id: UUID) -> Conversation | None:
    """The row under its lock: whoever changes a conversation holds it, so facts get their numbers in commit order."""
    return _conversation(
        await tx.fetchrow(
            f"SELECT {CONVERSATION} FROM conversations WHERE business_id = $1 AND id = $2 FOR UPDATE",
            tx.business_id,
            conversation_id,
        )
    )


async def insert_conversation(
    tx: Tx,
    conversation_id: UUID,
    *,
    visitor_session_id: UUID | None,
    customer_id: UUID | None,
    channel: str,
    language: str | None,
    metadata: dict[str, Any],
) -> Conversation:
    """A new, active conversation."""
    row = await tx.fetchrow(
        f"INSERT INTO conversations (business_id, id, visitor_session_id, customer_id, channel, language, metadata) "
        f"VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING {CONVERSATION}",
        tx.business_id,
        conversation_id,
        visitor_session_id,
        customer_id,
        channel,
        language,
        metadata,
    )
    return Conversation(*row)


async def change(tx: Tx, conversation_id: UUID, values: dict[str, Any]) -> None:
    """Writes columns of a locked conversation. `values`: column -> value."""
    sets = "".join(f", {column} = ${i}" for i, column in enumerate(values, 3))
    await tx.execute(
        f"UPDATE conversations SET updated_at = now(){sets} WHERE business_id = $1 AND id = $2",
        tx.business_id,
        conversation_id,
        *values.values(),
    )


async def insert_message(tx: Tx, conversation_id: UUID, message_id: UUID, values: dict[str, Any]) -> Message:
    """The next message of a locked conversation: takes the next sequence and remembers the last line."""
    columns = "".join(f", {c}" for c in values)
    places = "".join(f", ${i}" for i in range(4, len(values) + 4))
    row = await tx.fetchrow(
        f"WITH c AS (UPDATE conversations SET message_seq = message_seq + 1, last_message_at = now(), updated_at = now(), "
        f"last_text = left($4, 200) WHERE business_id = $1 AND id = $2 RETURNING message_seq) "
        f"INSERT INTO messages (business_id, conversation_id, id, sequence{columns}) SELECT $1, $2, $3, c.message_seq{places} FROM c "
        f"RETURNING {MESSAGE}",
        tx.business_id,
        conversation_id,
        message_id,
        *values.values(),
    )
    return Message(*row)


async def by_client_id(tx: Tx, scope: str, client_message_id: str) -> Message | None:
    """The message that the same visitor already sent under that id."""
    return _message(
        await tx.fetchrow(
            f"SELECT {MESSAGE} FROM messages WHERE business_id = $1 AND client_scope = $2 AND client_message_id = $3",
            tx.business_id,
            scope,
            client_message_id,
        )
    )


async def message(tx: Tx, message_id: UUID) -> Message | None:
    """One message."""
    return _message(
        await tx.fetchrow(
            f"SELECT {MESSAGE} FROM messages WHERE business_id = $1 AND id = $2", tx.business_id, message_id
        )
    )


async def messages(
    tx: Tx, conversation_id: UUID, *, after: int = 0, limit: int = 200, for_customer: bool = False
) -> list[Message]:
    """The newest `limit` messages above sequence `after`, oldest first; notes only for colleagues."""
    rows = await tx.fetch(
        f"SELECT * FROM (SELECT {MESSAGE} FROM messages WHERE business_id = $1 AND conversation_id = $2 AND sequence > $3 "
        f"AND (visible_to_customer OR NOT $5) ORDER BY sequence DESC LIMIT $4) m ORDER BY sequence",
        tx.business_id,
        conversation_id,
        after,
        limit,
        for_customer,
    )
    return [Message(*r) for r in rows]


async def of_turn(tx: Tx, turn_id: UUID) -> list[Message]:
    """The messages of one turn: its bubbles and, once begun, its reply."""
    rows = await tx.fetch(
        f"SELECT {MESSAGE} FROM messages WHERE business_id = $1 AND turn_id = $2 ORDER BY sequence",
        tx.business_id,
        turn_id,
    )
    return [Message(*r) for r in rows]


async def partial_reply(tx: Tx, conversation_id: UUID) -> Message | None:
    """The AI message that is being written now, if any."""
    return _message(
        await tx.fetchrow(
            f"SELECT {MESSAGE} FROM messages WHERE business_id = $1 AND conversation_id = $2 AND state = 'partial' ORDER BY sequence DESC LIMIT 1",
            tx.business_id,
            conversation_id,
        )
    )


async def finish_message(tx: Tx, message_id: UUID, values: dict[str, Any]) -> Message | None:
    """Writes columns of a message and gives it back."""
    sets = "".join(f", {column} = ${i}" for i, column in enumerate(values, 3))
    return _message(
        await tx.fetchrow(
            f"UPDATE messages SET updated_at = now(){sets} WHERE business_id = $1 AND id = $2 RETURNING {MESSAGE}",
            tx.business_id,
            message_id,
            *values.values(),
        )
    )


async def of_visitor(tx: Tx, visitor_session_id: UUID) -> Conversation | None:
    """The visitor's newest conversation."""
    return _conversation(
        await tx.fetchrow(
            f"SELECT {CONVERSATION} FROM conversations WHERE business_id = $1 AND visitor_session_id = $2 ORDER BY last_message_at DESC LIMIT 1",
            tx.business_id,
            visitor_session_id,
        )
    )


async def put_feedback(tx: Tx, feedback_id: UUID, message_id: UUID, helpful: bool, reason: str | None) -> None:
    """Thumbs up or down on one message; the last word counts."""
    await tx.execute(
        "INSERT INTO feedback (business_id, id, message_id, helpful, reason) VALUES ($1, $2, $3, $4, $5) "
        "ON CONFLICT (business_id, message_id) DO UPDATE SET helpful = $4, reason = $5",
        tx.business_id,
        feedback_id,
        message_id,
        helpful,
        reason,
    )


async def idle(tx: Tx, conversation_id: UUID, quiet_seconds: float) -> bool:
    """Whether a locked conversation is active and has been quiet that long."""
    return bool(
        await tx.fetchval(
            "SELECT status = 'active' AND last_message_at < now() - make_interval(secs => $3) FROM conversations WHERE business_id = $1 AND id = $2",
            tx.business_id,
            conversation_id,
            quiet_seconds,
        )
    )
