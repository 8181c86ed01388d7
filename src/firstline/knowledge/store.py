"""A parsed document to stored chunks with their vectors: by batch, resumable, never holding a transaction while it embeds."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from firstline.embedding.port import Vector
from firstline.ground.tenant import Tx
from firstline.knowledge import queries
from firstline.knowledge.document_queries import has_twin
from firstline.knowledge.governing import governed
from firstline.knowledge.identity import Labels, identity_of, without_unstorable
from firstline.knowledge.model import Chunk, Held, Job, JobConfig, Parsed
from firstline.knowledge.models import held_models
from firstline.knowledge.preparing import prepared
from firstline.knowledge.reading_again import reindex
from firstline.knowledge.reusing import Reused, known_vectors, vectors_of_before
from firstline.knowledge.saving import Step, Work, forget_replaced, keep_faqs, labelled, save_row, wanted
from firstline.knowledge.sources.port import Acquired
from firstline.knowledge.workshop import Workshop

__all__ = ["Kept", "Step", "Workshop", "keep_document"]

BATCH = 16  # chunks embedded and committed together: about a second of work
Embedded = dict[str, list[list[Vector]]]  # model -> for each chunk its own vector, then those of its parts


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a document. `added` counts the chunks that were embedded now: 0 for an unchanged one.

    `document_id` None: it was left out. Somebody deleted it, a newer run has changed it, or its source has the very same text
    under another name; then `spare` is its row in the bin, if there is one.
    """

    document_id: UUID | None
    chunks: int
    added: int
    unchanged: bool = False
    spare: UUID | None = None


NOT_KEPT = Kept(None, 0, 0)


async def keep_document(
    workshop: Workshop,
    business_id: UUID,
    acquired: Acquired,
    config: JobConfig,
    *,
    languages: tuple[str, ...] = ("en", "es"),
    job: Job | None = None,
    step: Step | None = None,
    anew: bool = False,
) -> Kept:
    """Stores `acquired.parsed` (a Parsed). Unchanged content is neither chunked nor embedded again, unless `anew`.

    `step` runs inside each writing transaction; what it raises undoes that and ends the document. Raises UnknownModel.
    """
    if not isinstance(acquired.parsed, Parsed):
        raise TypeError("only a parsed document can be kept")
    governance = await governed(
        workshop.door, business_id, acquired, without_unstorable(acquired.parsed), languages, job
    )
    parsed = governance.parsed
    identity = identity_of(parsed, config, languages)
    work = Work(workshop, business_id, acquired, parsed, job, step, identity, anew, governance)
    async with workshop.door.transaction(business_id) as tx:
        held = await queries.held_document(tx, acquired.uri, acquired.external_id, lock=True)
        if held is not None and not wanted(held, job):
            return NOT_KEPT
        if await _twin(tx, job, held, identity):
            return Kept(None, 0, 0, spare=held.id if held else None)
        if held is not None and held.whole and held.content_hash == work.identity and not anew:
            return await _unchanged(tx, work, held)
        models = await held_models(tx, workshop.pool.embedder.name)
        same = held is not None and held.content_hash == work.identity
        half = same and held is not None and not held.whole and not held.deleted_by and not anew
        there = await queries.stored_ordinals(tx, held.id, held.generation) if half and held else set()
        names = models.wanted if held is not None and not anew else ()
        before = {name: await vectors_of_before(tx, held.id, name) for name in names if held is not None}
    counted = workshop.pool_of(models.active).embedder.count_tokens
    chunks, language = await asyncio.to_thread(prepared, parsed, config, counted, languages)
    todo = [n for n in range(len(chunks)) if n not in there]
    return await _stored(work, held, chunks, language, todo, models.wanted, before)


async def _twin(tx: Tx, job: Job | None, held: Held | None, identity: bytes) -> bool:
    """Whether a site has this text under another address: a new address must wait until the run has seen that one."""
    if job is None or job.source != "url" or job.source_id is None or (held is not None and held.deleted_by is None):
        return False
    if held is None:
        return await has_twin(tx, job.source_id, identity, None, job.id)
    return held.content_hash == identity and await has_twin(tx, job.source_id, identity, held.id)


