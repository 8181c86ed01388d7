"""events/stream: everything that happens in a business, as it is committed; the console lives on it."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from typing import Annotated
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Header, Query, Request
from starlette.responses import StreamingResponse

from firstline.ground.errors import Invalid
from firstline.ground.events import Event, feed_after, feed_end
from firstline.ground.live import Whisper
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs
from firstline.web.api.schemas.base import problems
from firstline.web.rooms import Rooms, rooms_of

__all__ = ["router", "stream"]

router = APIRouter(prefix="/events", tags=["events"])
PING_SECONDS = 15.0
LONGEST_SECONDS = 600.0
# The feed is read behind the oldest open transaction: what woke us may be readable only a moment later.
SOON_SECONDS = 0.05
SOON_TRIES = 20
CATCH_UP_SECONDS = 5.0  # a lost wake-up is noticed after so long
CURSOR = re.compile(r"\d{1,19}-\d{1,18}")


def _frame(event: Event) -> bytes:
    data = {
        "conversation_id": event.conversation_id,
        "seq": event.seq,
        "type": event.type,
        "visible_to_customer": event.visible,
        "data": event.data,
    }
    name = event.type.encode()
    return (
        b"id: " + event.cursor.encode() + b"\nevent: " + name + b"\ndata: " + orjson.dumps(data, default=str) + b"\n\n"
    )


def _whispered(items: Sequence[object] | None) -> bytes:
    """What is shown and forgotten (who types, what is being done): it has no id to resume from."""
    out = b""
    for item in items or ():
        if isinstance(item, Whisper):
            data = {"conversation_id": item.conversation_id, "seq": None, "visible_to_customer": True, **item.news}
            out += (
                b"event: " + str(item.news["type"]).encode() + b"\ndata: " + orjson.dumps(data, default=str) + b"\n\n"
            )
    return out


async def stream(
    rooms: Rooms, business_id: UUID, cursor: str, *, longest: float = LONGEST_SECONDS, present: bool = False
) -> AsyncIterator[bytes]:
    """Frames after `cursor`; a comment when nothing happens; ends after `longest` seconds and the viewer resumes.

    `present`: a person's console is behind it, so somebody counts as online while it is open.
    """
    clock = asyncio.get_running_loop().time
    ends, pinged, tries = clock() + longest, clock(), 0
    viewer = rooms.live.subscribe(business_id)
    try:
        yield b"retry: 1000\n: open\n\n"
        while clock() < ends:
            if present:
                rooms.extras["presence"].mark(business_id)
            async with rooms.door.transaction(business_id) as tx:
                events = await feed_after(tx, cursor)
            if events:
                cursor, tries, pinged = events[-1].cursor, 0, clock()
                yield b"".join(_frame(event) for event in events)
                continue
            if clock() - pinged >= PING_SECONDS:
                pinged = clock()
                yield b": ping\n\n"
            pause = SOON_SECONDS if tries > 0 else min(CATCH_UP_SECONDS, max(0.01, ends - clock()))
            heard = await viewer.next(pause)
            if told := _whispered(heard):
                yield told
            else:
                tries = SOON_TRIES if heard is not None else max(0, tries - 1)
    finally:
        viewer.close()


@router.get(
    "/stream",
    responses={**problems(), 200: {"description": "Server-sent events", "content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    response_class=StreamingResponse,
    summary="Everything that happens, live",
)  # fmt: skip
async def get_stream(
    request: Request,
    who: Annotated[Principal, Depends(needs("conversations:read"))],
    after: Annotated[
        str | None, Query(max_length=50, description="The id of the last event seen; none: from now on")
    ] = None,
    last_event_id: Annotated[str | None, Header(max_length=50)] = None,
) -> StreamingResponse:
    """`id:` is the cursor to resume from, `event:` the type, `data:` {conversation_id, seq, type, data}."""
    rooms = rooms_of(request)
    present = who.user_id is not None and "presence" in rooms.extras
    cursor = last_event_id or after
    if cursor is not None and not CURSOR.fullmatch(cursor):
        raise Invalid("cursor_invalid", "This is no cursor of the stream.")
    if cursor is None:
        async with rooms.door.transaction(who.business_id) as tx:
            cursor = await feed_end(tx)
    return StreamingResponse(
        stream(rooms, who.business_id, cursor, present=present),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
