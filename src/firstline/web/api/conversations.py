"""Conversations for colleagues: the inbox, the thread with receipts, replies and notes."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request

from firstline.conversations import queries
from firstline.conversations.inbox_queries import inbox, inbox_row
from firstline.conversations.model import Conversation, conversation_json, message_json
from firstline.conversations.posting import locked, post_agent
from firstline.ground.errors import NotFound
from firstline.ground.tenant import Tx
from firstline.handoff.queries import raw_exchanges_of, receipts_of
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs, person_of
from firstline.web.api.idempotency import IdempotentRoute
from firstline.web.api.paging import read_moment, write_moment
from firstline.web.api.schemas.base import Limit, Page, Search, problems
from firstline.web.api.schemas.conversations import ConversationRow, ConversationWhole, MessageIn, MessageOut
from firstline.web.rooms import rooms_of

__all__ = ["router", "shown"]

router = APIRouter(prefix="/conversations", tags=["conversations"], route_class=IdempotentRoute)
Reader = Annotated[Principal, Depends(needs("conversations:read"))]
Writer = Annotated[Principal, Depends(needs("conversations:write"))]
View = Literal["waiting", "mine", "unassigned", "ai", "all", "closed"]
NOTE = {"text": "She called this morning about the same leak.", "kind": "note"}


def _row(conversation: Conversation, row: Any) -> dict[str, Any]:
    customer = {"id": row["who_id"], "name": row["who_name"], "email": row["who_email"], "phone": row["who_phone"]}
    agent = {"id": conversation.human_agent_id, "name": row["agent_name"] or ""}
    return {
        **conversation_json(conversation),
        "customer": customer if row["who_id"] else None,
        "agent": agent if conversation.human_agent_id else None,
    }


async def shown(tx: Tx, conversation_id: UUID) -> ConversationRow:
    """The conversation as the inbox shows it. Raises NotFound."""
    found = await inbox_row(tx, conversation_id)
    if found is None:
        raise NotFound("conversation_not_found", "There is no such conversation.")
    return ConversationRow.model_validate(_row(*found))


@router.get("", responses=problems(), summary="The inbox")
async def list_conversations(
    request: Request,
    who: Reader,
    view: View = "all",
    q: Search = "",
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before")] = None,
    limit: Limit = 50,
) -> Page[ConversationRow]:
    """`waiting` with the longest waiting first, the others by the last message; `q` looks in texts, names, phones."""
    after = read_moment(cursor)
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        found = await inbox(tx, view, who.user_id, q, after, limit + 1)
    items = [ConversationRow.model_validate(_row(*entry)) for entry in found[:limit]]
    cut = None
    if len(found) > limit:
        last = found[limit - 1][0]
        at = last.waiting_since if view == "waiting" and last.waiting_since else last.last_message_at
        cut = write_moment(at, last.id)
    return Page(items=items, next_cursor=cut)


@router.get("/{conversation_id}", responses=problems(404), summary="One conversation with its messages")
async def get_conversation(
    request: Request,
    who: Reader,
    conversation_id: UUID,
    limit: Annotated[int, Query(ge=1, le=500, description="The newest so many messages")] = 200,
) -> ConversationWhole:
    """Messages oldest first, private notes too, each AI message with its receipt."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        found = await inbox_row(tx, conversation_id)
        if found is None:
            raise NotFound("conversation_not_found", "There is no such conversation.")
        messages = await queries.messages(tx, conversation_id, limit=limit)
        receipts = await receipts_of(tx, conversation_id)
        raw = await raw_exchanges_of(tx, conversation_id)
    lines = [{**message_json(m), **raw.get(str(m.id), {}), "receipt": receipts.get(str(m.id))} for m in messages]
    return ConversationWhole.model_validate({**_row(*found), "messages": lines})


@router.get("/{conversation_id}/messages", responses=problems(404), summary="Messages")
async def list_messages(
    request: Request,
    who: Reader,
    conversation_id: UUID,
    after: Annotated[int, Query(ge=0, le=2**31 - 1, description="Only those above this sequence")] = 0,
    limit: Limit = 200,
) -> Page[MessageOut]:
    """The newest ones above `after`, oldest first."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        await shown(tx, conversation_id)
        messages = await queries.messages(tx, conversation_id, after=after, limit=limit)
    return Page(items=[MessageOut.model_validate(message_json(m)) for m in messages])


@router.post(
    "/{conversation_id}/messages", status_code=201, responses=problems(404, 409, 413, 415), summary="Reply, or note"
)
async def post_message(
    request: Request,
    who: Writer,
    conversation_id: UUID,
    body: Annotated[MessageIn, Body(openapi_examples={"note": {"value": NOTE}})],
) -> MessageOut:
    """A reply needs the conversation (takeover); a note is for colleagues only. A client_message_id is kept once."""
    rooms = rooms_of(request)
    async with rooms.door.transaction(who.business_id) as tx:
        person = await person_of(tx, who, body.agent_id)
        conversation = await locked(tx, conversation_id)
        message = await post_agent(
            tx,
            rooms.live,
            conversation,
            person.id,
            person.name,
            body.text,
            note=body.kind == "note",
            client_id=body.client_message_id,
        )
    return MessageOut.model_validate(message_json(message))
