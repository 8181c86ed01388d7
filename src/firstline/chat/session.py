"""A visitor's session: made with the first message, restored by its token, with the conversation where it was left."""

from dataclasses import dataclass
from typing import Any

from firstline.chat.card import card
from firstline.chat.desk import Desk
from firstline.conversations import queries as conversations
from firstline.conversations.closing import may_reopen
from firstline.conversations.model import Conversation, Message, conversation_json, message_json
from firstline.customers.contact import known
from firstline.customers.visitor import Visitor, Visitors, open_visit
from firstline.ground.errors import Unauthorized
from firstline.tenancy.model import Business

__all__ = ["Session", "open_session"]

KEPT_METADATA = ("page_url", "referrer_url", "utm_source", "locale", "user_agent")
LONGEST_VALUE = 500


@dataclass(frozen=True, slots=True)
class Session:
    """A session as the wire shows it, and whose it is."""

    visitor: Visitor
    token: str
    body: dict[str, Any]


def kept_metadata(metadata: dict[str, Any] | None) -> dict[str, str]:
    """What is stored of a page's metadata: known names, short values."""
    return {k: str(v)[:LONGEST_VALUE] for k, v in (metadata or {}).items() if k in KEPT_METADATA and v}


async def open_session(
    desk: Desk, visitors: Visitors, business: Business, token: str | None, metadata: dict[str, Any] | None
) -> Session:
    """Restores the session of `token` or makes a new one.

    Raises Unauthorized when the token is another business's or unknown, Expired when its time is over.
    """
    if token:
        visitor = await visitors.verify(token)
        if visitor.business_id != business.id:
            raise Unauthorized("bad_session_token", "This session token belongs to another business.")
    else:
        async with desk.door.transaction(business.id) as tx:
            visitor, token = await open_visit(tx, kept_metadata(metadata))
        visitors.remember(token, visitor)
        return Session(visitor, token, _body(business, desk, token))
    async with desk.door.transaction(business.id) as tx:
        conversation = await conversations.of_visitor(tx, visitor.session_id)
        if conversation is None or (
            conversation.status == "closed" and not may_reopen(conversation, desk.clock(), desk.settings.reopen_hours)
        ):
            return Session(visitor, token, _body(business, desk, token))
        messages = await conversations.messages(tx, conversation.id, for_customer=True)
        customer = await known(tx, conversation.customer_id)
    body = _body(business, desk, token)
    body["messages"] = [message_json(m) for m in messages]
    body["conversation"] = conversation_json(conversation) | {
        "messages": body["messages"],
        "agent": agent_of(messages, conversation),
    }
    if customer is not None:
        body["customer"] = {
            "id": str(customer.id),
            "name": customer.name,
            "email": customer.email,
            "phone": customer.phone,
        }
    return Session(visitor, token, body)


def agent_of(messages: list[Message], conversation: Conversation) -> dict[str, Any] | None:
    """Who has the conversation, as the visitor knows them."""
    if conversation.human_agent_id is None:
        return None
    joined = [m for m in messages if m.sender_type == "agent" and m.sender_id == conversation.human_agent_id]
    name = joined[-1].sender_name if joined else conversation.escalation_state.get("human_agent_name")
    return {"name": str(name).split()[0] if name else None}


def _body(business: Business, desk: Desk, token: str) -> dict[str, Any]:
    return {
        "session_token": token,
        "business": card(business, desk.clock()),
        "customer": None,
        "conversation": None,
        "messages": [],
        "past_conversations": [],
        "tickets": [],
    }
