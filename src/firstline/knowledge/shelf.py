"""The indexes that a process holds: bounded by bytes, the least asked go first, built once whoever asks meanwhile.

Nobody waits for one: until it is there, PostgreSQL alone answers, with the same results.
"""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from uuid import UUID

from asyncpg import InterfaceError, PostgresError

from firstline.ground.log import logger
from firstline.ground.tenant import Door
from firstline.knowledge import cold_queries, load_queries
from firstline.knowledge.held import HeldIndex, Scan
from firstline.knowledge.keywords import Keywords
from firstline.knowledge.search_queries import version_and_model

__all__ = ["Shelf"]

WHOLE_BYTES = (
    8 * 2**20
)  # an index that stays below this with its parts holds them, so that a question costs one read less
REST = 4.0  # times what a build took, before the same business's next one: a bulk change is not indexed at each step
log = logger("knowledge")


@dataclass(frozen=True, slots=True)
class _Held:
    version: int
    model: str
    index: HeldIndex
    bytes: int


class Shelf:
    """One a process. Belongs to its event loop."""

    def __init__(self, door: Door, limit_bytes: int) -> None:
        self._door = door
        self._limit = limit_bytes
        self._held: OrderedDict[UUID, _Held] = OrderedDict()
        self._too_large: dict[UUID, tuple[int, str]] = {}
        self._building: dict[UUID, asyncio.Task[None]] = {}
        self._doubts: dict[UUID, asyncio.Task[None]] = {}
        self._rested: dict[UUID, float] = {}
        self._one = asyncio.Semaphore(1)

    @property
    def bytes(self) -> int:
        """What the indexes take."""
        return sum(held.bytes for held in self._held.values())

    def get(self, business_id: UUID, version: int, model: str) -> HeldIndex | None:
        """The index of just this version and model; one of another is dropped, and a new one is begun."""
        held = self._held.get(business_id)
        if held and (held.version, held.model) == (version, model):
            self._held.move_to_end(business_id)
            return held.index
        self.drop(business_id)
        if self._too_large.get(business_id) != (version, model) and time.monotonic() >= self._rested.get(
            business_id, 0
        ):
            self._begin(business_id)
        return None

    def peek(self, business_id: UUID) -> HeldIndex | None:
        """The index there is, whatever its version."""
        held = self._held.get(business_id)
        return held.index if held else None

    def drop(self, business_id: UUID) -> None:
        """Gives the memory back now."""
        self._held.pop(business_id, None)

    def doubt(self, business_id: UUID) -> None:
        """Something has changed there: an index that is of before gives its memory back now, not at the next question."""
        if business_id in self._held and business_id not in self._doubts:
            self._doubts[business_id] = asyncio.get_running_loop().create_task(self._check(business_id))

    async def _check(self, business_id: UUID) -> None:
        try:
            async with self._door.transaction(business_id) as tx:
                now = await version_and_model(tx)
            held = self._held.get(business_id)
            if held and (held.version, held.model) != now:
                self.drop(business_id)
        except (OSError, PostgresError, InterfaceError) as error:  # the next question compares versions anyway
            log.warning("index_not_checked", business_id=str(business_id), error=repr(error))
        finally:
            self._doubts.pop(business_id, None)

    async def built(self, business_id: UUID) -> None:
        """Waits for the index that is being built, or builds it."""
        await self._begin(business_id)

    async def close(self) -> None:
        """No build goes on after this."""
        tasks = [*self._building.values(), *self._doubts.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(self, business_id: UUID) -> "asyncio.Task[None]":
        task = self._building.get(business_id)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._build(business_id))
            self._building[business_id] = task
            task.add_done_callback(lambda _: self._building.pop(business_id, None))
        return task

    async def _build(self, business_id: UUID) -> None:
        async with self._one:
            started = time.monotonic()
            try:
                await self._load(business_id)
            except (
                OSError,
                RuntimeError,
                LookupError,
                ValueError,
            ) as error:  # the edge that owns it: PostgreSQL answers
                log.warning("index_not_built", business_id=str(business_id), error=repr(error))
            took = time.monotonic() - started
            self._rested[business_id] = time.monotonic() + (REST * took if took > 0.2 else 0)

    async def _load(self, business_id: UUID) -> None:
        while True:
            async with self._door.transaction(business_id) as tx:
                if not await cold_queries.fill_words(tx):
                    break
        async with self._door.transaction(business_id) as tx:
            await load_queries.one_snapshot(tx)
            version, model = await version_and_model(tx)
            if model is None:
                return
            dimensions, chunks, vectors = await load_queries.sizes(tx, model)
            if chunks * dimensions > self._limit:
                self._too_large[business_id] = (version, model)
                return
            columns, lengths = await load_queries.columns(tx, model)
            whole = (vectors * 2 + chunks) * dimensions <= min(WHOLE_BYTES, self._limit)
            scan = Scan(len(columns.ids), dimensions)
            async for rows, block in load_queries.vectors(tx, columns, model):
                await asyncio.to_thread(scan.put, rows, block)
            parts = await load_queries.parts(tx, columns, model, dimensions) if whole else None
            postings = await load_queries.postings(tx)
        keywords = await asyncio.to_thread(Keywords.of_postings, lengths, postings)
        self._keep(business_id, version, model, HeldIndex(columns, keywords, scan, parts))

    def _keep(self, business_id: UUID, version: int, model: str, index: HeldIndex) -> None:
        self._held.pop(business_id, None)
        size = index.bytes
        if size > self._limit:
            self._too_large[business_id] = (version, model)
            return
        self._too_large.pop(business_id, None)
        self._held[business_id] = _Held(version, model, index, size)
        while self.bytes > self._limit:
            self._held.popitem(last=False)
