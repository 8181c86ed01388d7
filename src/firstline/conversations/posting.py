"""Messages enter a conversation here: a customer's, a person's, a notice. Each is saved with its event."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from firstline.conversations import queries
from firstline.conversations.model import LONGEST_MESSAGE, Conversation, Message, message_json
from firstline.ground.errors import Conflict, FieldError, Invalid, NotFound
from firstline.ground.events import Fact, record
from firstline.ground.live import Live
from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id

__all__ = ["clean_text", "locked", "post", "post_agent", "post_notice"]


def clean_text(text: str, field: str = "message") -> str:
    """The text as it is stored. Raises Invalid when it is empty, too long or no text at all."""
    if len(text) > LONGEST_MESSAGE:
        raise Invalid(
            "message_too_long", f"A message has at most {LONGEST_MESSAGE} characters.", [FieldError(field, "too long")]
        )
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Invalid(
            "message_not_text", "The message is not valid text.", [FieldError(field, "not valid Unicode")]
        ) from None
    if any(c < " " and c not in "\n\r\t" for c in text):
        raise Invalid(
            "message_not_text", "The message holds control characters.", [FieldError(field, "control characters")]
        )
    cleaned = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if not cleaned:
        raise Invalid("message_empty", "Write something first.", [FieldError(field, "empty")])
    return cleaned


async def locked(tx: Tx, conversation_id: UUID) -> Conversation:
    """The conversation under its lock. Raises NotFound."""
    conversation = await queries.lock(tx, conversation_id)
    if conversation is None:
        raise NotFound("conversation_not_found", "There is no such conversation.")
    return conversation


async def post(
    tx: Tx, live: Live | None, conversation: Conversation, values: dict[str, Any], facts: Sequence[Fact] = ()
) -> Message:
    """A message of any sender into a locked conversation, with its event and any further facts. `values` begins with `text`."""
    message = await queries.insert_message(tx, conversation.id, new_id(), values)
    conversation.message_seq = message.sequence
    told = [Fact("message", {"message": message_json(message)}, message.visible_to_customer), *facts]
    conversation.event_seq = await record(tx, live, conversation.id, told) + len(told) - 1
    return message


async def post_agent(
    tx: Tx,
    live: Live | None,
    conversation: Conversation,
    agent_id: UUID,
    agent_name: str,
    text: str,
    *,
    note: bool,
    client_id: str | None = None,
) -> Message:
    """A colleague's reply, or a private note. A reply needs the conversation: raises Conflict("not_yours")."""
    if client_id:
        known = await queries.by_client_id(tx, f"agent:{agent_id}", client_id)
        if known:
            return known
    if not note and conversation.human_agent_id != agent_id:
        raise Conflict(
            "not_yours", "Take the conversation over before you answer; until then your words are private notes."
        )
    return await post(
        tx,
        live,
        conversation,
        {
            "text": clean_text(text, "text"),
            "sender_type": "agent",
            "sender_id": agent_id,
            "sender_name": agent_name,
            "kind": "note" if note else "text",
            "visible_to_customer": not note,
            "client_message_id": client_id,
            "client_scope": f"agent:{agent_id}" if client_id else None,
        },
    )


async def post_notice(
    tx: Tx,
    live: Live | None,
    conversation: Conversation,
    text: str,
    facts: Sequence[Fact] = (),
    *,
    visible: bool = True,
) -> Message:
    """A line of the house itself, such as who has joined."""
    return await post(
        tx,
        live,
        conversation,
        {"text": text, "sender_type": "system", "kind": "notice", "visible_to_customer": visible},
        facts,
    )
