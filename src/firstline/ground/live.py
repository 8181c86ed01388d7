"""Wakes viewers after a commit: at once in this process, by NOTIFY in the others.

A notification carries no fact, only a number: whoever misses one catches up from `events`, so a lost one loses nothing.
NOTIFY runs in its own statement after the commit (inside a writing transaction it would serialise commits), batched.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from firstline.ground.db import connect
from firstline.ground.log import logger
from firstline.kit.ids import new_id

__all__ = ["Live", "Subscription", "Whisper"]

CHANNEL = "firstline_live"
MOST_BYTES = 7000  # a NOTIFY payload stays under 8,000 bytes
log = logger("live")


@dataclass(frozen=True, slots=True)
class Whisper:
    """Something to show and forget: {"type", "data"}."""

    conversation_id: UUID
    news: dict[str, Any]


class Subscription:
    """A viewer's mailbox: events that came in order, or just the news that there is something to read."""

    __slots__ = ("_live", "key", "queue")

    def __init__(self, live: "Live", key: tuple[UUID, UUID | None]) -> None:
        self._live = live
        self.key = key
        self.queue: asyncio.Queue[Sequence[Any]] = asyncio.Queue(maxsize=256)

    def wake(self, events: Sequence[Any]) -> None:
        """Drops the oldest when the viewer is slow: it will catch up from the table."""
        if self.queue.full():
            with contextlib.suppress(asyncio.QueueEmpty):
                self.queue.get_nowait()
        self.queue.put_nowait(events)

    async def next(self, timeout_s: float) -> Sequence[Any] | None:
        """Events (maybe none: go and read), or None when nothing came within `timeout_s` seconds."""
        try:
            async with asyncio.timeout(timeout_s):
                return await self.queue.get()
        except TimeoutError:
            return None

    def rest(self) -> list[Sequence[Any]]:
        """What else is in the mailbox now; nothing is waited for."""
        return [self.queue.get_nowait() for _ in range(self.queue.qsize())]

    def close(self) -> None:
        """No more wake-ups."""
        self._live.forget(self)


class Live:
    """One per process."""

    def __init__(self, url: str | None) -> None:
        self._url = url
        self._origin = new_id().hex
        self._viewers: dict[tuple[UUID, UUID | None], set[Subscription]] = defaultdict(set)
        self._pending: set[str] = set()
        self._wanted = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.watchers: list[Callable[[UUID, UUID | None], None]] = []  # of every wake-up, from any process

    async def start(self) -> None:
        """Opens one LISTEN and one NOTIFY connection; both come back by themselves when they break."""
        if self._url:
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._announce())]

    async def stop(self) -> None:
        """Closes both; viewers hear nothing more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def subscribe(self, business_id: UUID, conversation_id: UUID | None = None) -> Subscription:
        """A mailbox for one conversation, or (None) for everything of a business."""
        subscription = Subscription(self, (business_id, conversation_id))
        self._viewers[subscription.key].add(subscription)
        return subscription

    def forget(self, subscription: Subscription) -> None:
        """Called by Subscription.close."""
        viewers = self._viewers.get(subscription.key)
        if viewers:
            viewers.discard(subscription)
            if not viewers:
                del self._viewers[subscription.key]

    @property
    def viewers(self) -> int:
        """Open mailboxes."""
        return sum(len(v) for v in self._viewers.values())

    def publish(self, business_id: UUID, conversation_id: UUID | None, events: Sequence[Any]) -> None:
        """Tells everybody in this process at once, and the other processes soon."""
        self._deliver(business_id, conversation_id, events)
        self._pending.add(f"{business_id.hex}:{conversation_id.hex if conversation_id else ''}")
        self._wanted.set()

    def whisper(
        self, business_id: UUID, conversation_id: UUID, news: dict[str, Any], *, everywhere: bool = True
    ) -> None:
        """Something that is not stored (who types, what is being done); `everywhere`: to the other processes' viewers too."""
        self._murmur(business_id, conversation_id, news)
        if not everywhere:
            return
        entry = orjson.dumps(news).decode()
        if len(entry) < MOST_BYTES // 4:
            self._pending.add(f"{business_id.hex}:{conversation_id.hex}:{entry}")
            self._wanted.set()

    def _murmur(self, business_id: UUID, conversation_id: UUID, news: dict[str, Any]) -> None:
        for key in ((business_id, conversation_id), (business_id, None)):
            for viewer in tuple(self._viewers.get(key, ())):
                viewer.wake((Whisper(conversation_id, news),))

    def _deliver(self, business_id: UUID, conversation_id: UUID | None, events: Sequence[Any]) -> None:
        for viewer in tuple(self._viewers.get((business_id, conversation_id), ())):
            viewer.wake(events)
        if conversation_id is not None:
            for viewer in tuple(self._viewers.get((business_id, None), ())):
                viewer.wake(())
        for watcher in self.watchers:
            watcher(business_id, conversation_id)

    def _heard(self, _connection: Any, _pid: int, _channel: str, payload: str) -> None:
        origin, _, rest = payload.partition("|")
        if origin == self._origin:
            return
        for entry in rest.split("\n"):
            business, _, more = entry.partition(":")
            conversation, _, news = more.partition(":")
            if news:
                self._murmur(UUID(business), UUID(conversation), orjson.loads(news))
                continue
            self._deliver(UUID(business), UUID(conversation) if conversation else None, ())

    async def _listen(self) -> None:
        while True:
            try:
                connection = await connect(self._url or "")
                try:
                    await connection.add_listener(CHANNEL, self._heard)
                    self._wake_all()  # whatever came while nobody listened
                    while not connection.is_closed():
                        await asyncio.sleep(1)
                finally:
                    connection.terminate()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("listen_lost", error=str(error))
                await asyncio.sleep(0.5)

    def _wake_all(self) -> None:
        for viewers in tuple(self._viewers.values()):
            for viewer in tuple(viewers):
                viewer.wake(())

    async def _announce(self) -> None:
        connection: Any = None
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            entries, self._pending = list(self._pending), set()
            try:
                if connection is None or connection.is_closed():
                    connection = await connect(self._url or "")
                for chunk in _batches(entries):
                    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, f"{self._origin}|{chunk}")
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("notify_lost", error=str(error))  # polling catches up
                connection = None
                await asyncio.sleep(0.5)
            await asyncio.sleep(0.002)  # lets a burst gather


def _batches(entries: list[str]) -> list[str]:
    out: list[str] = []
    size = 0
    batch: list[str] = []
    for entry in entries:
        if size + len(entry) + 1 > MOST_BYTES:
            out.append("\n".join(batch))
            batch, size = [], 0
        batch.append(entry)
        size += len(entry) + 1
    return [*out, "\n".join(batch)] if batch else out
