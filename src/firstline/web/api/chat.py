"""The chat API (design/api.md): what the widget speaks. The edge says one sentence; chat does the work."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response, Security
from fastapi.responses import JSONResponse, StreamingResponse
from fastapi.security import HTTPBearer

from firstline.chat.answering_events import visitor_event
from firstline.chat.card import card
from firstline.chat.receiving import Inbound, Received, receive
from firstline.chat.session import kept_metadata, open_session
from firstline.conversations import queries as conversations
from firstline.conversations.model import Conversation, message_json
from firstline.customers.visitor import Visitor
from firstline.ground.errors import FieldError, Invalid, NotFound, Unauthorized
from firstline.ground.events import since
from firstline.tenancy.model import Business
from firstline.web.api.chat_events import checked_data
from firstline.web.api.chat_models import CardOut, EventIn, EventOut, Events, MessageIn, SessionIn, SessionOut, TurnOut
from firstline.web.api.chat_stream import HEADERS, conversation_stream, finish_turn, turn_stream
from firstline.web.api.schemas.base import problems
from firstline.web.rooms import Rooms, rooms_of

__all__ = ["router"]

_scheme = HTTPBearer(auto_error=False, scheme_name="sessionToken", description="A visitor's token: flv_…")
router = APIRouter(prefix="/chat", tags=["chat"], responses=problems(), dependencies=[Security(_scheme)])
Bearer = Annotated[str | None, Header(alias="Authorization", max_length=500)]


def _token(authorization: str | None) -> str | None:
    if not authorization:
        return None
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token else None


def _limit(request: Request, rooms: Rooms, kind: str) -> None:
    host = request.client.host if request.client else "?"
    rooms.extras["rate"].take(f"{kind}:{host}")


async def _visitor(rooms: Rooms, authorization: str | None) -> Visitor:
    token = _token(authorization)
    if not token:
        raise Unauthorized("session_token_missing", "Send the session token as a bearer token.")
    visitor: Visitor = await rooms.extras["visitors"].verify(token)
    return visitor


async def _own(rooms: Rooms, visitor: Visitor, conversation_id: UUID) -> Conversation:
    async with rooms.door.transaction(visitor.business_id) as tx:
        found = await conversations.conversation(tx, conversation_id)
    if found is None or found.visitor_session_id != visitor.session_id:
        raise NotFound("conversation_not_found", "There is no such conversation.")
    return found


@router.get("/business/{slug}", response_model=CardOut, summary="The public card of a business")
async def get_card(request: Request, slug: str) -> JSONResponse:
    """Name, greeting, languages, open now; cacheable, no session."""
    rooms = rooms_of(request)
    business = await rooms.profiles.find(slug)
    headers = {"Cache-Control": "public, max-age=60", "Access-Control-Allow-Origin": "*"}
    return JSONResponse(card(business, rooms.chat.clock()), headers=headers)


@router.post("/session", response_model=SessionOut, summary="Make or restore a session")
async def post_session(request: Request, body: SessionIn) -> dict[str, Any]:
    """A known token restores its session and the open conversation; none makes an anonymous one."""
    rooms = rooms_of(request)
    _limit(request, rooms, "session")
    business = await rooms.profiles.find(body.business)
    session = await open_session(rooms.chat, rooms.extras["visitors"], business, body.session_token, body.metadata)
    return session.body


@router.post("/message", response_model=TurnOut, summary="Send a message, stream or await the answer")
async def post_message(request: Request, body: MessageIn, authorization: Bearer = None) -> Response:
    """`Accept: text/event-stream` streams the turn; else the answer comes when it is done.

    Without a session one is made and given back in `accepted` and in the header `X-Session-Token`.
    """
    rooms = rooms_of(request)
    _limit(request, rooms, "message")
    business, visitor, made = await _who_writes(rooms, body, authorization)
    inbound = Inbound(
        business,
        visitor,
        body.message,
        body.conversation_id,
        body.client_message_id,
        "web",
        kept_metadata(body.metadata),
    )
    received: Received = await receive(rooms.chat, inbound)
    headers = {**HEADERS, "X-Session-Token": made} if made else HEADERS
    if "text/event-stream" in request.headers.get("accept", ""):
        return StreamingResponse(
            turn_stream(rooms.chat, received, made), media_type="text/event-stream", headers=headers
        )
    replies = await finish_turn(rooms.chat, received)
    answer = {
        "conversation_id": str(received.conversation.id),
        "status": received.conversation.status,
        "message": message_json(received.message),
        "replies": [message_json(m) for m in replies],
        "escalation": received.conversation.escalation_state,
        "session_token": made,
    }
    return JSONResponse(answer, headers=headers)


async def _who_writes(rooms: Rooms, body: MessageIn, authorization: str | None) -> tuple[Business, Visitor, str | None]:
    """The business, the visitor, and the token when a session was just made (the spec's message without one)."""
    token = _token(authorization) or body.customer_token
    if token:
        visitor = await rooms.extras["visitors"].verify(token)
        if body.business_id is not None and body.business_id != visitor.business_id:
            raise NotFound("business_not_found", "This session belongs to another business.")
        return await rooms.profiles.get(visitor.business_id), visitor, None
    if body.business_id is None:
        raise Invalid(
            "business_missing", "Name the business, or send a session token.", [FieldError("business_id", "missing")]
        )
    if body.conversation_id is not None:
        raise Unauthorized("session_token_missing", "A conversation is continued with its session token.")
    business = await rooms.profiles.find(str(body.business_id))
    session = await open_session(rooms.chat, rooms.extras["visitors"], business, None, body.metadata)
    return business, session.visitor, session.token


@router.get("/stream", response_class=StreamingResponse, summary="A conversation, live")
async def get_stream(
    request: Request,
    conversation_id: UUID,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    authorization: Bearer = None,
    last_event_id: Annotated[str | None, Header(max_length=30)] = None,
) -> StreamingResponse:
    """Everything committed after event number `after` (or `Last-Event-ID`), then what comes."""
    rooms = rooms_of(request)
    visitor = await _visitor(rooms, authorization)
    await _own(rooms, visitor, conversation_id)
    start_at = int(last_event_id) if last_event_id and last_event_id.isdigit() and len(last_event_id) < 19 else after
    body = conversation_stream(rooms.chat, visitor.business_id, conversation_id, start_at)
    return StreamingResponse(body, media_type="text/event-stream", headers=HEADERS)


@router.get("/messages", response_model=Events, summary="A conversation, by polling")
async def get_messages(
    request: Request,
    conversation_id: UUID,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    authorization: Bearer = None,
) -> dict[str, Any]:
    """The events after number `after`, oldest first; at most 500."""
    rooms = rooms_of(request)
    visitor = await _visitor(rooms, authorization)
    conversation = await _own(rooms, visitor, conversation_id)
    async with rooms.door.transaction(visitor.business_id) as tx:
        events = await since(tx, conversation_id, after)
    items = [{"id": e.seq, "type": e.type, "data": e.data} for e in events if e.visible]
    last = events[-1].seq if events else after
    return {"events": items, "last": last, "status": conversation.status}


@router.post("/events", response_model=EventOut, summary="Typing, feedback, a person, contact, close")
async def post_event(request: Request, body: EventIn, authorization: Bearer = None) -> dict[str, Any]:
    """One event of the visitor in their own conversation."""
    rooms = rooms_of(request)
    _limit(request, rooms, "event")
    visitor = await _visitor(rooms, authorization)
    data = checked_data(body.type, body.data)
    await _own(rooms, visitor, body.conversation_id)
    business = await rooms.profiles.get(visitor.business_id)
    status = await visitor_event(rooms.chat, business, body.conversation_id, body.type, data)
    return {"ok": True, "status": status}
