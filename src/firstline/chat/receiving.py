"""The first transaction of a turn: the message is kept and a turn is open, waiting, joined, or not needed."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from firstline.answering.port import Contact
from firstline.chat import queries
from firstline.chat.desk import Desk, Turn
from firstline.conversations import queries as conversations
from firstline.conversations.closing import may_reopen, reopen
from firstline.conversations.facts import Said
from firstline.conversations.model import Conversation, Message
from firstline.conversations.posting import clean_text, post
from firstline.customers.contact import known
from firstline.customers.queries import hold_session
from firstline.customers.visitor import Visitor
from firstline.ground.errors import NotFound
from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.tenancy.model import Business

__all__ = ["Inbound", "Received", "history_of", "load_turn", "receive"]

HISTORY = 20  # messages that a turn looks back on


@dataclass(frozen=True, slots=True)
class Inbound:
    """A customer's message as it came in. `client_message_id` names it: sent twice, it is kept once."""

    business: Business
    visitor: Visitor
    text: str
    conversation_id: UUID | None = None
    client_message_id: str | None = None
    channel: str = "web"
    metadata: dict[str, Any] | None = None


@dataclass(slots=True)
class Received:
    """What became of it. `turn` is set when this process shall run it; `turn_id` names the turn that answers, if any."""

    conversation: Conversation
    message: Message
    turn_id: UUID | None = None
    turn: Turn | None = None
    duplicate: bool = False
    first_event: int = 0


async def receive(desk: Desk, inbound: Inbound) -> Received:
    """Keeps the message. Raises Invalid for its text and NotFound for another visitor's conversation."""
    text = clean_text(inbound.text)
    scope = f"visitor:{inbound.visitor.session_id}"
    async with desk.door.transaction(inbound.business.id) as tx:
        await hold_session(tx, inbound.visitor.session_id)  # one visitor's messages come one after the other
        if inbound.client_message_id:
            known_message = await conversations.by_client_id(tx, scope, inbound.client_message_id)
            if known_message is not None:
                return await _again(tx, known_message)
        conversation, fresh = await _conversation(tx, desk, inbound)
        history = () if fresh else await history_of(tx, conversation)
        before = conversation.event_seq
        if conversation.status == "closed":
            await reopen(tx, desk.live, conversation)
        values = {
            "text": text,
            "sender_type": "customer",
            "sender_id": conversation.customer_id,
            "client_message_id": inbound.client_message_id,
            "client_scope": scope if inbound.client_message_id else None,
        }
        received = Received(conversation, None, first_event=before)  # type: ignore[arg-type]  # set on the next lines
        if conversation.human_agent_id is not None:
            received.message = await post(tx, desk.live, conversation, values)
            return received
        return await _with_turn(tx, desk, inbound, received, values, history)


async def _with_turn(
    tx: Tx, desk: Desk, inbound: Inbound, received: Received, values: dict[str, Any], history: tuple[Said, ...]
) -> Received:
    """A new bubble joins the draft before its first sentence; after it, it waits for the next turn."""
    conversation = received.conversation
    turns = (
        {row["state"]: row for row in await queries.open_turn_of(tx, conversation.id)}
        if conversation.message_seq
        else {}
    )
    turn_id = new_id()
    state = "open"
    for kind in ("open", "queued"):
        row = turns.get(kind)
        if row is None:
            continue
        if row["released"] == 0 and await queries.join_turn(tx, row["id"]):
            received.message = await post(tx, desk.live, conversation, {**values, "turn_id": row["id"]})
            received.turn_id = row["id"]
            return received
        state = "queued"
    received.message = await post(tx, desk.live, conversation, {**values, "turn_id": turn_id})
    await queries.add_turn(tx, turn_id, conversation.id, received.message.id, state, desk.settings.lease_seconds)
    received.turn_id = turn_id
    if state == "open":
        received.turn = Turn(
            turn_id,
            inbound.business,
            conversation,
            (received.message,),
            history,
            desk.clock(),
            contact=await _contact(tx, conversation),
            declined=frozenset(await queries.declined_offers(tx, conversation.id, conversation.since_seq))
            if history
            else frozenset(),
        )
    return received


async def _conversation(tx: Tx, desk: Desk, inbound: Inbound) -> tuple[Conversation, bool]:
    """The visitor's conversation under its lock, or a new one; (conversation, is new).

    Without an id it is the visitor's open conversation: a second tab that does not know it yet, or two first bubbles
    at once, must not make two. A closed one is not taken up again without its id.
    """
    found: Conversation | None
    if inbound.conversation_id is not None:
        found = await conversations.lock(tx, inbound.conversation_id)
        if found is None or found.visitor_session_id != inbound.visitor.session_id:
            raise NotFound("conversation_not_found", "There is no such conversation.")
        if found.status != "closed" or may_reopen(found, desk.clock(), desk.settings.reopen_hours):
            return found, False
    else:
        newest = await conversations.of_visitor(tx, inbound.visitor.session_id)
        found = await conversations.lock(tx, newest.id) if newest and newest.status != "closed" else None
        if found is not None and found.status != "closed":
            return found, False
    fresh = await conversations.insert_conversation(
        tx,
        new_id(),
        visitor_session_id=inbound.visitor.session_id,
        customer_id=inbound.visitor.customer_id,
        channel=inbound.channel,
        language=None,
        metadata=inbound.metadata or {},
    )
    return fresh, True


async def _again(tx: Tx, message: Message) -> Received:
    conversation = await conversations.conversation(tx, message.conversation_id)
    if conversation is None:
        raise NotFound("conversation_not_found", "There is no such conversation.")
    return Received(conversation, message, turn_id=message.turn_id, duplicate=True)


async def _contact(tx: Tx, conversation: Conversation) -> Contact:
    customer = await known(tx, conversation.customer_id)
    return Contact(customer.name, customer.email, customer.phone) if customer else Contact()


async def history_of(tx: Tx, conversation: Conversation) -> tuple[Said, ...]:
    """What was said since the last closure, oldest first, without private notes."""
    rows = await conversations.messages(
        tx, conversation.id, after=conversation.since_seq, limit=HISTORY, for_customer=True
    )
    return tuple(Said(m.sender_type, m.text) for m in rows)


async def load_turn(tx: Tx, desk: Desk, business: Business, turn_id: UUID) -> Turn | None:
    """A turn as it stands in the database: a new bubble joined it, or its process died. None when it is no longer open."""
    row = await queries.turn(tx, turn_id)
    if row is None or row["state"] != "open":
        return None
    conversation = await conversations.conversation(tx, row["conversation_id"])
    if conversation is None:
        return None
    own = await conversations.of_turn(tx, turn_id)
    bubbles = tuple(m for m in own if m.sender_type == "customer")
    reply = next((m for m in own if m.id == row["reply_id"]), None)
    history = await conversations.messages(
        tx, conversation.id, after=conversation.since_seq, limit=HISTORY, for_customer=True
    )
    before = tuple(Said(m.sender_type, m.text) for m in history if m.sequence < bubbles[0].sequence)
    return Turn(
        turn_id,
        business,
        conversation,
        bubbles,
        before,
        desk.clock(),
        attempts=row["attempts"],
        revision=row["revision"],
        reply_id=row["reply_id"],
        already=reply.text if reply else "",
        draft=reply.text if reply else "",
        released=row["released"],
        contact=await _contact(tx, conversation),
        declined=frozenset(await queries.declined_offers(tx, conversation.id, conversation.since_seq)),
    )
