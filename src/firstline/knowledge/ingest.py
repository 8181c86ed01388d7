"""An ingestion job, as the worker runs it: each document committed by batch, progress as it goes, safe to run again.

A job whose process died is claimed again after its lease; documents that are already there cost nothing then, and
those that somebody has deleted meanwhile stay deleted. A run writes only while the job is its own (progress.Run).
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from functools import partial
from uuid import UUID

import asyncpg

from firstline.embedding.catalog import UnknownModel
from firstline.ground.live import Live
from firstline.ground.tenant import Tx
from firstline.knowledge import document_queries, job_queries, queries
from firstline.knowledge.model import Job, Parsed, UnreadableDocument
from firstline.knowledge.progress import LEASE, Hear, Run, TakenOver
from firstline.knowledge.proposing import propose
from firstline.knowledge.reading_again import stored_documents
from firstline.knowledge.refresh import after_run, source_of
from firstline.knowledge.sources.drive import drive
from firstline.knowledge.sources.faq import faqs
from firstline.knowledge.sources.port import Acquired, Gone, Known, Materials, Source, SourceFailed, Unchanged
from firstline.knowledge.sources.profile import profile
from firstline.knowledge.sources.upload import uploads
from firstline.knowledge.sources.url import pages
from firstline.knowledge.store import Workshop, keep_document
from firstline.knowledge.subjects import subjects_again
from firstline.tenancy.model import Business

__all__ = ["SOURCES", "ingest"]

SOURCES: Mapping[str, Source] = {
    "upload": uploads,
    "push": uploads,
    "url": pages,
    "faq": faqs,
    "profile": profile,
    "drive": drive,
}
AT_ONCE = 3  # documents of one job on their way: the model has work while another is divided or written
MOST_ATTEMPTS = 5  # claims without a document finished between them: something in it ends the process each time
GAVE_UP = (
    "Reading this was tried several times and ended each time. The people who run Firstline can see why in the log."
)
UNKNOWN = "This source is not set up."
CONFLICT = "Another document of the same name was stored at the same moment."


async def ingest(
    workshop: Workshop,
    materials: Materials,
    job_id: UUID,
    *,
    live: Live | None = None,
    sources: Mapping[str, Source] = SOURCES,
    progress: Hear | None = None,
    fresh: Callable[[], Awaitable[Business]] | None = None,
) -> Job | None:
    """Runs a job of `materials.business`; None when it is finished already or another process has it.

    Failed only when nothing could be read; single documents that cannot are counted and told in `errors`. `progress`
    hears the stats after each batch of chunks and each document (the command line's bar); consoles hear the event "kb.job".
    `fresh` gives the business as it is once the job is ours (a change of its profile may have come with the job).
    """
    business_id = materials.business.id
    async with workshop.door.transaction(business_id) as tx:
        job = await job_queries.claim_job(tx, job_id, LEASE)
        if job is None:
            return None
        row = await source_of(tx, workshop.sealer, job.source_id) if job.source_id else None
        known = await document_queries.known_documents(tx, job.source_id) if job.source_id else []
    materials = replace(
        materials,
        business=await fresh() if fresh else materials.business,
        source=row,
        known={d["source_uri"]: Known(d["id"], d["etag"], d["last_modified"], d["external_id"]) for d in known},
    )
    run = Run(workshop.door, job, materials.report, live, progress)
    try:
        async with run.held():
            await _read(workshop, materials, run, sources)
            return await _finish(workshop, materials, run)
    except TakenOver:
        return None


async def _read(workshop: Workshop, materials: Materials, run: Run, sources: Mapping[str, Source]) -> None:
    """All documents of the source, a few at once; a source that fails as a whole leaves what it has given."""
    job = run.job
    if job.attempts > MOST_ATTEMPTS:
        run.failed(job.source, SourceFailed("gave_up", GAVE_UP))
        return
    if job.source == "profile":
        await subjects_again(workshop.door, materials.business)
    if job.source == "reindex":
        stream = stored_documents(workshop.door, job)
    elif job.source in sources:
        stream = sources[job.source](job, materials)
    else:
        run.failed(job.source, SourceFailed("unknown_source", UNKNOWN))
        return
    try:
        async with asyncio.TaskGroup() as group:
            await _each(stream, lambda acquired: _one(workshop, materials, run, acquired), run, group)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
    if run.failure:
        run.failed(materials.source.uri if materials.source else job.source, run.failure)


async def _each(
    stream: AsyncIterator[Acquired],
    work: Callable[[Acquired], Awaitable[None]],
    run: Run,
    group: asyncio.TaskGroup,
) -> None:
    """Bounded, so that a source waits for what it has given; two of the same address one after the other."""
    slots = asyncio.Semaphore(AT_ONCE)
    in_hand: dict[str, asyncio.Task[None]] = {}

    async def one(acquired: Acquired) -> None:
        try:
            await work(acquired)
        finally:
            slots.release()

    try:
        async with contextlib.aclosing(stream) as documents:  # type: ignore[type-var]  # sources are generators
            async for acquired in documents:
                if acquired.uri in in_hand:
                    await asyncio.wait((in_hand.pop(acquired.uri),))
                await slots.acquire()
                run.begin(acquired.uri)
                task = group.create_task(one(acquired))
                in_hand[acquired.uri] = task
                task.add_done_callback(partial(_out_of_hand, in_hand, acquired.uri))
    except SourceFailed as failure:
        run.failure = failure
    except UnreadableDocument as why:
        run.failure = SourceFailed(why.code, why.sentence)


def _out_of_hand(in_hand: dict[str, asyncio.Task[None]], uri: str, task: asyncio.Task[None]) -> None:
    if in_hand.get(uri) is task:
        del in_hand[uri]


async def _one(workshop: Workshop, materials: Materials, run: Run, acquired: Acquired) -> None:
    job = run.job
    if acquired.private and not job.config.include_private_docs:
        acquired = replace(acquired, parsed=Gone())
    match acquired.parsed:
        case Unchanged() | Gone():
            await _seen_or_gone(workshop, run, acquired)
        case UnreadableDocument() as why:
            await _unreadable(workshop, run, acquired.uri, why)
        case Parsed():
            try:
                kept = await keep_document(
                    workshop,
                    job.business_id,
                    _labelled(acquired, materials),
                    job.config,
                    languages=materials.languages,
                    job=job,
                    step=run.step(acquired.uri),
                    anew=job.source == "reindex",
                )
            except UnreadableDocument as why:
                await _unreadable(workshop, run, acquired.uri, why)
            except asyncpg.UniqueViolationError:
                await _unreadable(workshop, run, acquired.uri, UnreadableDocument("conflict", CONFLICT))
            except UnknownModel as error:
                raise SourceFailed("no_model", str(error)) from error
            else:
                run.unchanged += kept.unchanged
                if kept.document_id is None:
                    run.dropped(acquired.uri)
                    run.spare += [kept.spare] if kept.spare else []


def _labelled(acquired: Acquired, materials: Materials) -> Acquired:
    """A source for the team only, or a document private at its source, is internal; a source's tags are on all of it."""
    source = materials.source
    hidden = acquired.private or (source is not None and source.visibility == "internal")
    tags = tuple(dict.fromkeys((*acquired.tags, *(source.tags if source else ()))))
    return replace(acquired, visibility="internal" if hidden else acquired.visibility, tags=tags)


async def _unreadable(workshop: Workshop, run: Run, uri: str, why: UnreadableDocument) -> None:
    run.failed(uri, why)
    async with workshop.door.transaction(run.job.business_id) as tx:
        await document_queries.seen_document(tx, uri, run.job.id)
        await run.write(tx)


async def _seen_or_gone(workshop: Workshop, run: Run, acquired: Acquired) -> None:
    job = run.job
    async with workshop.door.transaction(job.business_id) as tx:
        held = await queries.held_document(tx, acquired.uri, acquired.external_id, lock=True)
        if held is None or held.deleted_by == "person":
            run.done += 1
        elif isinstance(acquired.parsed, Gone):
            run.removed += await queries.delete_document(tx, held.id, "source")
            run.done += 1
        else:
            run.unchanged += 1
            chunks = await queries.touch_document(tx, held.id, job_id=job.id, source_id=job.source_id,
                                                  etag=acquired.etag, last_modified=acquired.last_modified)  # fmt: skip
            await run.step(acquired.uri)(tx, chunks, 0, True)
            return
        await run.write(tx)


async def _finish(workshop: Workshop, materials: Materials, run: Run) -> Job | None:
    """Prunes what a whole run has not seen, keeps the source's place, ends the job: in one transaction."""
    job, report = run.job, run.report
    failed = run.failure is not None or (run.counts["errors"] and not run.counts["documents"])
    status = "failed" if failed else "completed"
    async with workshop.door.transaction(job.business_id) as tx:
        if report.complete and job.source_id and not failed:
            for gone in await document_queries.prune_documents(tx, job.source_id, job.id):
                run.removed += await queries.delete_document(tx, gone, "source")
        if job.source_id and job.source == "url":
            await _one_of_each(tx, run, job.source_id, whole=report.complete and not failed)
        if run.failure is None:
            await propose(tx, job, _address(materials, job), report)
        if not await job_queries.finish_job(tx, job.id, job.owner, status, run.stats, run.errors, run.progress):
            raise TakenOver
        if job.source_id:
            await after_run(tx, job.source_id, job.id, report.cursor, run.errors[-1]["message"] if failed else None)
        await run.tell(tx, status)
        return await job_queries.get_job(tx, job.id)


async def _one_of_each(tx: Tx, run: Run, source_id: UUID, *, whole: bool) -> None:
    """A site's very same text stays under its oldest address; one from the bin takes its place when that one is gone."""
    for twin in await document_queries.later_twins(tx, source_id) if whole else ():
        run.removed += await queries.delete_document(tx, twin, "source")
    for spare in run.spare:
        if not await document_queries.replaced(tx, source_id, spare):
            await queries.restore_document(tx, spare)


def _address(materials: Materials, job: Job) -> str:
    """Under which a proposal is told and replaced."""
    listed = job.input.get("urls")
    return materials.source.uri if materials.source else str(job.input.get("url") or (listed[0] if listed else ""))
