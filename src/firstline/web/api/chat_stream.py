"""Server-sent events as bytes: a turn's own stream, and a conversation's."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import orjson

from firstline.chat.desk import Desk
from firstline.chat.receiving import Received
from firstline.chat.runner import start
from firstline.chat.watching import Seen, watch
from firstline.conversations import queries as conversations
from firstline.conversations.model import Message, message_json
from firstline.ground.events import Event
from firstline.ground.live import Whisper

__all__ = ["HEADERS", "conversation_stream", "frame", "turn_stream"]

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
LONGEST_SECONDS = 600.0  # then the viewer resumes
PING = b": ping\n\n"


def frame(kind: str, data: dict[str, Any], number: int | None = None) -> bytes:
    """One event. `id:` is the event's number, so that a viewer resumes after it."""
    head = b"id: %d\n" % number if number is not None else b""
    return head + b"event: " + kind.encode() + b"\ndata: " + orjson.dumps(data, default=str) + b"\n\n"


def _shown(batch: list[Seen]) -> bytes:
    """Everything that came together, in one piece: a write to the socket costs more than its bytes."""
    return b"".join(map(_one, batch))


def _one(seen: Seen) -> bytes:
    if seen is None:
        return PING
    if isinstance(seen, Whisper):
        return frame(seen.news["type"], seen.news["data"])
    return frame(seen.type, seen.data, seen.seq) if seen.visible else b""


async def conversation_stream(desk: Desk, business_id: UUID, conversation_id: UUID, after: int) -> AsyncIterator[bytes]:
    """Everything committed since `after`, then live; ends after ten minutes."""
    ends = asyncio.get_running_loop().time() + LONGEST_SECONDS
    yield b"retry: 1000\n: open\n\n"
    async for batch in watch(desk.door, desk.live, business_id, conversation_id, after):
        shown = _shown(batch)
        if shown:
            yield shown
        if asyncio.get_running_loop().time() > ends:
            return


def _accepted(received: Received, token: str | None) -> bytes:
    message = received.message
    data = {
        "conversation_id": str(received.conversation.id),
        "message_id": str(message.id),
        "sequence": message.sequence,
        "client_message_id": message.client_message_id,
        "created_at": message.created_at.isoformat(),
    }
    if token:
        data["session_token"] = token
    return frame("accepted", data)


def _done(received: Received) -> bytes:
    c = received.conversation
    return frame("done", {"conversation_id": str(c.id), "status": c.status, "sequence": c.message_seq})


async def turn_stream(desk: Desk, received: Received, token: str | None) -> AsyncIterator[bytes]:
    """The turn that answers this message, until it is done. Its viewer may leave: the turn goes on."""
    c = received.conversation
    mailbox = desk.live.subscribe(c.business_id, c.id)
    if received.turn is not None:
        start(desk, received.turn)
    try:
        yield _accepted(received, token)
        if received.turn_id is None:  # a person has the conversation
            yield _done(received)
            return
        after, over = c.event_seq, False
        if received.duplicate or received.turn is None:
            replies, after, over = await _so_far(desk, received)
            for reply in replies:
                yield frame("message", {"message": message_json(reply)})
            if over:
                yield _done(received)
                return
        ends = asyncio.get_running_loop().time() + LONGEST_SECONDS
        caught_up = received.turn is not None
        async for batch in watch(
            desk.door, desk.live, c.business_id, c.id, after, caught_up=caught_up, subscription=mailbox
        ):
            last = next((n for n, seen in enumerate(batch) if _ends(seen, received.turn_id)), None)
            shown = _shown(batch if last is None else batch[: last + 1])
            if shown:
                yield shown
            if last is not None or asyncio.get_running_loop().time() > ends:
                return
    finally:
        mailbox.close()


def _ends(seen: Seen, turn_id: UUID) -> bool:
    """Done: this turn, or everything because it was interrupted."""
    if not isinstance(seen, Event) or seen.type != "done":
        return False
    return seen.data.get("turn_id") in (str(turn_id), None)


async def _so_far(desk: Desk, received: Received) -> tuple[list[Message], int, bool]:
    """(the turn's replies, the number they are as of, whether the turn is over)."""
    from firstline.chat.queries import turn as turn_row

    c = received.conversation
    assert received.turn_id is not None
    async with desk.door.transaction(c.business_id) as tx:
        current = await conversations.lock(tx, c.id)
        row = await turn_row(tx, received.turn_id)
        replies = [m for m in await conversations.of_turn(tx, received.turn_id) if m.sender_type == "ai"]
    if current is not None:
        received.conversation = current
    return replies, received.conversation.event_seq, row is None or row["state"] not in ("open", "queued")


async def finish_turn(desk: Desk, received: Received) -> list[Message]:
    """Waits for the turn's end and gives its replies: the answer for callers that do not stream."""
    c = received.conversation
    if received.turn_id is None:
        return []
    async for chunk in turn_stream(desk, received, None):
        if chunk.startswith(b"event: done") or b"\nevent: done" in chunk:
            break
    async with desk.door.transaction(c.business_id) as tx:
        replies = [m for m in await conversations.of_turn(tx, received.turn_id) if m.sender_type == "ai"]
        received.conversation = await conversations.conversation(tx, c.id) or c
    return replies