async def _unchanged(tx: Tx, work: Work, held: Held) -> Kept:
    labels, early = labelled(work, held, cleared=held.visibility == "public")
    if early:
        await reindex(tx, [held.id])
    if labels != Labels(held.visibility, held.tags, held.effective_date):
        await queries.label_document(tx, held.id, labels.visibility, labels.tags, labels.effective_date)
    if work.parsed.source_type == "faq":
        await keep_faqs(
            tx, work, held.id, work.parsed.faqs[0].language if work.parsed.faqs else None, labels.visibility
        )
    await forget_replaced(tx, work, held)
    acquired, job = work.acquired, work.job
    chunks = await queries.touch_document(
        tx, held.id, job_id=job.id if job else None, source_id=job.source_id if job else None,
        etag=acquired.etag, last_modified=acquired.last_modified, object_key=acquired.object_key,
    )  # fmt: skip
    if work.step:
        await work.step(tx, chunks, 0, True)
    return Kept(held.id, chunks, 0, unchanged=True)


async def _stored(
    work: Work,
    held: Held | None,
    chunks: list[tuple[Chunk, str]],
    language: str,
    todo: list[int],
    models: Sequence[str],
    before: Mapping[str, Reused],
) -> Kept:
    """By batch: the next one is embedded while this one is written."""
    batches = [todo[at : at + BATCH] for at in range(0, len(todo), BATCH)] or [[]]
    ahead = asyncio.ensure_future(_embedded(work.workshop, chunks, batches[0], models, before))
    saved: tuple[UUID, int] | None = None
    try:
        for n, batch in enumerate(batches):
            vectors = await ahead
            if n + 1 < len(batches):
                ahead = asyncio.ensure_future(_embedded(work.workshop, chunks, batches[n + 1], models, before))
            while True:
                async with work.workshop.door.transaction(work.business_id) as tx:
                    if saved is None:
                        saved = await save_row(tx, work, held, language)
                    if saved is None:
                        return NOT_KEPT
                    active = (await held_models(tx, models[0])).active
                    if active in vectors:
                        rows = [(i, *chunks[i], vectors[active][at]) for at, i in enumerate(batch)]
                        also = [(name, of) for name, of in vectors.items() if name != active]
                        if not await _written(tx, saved, rows, active, also):
                            return NOT_KEPT
                        last = n + 1 == len(batches)
                        if last:
                            await work.governance.settle(tx, saved[0])
                            await queries.complete_document(
                                tx, *saved
                            )  # last: it holds the version that others wait for
                        if work.step:
                            done = len(chunks) - len(todo) + min((n + 1) * BATCH, len(todo))
                            await work.step(tx, done, len(batch), last)
                        break
                models = (active,)  # it was changed meanwhile
                vectors = await _embedded(work.workshop, chunks, batch, models, before)
    finally:
        ahead.cancel()
    return Kept(saved[0] if saved else None, len(chunks), len(todo))


async def _written(
    tx: Tx,
    saved: tuple[UUID, int],
    rows: list[tuple[int, Chunk, str, list[Vector]]],
    active: str,
    also: list[tuple[str, list[list[Vector]]]],
) -> bool:
    labels = await queries.labels_of_document(tx, saved[0])  # the owner may have changed them a batch ago
    if labels is None:
        return False
    about = {"tags": labels["tags"], "effective_date": labels["effective_date"]}
    return await queries.add_chunks(
        tx, *saved, rows, visibility=labels["visibility"], model=active, metadata=about, also=also
    )


async def _embedded(
    workshop: Workshop,
    chunks: list[tuple[Chunk, str]],
    batch: list[int],
    models: Sequence[str],
    before: Mapping[str, Reused],
) -> Embedded:
    out: Embedded = {}
    for model in models:
        kept = {i: known_vectors(before.get(model, {}), chunks[i][0]) for i in batch}
        new = [i for i in batch if kept[i] is None]
        groups = [[chunks[i][0].searchable, *chunks[i][0].parts] for i in new]
        vectors = await workshop.pool_of(model).embed([text for group in groups for text in group])
        made, start = {}, 0
        for i, group in zip(new, groups, strict=True):
            made[i] = [vectors[row] for row in range(start, start + len(group))]
            start += len(group)
        out[model] = [kept[i] or made[i] for i in batch]
    return out
