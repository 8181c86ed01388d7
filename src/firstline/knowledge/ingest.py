"""An ingestion job, as the worker runs it: each document committed by batch, progress as it goes, safe to run again.

A job whose process died is claimed again after its lease; documents that are already there cost nothing then, and
those that somebody has deleted meanwhile stay deleted.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from firstline.ground.db import AWAY
from firstline.ground.events import Fact, record_for_business
from firstline.ground.live import Live
from firstline.knowledge import queries
from firstline.knowledge.model import Job, UnreadableDocument
from firstline.knowledge.sources.faq import faqs
from firstline.knowledge.sources.port import Acquired, Materials, Source
from firstline.knowledge.sources.profile import profile
from firstline.knowledge.sources.upload import uploads
from firstline.knowledge.sources.url import pages
from firstline.knowledge.store import Workshop, keep_document

__all__ = ["SOURCES", "ingest"]

SOURCES: Mapping[str, Source] = {"upload": uploads, "push": uploads, "url": pages, "faq": faqs, "profile": profile}
LEASE = timedelta(seconds=30)  # kept by a beat of its own, also while a long document is read, and by each batch
BEAT_SECONDS = 10.0  # two may be lost before the lease ends
MOST_ERRORS = 100


async def ingest(
    workshop: Workshop,
    materials: Materials,
    job_id: UUID,
    *,
    live: Live | None = None,
    sources: Mapping[str, Source] = SOURCES,
    progress: Callable[[dict[str, int]], None] | None = None,
) -> Job | None:
    """Runs a job of `materials.business`; None when it is finished already or another process has it.

    Failed only when nothing could be read; single documents that cannot are counted and told in `errors`. `progress`
    hears the stats after each batch of chunks and each document (the command line's bar); consoles hear the event "kb.job".
    """
    business_id = materials.business.id
    async with workshop.door.transaction(business_id) as tx:
        job = await queries.claim_job(tx, job_id, LEASE)
    if job is None:
        return None
    stats = {"documents": 0, "chunks": 0, "errors": 0}
    errors: list[dict[str, Any]] = []
    source = sources.get(job.source)
    if source is None:
        errors.append({"code": "unknown_source", "message": "This source is not set up.", "uri": job.source})
        stats["errors"] = 1
    else:

        async def tell(so_far: dict[str, int]) -> None:
            await _told(workshop, business_id, job.id, so_far, errors, live)
            if progress:
                progress(dict(so_far))

        async with _held(workshop, business_id, job.id):
            async for acquired in source(job, materials):
                await _one(workshop, materials, job, acquired, stats, errors, tell)
                await tell(stats)
    status = "failed" if stats["errors"] and not stats["documents"] else "completed"
    async with workshop.door.transaction(business_id) as tx:
        await queries.finish_job(tx, job.id, status, stats, errors)
        await record_for_business(tx, live, Fact("kb.job", {"id": str(job.id), "status": status, "stats": stats}))
        return await queries.get_job(tx, job.id)


@contextlib.asynccontextmanager
async def _held(workshop: Workshop, business_id: UUID, job_id: UUID) -> AsyncIterator[None]:
    """Keeps the lease for as long as this process lives, however long a document takes to fetch or to read."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            with contextlib.suppress(*AWAY):  # the next beat tries again
                async with workshop.door.transaction(business_id) as tx:
                    await queries.keep_lease(tx, job_id, LEASE)

    beating = asyncio.create_task(beat())
    try:
        yield
    finally:
        beating.cancel()


async def _one(
    workshop: Workshop,
    materials: Materials,
    job: Job,
    acquired: Acquired,
    stats: dict[str, int],
    errors: list[dict[str, Any]],
    tell: Callable[[dict[str, int]], Awaitable[None]],
) -> None:
    if isinstance(acquired.parsed, UnreadableDocument):
        why = acquired.parsed
        stats["errors"] += 1
        if len(errors) < MOST_ERRORS:
            errors.append({"uri": acquired.uri, "code": why.code, "message": why.sentence})
        return
    if acquired.private:
        if not job.config.include_private_docs:
            return
        acquired = Acquired(acquired.uri, acquired.parsed, "internal", acquired.tags, acquired.external_id)
    kept = await keep_document(
        workshop,
        materials.business.id,
        acquired,
        job.config,
        languages=materials.languages,
        job_id=job.id,
        source_id=job.source_id,
        progress=lambda stored: tell({**stats, "chunks": stats["chunks"] + stored}),
    )
    if kept.document_id is None:
        return
    stats["documents"] += 1
    stats["chunks"] += kept.chunks


async def _told(
    workshop: Workshop,
    business_id: UUID,
    job_id: UUID,
    stats: dict[str, int],
    errors: list[dict[str, Any]],
    live: Live | None,
) -> None:
    async with workshop.door.transaction(business_id) as tx:
        await queries.save_progress(tx, job_id, stats, errors, LEASE)
        await record_for_business(tx, live, Fact("kb.job", {"id": str(job_id), "status": "running", "stats": stats}))
