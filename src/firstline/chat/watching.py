"""A viewer of one conversation: everything committed since a number, then what comes, with nothing skipped or doubled."""

from collections.abc import AsyncIterator
from uuid import UUID

from firstline.ground.events import Event, since
from firstline.ground.live import Live, Subscription, Whisper
from firstline.ground.tenant import Door

__all__ = ["Seen", "watch"]

PING_SECONDS = 15.0
Seen = Event | Whisper | None  # None: nothing for a while


async def watch(
    door: Door,
    live: Live,
    business_id: UUID,
    conversation_id: UUID,
    after: int,
    *,
    caught_up: bool = False,
    subscription: Subscription | None = None,
) -> AsyncIterator[list[Seen]]:
    """Yields events above `after` in order, whispers as they come, None after 15 s of silence; together what came together.

    `caught_up`: nothing above `after` is in the table yet (saves the first read).
    """
    mailbox = subscription or live.subscribe(business_id, conversation_id)
    last = after
    try:
        if not caught_up:
            stored = await _read(door, business_id, conversation_id, last)
            if stored:
                last = stored[-1].seq or last
                yield [*stored]
        while True:
            out: list[Seen] = []
            for news in (await mailbox.next(PING_SECONDS), *mailbox.rest()):
                whispers = [n for n in news or () if isinstance(n, Whisper)]
                if whispers:
                    out += whispers
                    continue
                fresh = [n for n in news or () if n.seq > last]
                if news and not fresh:
                    continue
                if not fresh or fresh[0].seq != last + 1:
                    fresh = await _read(door, business_id, conversation_id, last)
                out += fresh
                last = (fresh[-1].seq or last) if fresh else last
                if news is None:
                    out.append(None)
            if out:
                yield out
    finally:
        mailbox.close()


async def _read(door: Door, business_id: UUID, conversation_id: UUID, after: int) -> list[Event]:
    out: list[Event] = []
    while True:
        async with door.transaction(business_id) as tx:
            page = await since(tx, conversation_id, after)
        out += page
        if len(page) < 500:
            return out
        after = page[-1].seq or after
