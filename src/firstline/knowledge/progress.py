"""A run of an ingestion job: what is done so far, told as it goes, refused as soon as another run has the job."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from firstline.ground.db import AWAY
from firstline.ground.events import Fact, record_for_business
from firstline.ground.live import Live
from firstline.ground.tenant import Door, Tx
from firstline.knowledge import job_queries
from firstline.knowledge.model import Job, UnreadableDocument
from firstline.knowledge.sources.port import Report, SourceFailed
from firstline.knowledge.store import Step

__all__ = ["LEASE", "Run", "TakenOver"]

LEASE = timedelta(seconds=30)  # kept by a beat of its own, also while a long document is read, and by each batch
BEAT_SECONDS = 10.0  # two may be lost before the lease ends
EVENT_SECONDS = 0.5  # consoles hear of progress at most this often
MOST_ERRORS = 100

Hear = Callable[[dict[str, int]], None]


class TakenOver(Exception):
    """The job is another run's by now, or it was cancelled: this run writes nothing more."""


class Run:
    """`stats` as the spec has them; `progress` = {"found", "done", "unchanged", "removed", "current"}."""

    def __init__(
        self, door: Door, job: Job, report: Report, live: Live | None = None, hear: Hear | None = None
    ) -> None:
        self.job = job
        self.report = report
        self.errors: list[dict[str, Any]] = []
        self.counts = {"documents": 0, "chunks": 0, "errors": 0}
        self.done = self.unchanged = self.removed = 0
        self.current = ""
        self.spare: list[UUID] = []  # documents in the bin whose text the source has under another name
        self.failure: SourceFailed | None = None
        self._door, self._live, self._hear = door, live, hear
        self._partial: dict[str, int] = {}
        self._told = 0.0
        self._lost = False

    @property
    def stats(self) -> dict[str, int]:
        """With the chunks of documents that are still on their way."""
        return {**self.counts, "chunks": self.counts["chunks"] + sum(self._partial.values())}

    @property
    def progress(self) -> dict[str, Any]:
        """What a bar shows."""
        return {
            "found": self.report.found if self.report.found is None else max(self.report.found, self.done),
            "done": self.done,
            "unchanged": self.unchanged,
            "removed": self.removed,
            "current": self.current[:300],
        }

    def begin(self, name: str) -> None:
        """Another document. Raises TakenOver."""
        if self._lost:
            raise TakenOver
        self.current = name

    def step(self, name: str) -> Step:
        """For keep_document: counts, and writes the progress in the transaction of the chunks."""
        return partial(self._step, name)

    async def _step(self, name: str, tx: Tx, stored: int, added: int, last: bool) -> None:
        self._partial[name] = stored
        if last:
            self.counts["documents"] += 1
            self.counts["chunks"] += self._partial.pop(name)
            self.done += 1
        await self.write(tx, further=added > 0)

    def dropped(self, name: str) -> None:
        """The document was deleted or changed by somebody else while it was read."""
        self._partial.pop(name, None)
        self.done += 1

    def failed(self, uri: str, why: UnreadableDocument | SourceFailed) -> None:
        """A document that could not be read, with its reason."""
        self._partial.pop(uri, None)
        self.counts["errors"] += 1
        self.done += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append({"uri": uri, "code": why.code, "message": why.sentence})

    async def write(self, tx: Tx, *, further: bool = False) -> None:
        """Progress as part of `tx`; `further`: than any run before. Raises TakenOver, which undoes it."""
        job, told = self.job, (self.stats, self.errors, self.progress)
        if not await job_queries.save_progress(tx, job.id, job.owner, *told, LEASE, further=further):
            raise TakenOver
        if time.monotonic() - self._told >= EVENT_SECONDS:
            self._told = time.monotonic()
            await self.tell(tx, "running")
        if self._hear:
            tx.after_commit(partial(self._hear, self.stats))

    async def tell(self, tx: Tx, status: str) -> None:
        """The event "kb.job"."""
        about = {"id": str(self.job.id), "status": status, "stats": self.stats, "progress": self.progress}
        await record_for_business(tx, self._live, Fact("kb.job", about))

    @contextlib.asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Keeps the lease for as long as this process lives, however long a document takes to fetch or to read."""

        async def beat() -> None:
            while not self._lost:
                await asyncio.sleep(BEAT_SECONDS)
                with contextlib.suppress(*AWAY):  # the next beat tries again
                    async with self._door.transaction(self.job.business_id) as tx:
                        self._lost = not await job_queries.keep_lease(tx, self.job.id, self.job.owner, LEASE)

        beating = asyncio.create_task(beat())
        try:
            yield
        finally:
            beating.cancel()
