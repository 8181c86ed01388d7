"""A parsed document to stored chunks with their vectors: by batch, resumable, never holding a transaction while it embeds."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from firstline.embedding.catalog import Embedders, UnknownModel
from firstline.embedding.pool import EmbeddingPool
from firstline.embedding.port import Vector
from firstline.ground.sealing import Sealer
from firstline.ground.storage import Objects
from firstline.ground.tenant import Door, Tx
from firstline.knowledge import queries
from firstline.knowledge.document_queries import has_twin, object_used
from firstline.knowledge.governing import Governance, governed
from firstline.knowledge.identity import Labels, identity_of, labels_of, without_unstorable
from firstline.knowledge.model import Chunk, Held, Job, JobConfig, Parsed
from firstline.knowledge.models import held_models
from firstline.knowledge.preparing import prepared
from firstline.knowledge.reading_again import reindex
from firstline.knowledge.sources.port import Acquired

__all__ = ["Kept", "Step", "Workshop", "keep_document"]

BATCH = 16  # chunks embedded and committed together: about a second of work
Step = Callable[[Tx, int, int, bool], Awaitable[None]]  # chunks stored so far, those of them now, is it the last
Embedded = dict[str, list[list[Vector]]]  # model -> for each chunk its own vector, then those of its parts


@dataclass(frozen=True, slots=True)
class Workshop:
    """What ingestion works with. `pool`: of the model that a business without vectors begins with."""

    door: Door
    pool: EmbeddingPool
    embedders: Embedders | None = None
    objects: Objects | None = None
    sealer: Sealer | None = None

    def pool_of(self, model: str) -> EmbeddingPool:
        """The pool whose vectors are called `model`. Raises UnknownModel."""
        if model == self.pool.embedder.name:
            return self.pool
        if self.embedders is None:
            raise UnknownModel(f"There is no embedding model named {model!r} here.")
        return self.embedders.named(model)


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


@dataclass(frozen=True, slots=True)
class _Work:
    """One document on its way."""

    workshop: Workshop
    business_id: UUID
    acquired: Acquired
    parsed: Parsed
    job: Job | None
    step: Step | None
    identity: bytes
    anew: bool
    governance: Governance


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
    work = _Work(workshop, business_id, acquired, parsed, job, step, identity, anew, governance)
    async with workshop.door.transaction(business_id) as tx:
        held = await queries.held_document(tx, acquired.uri, acquired.external_id, lock=True)
        if held is not None and not _wanted(held, job):
            return NOT_KEPT
        if await _twin(tx, job, held, identity):
            return Kept(None, 0, 0, spare=held.id if held else None)
        if held is not None and held.whole and held.content_hash == work.identity and not anew:
            return await _unchanged(tx, work, held)
        models = await held_models(tx, workshop.pool.embedder.name)
        same = held is not None and held.content_hash == work.identity
        half = same and held is not None and not held.whole and not held.deleted_by and not anew
        there = await queries.stored_ordinals(tx, held.id, held.generation) if half and held else set()
    counted = workshop.pool_of(models.active).embedder.count_tokens
    chunks, language = await asyncio.to_thread(prepared, parsed, config, counted, languages)
    todo = [n for n in range(len(chunks)) if n not in there]
    return await _stored(work, held, chunks, language, todo, models.wanted)


async def _twin(tx: Tx, job: Job | None, held: Held | None, identity: bytes) -> bool:
    """Whether a site has this text under another address: a new address must wait until the run has seen that one."""
    if job is None or job.source != "url" or job.source_id is None or (held is not None and held.deleted_by is None):
        return False
    if held is None:
        return await has_twin(tx, job.source_id, identity, None, job.id)
    return held.content_hash == identity and await has_twin(tx, job.source_id, identity, held.id)


def _wanted(held: Held, job: Job | None) -> bool:
    """What a person deleted stays deleted, but for that person's own new upload; a source brings its own back."""
    if held.deleted_by is None or held.deleted_by == "source":
        return True
    return job is None or (job.trigger == "person" and job.source_id is None and held.job_id != job.id)


async def _unchanged(tx: Tx, work: _Work, held: Held) -> Kept:
    labels, early = _labels(work, held, cleared=held.visibility == "public")
    if early:
        await reindex(tx, [held.id])
    if labels != Labels(held.visibility, held.tags, held.effective_date):
        await queries.label_document(tx, held.id, labels.visibility, labels.tags, labels.effective_date)
    if work.parsed.source_type == "faq":
        await _keep_faqs(
            tx, work, held.id, work.parsed.faqs[0].language if work.parsed.faqs else None, labels.visibility
        )
    await _forget_replaced(tx, work, held)
    acquired, job = work.acquired, work.job
    chunks = await queries.touch_document(
        tx, held.id, job_id=job.id if job else None, source_id=job.source_id if job else None,
        etag=acquired.etag, last_modified=acquired.last_modified, object_key=acquired.object_key,
    )  # fmt: skip
    if work.step:
        await work.step(tx, chunks, 0, True)
    return Kept(held.id, chunks, 0, unchanged=True)


async def _stored(
    work: _Work,
    held: Held | None,
    chunks: list[tuple[Chunk, str]],
    language: str,
    todo: list[int],
    models: Sequence[str],
) -> Kept:
    """By batch: the next one is embedded while this one is written."""
    batches = [todo[at : at + BATCH] for at in range(0, len(todo), BATCH)] or [[]]
    ahead = asyncio.ensure_future(_embedded(work.workshop, chunks, batches[0], models))
    saved: tuple[UUID, int] | None = None
    try:
        for n, batch in enumerate(batches):
            vectors = await ahead
            if n + 1 < len(batches):
                ahead = asyncio.ensure_future(_embedded(work.workshop, chunks, batches[n + 1], models))
            while True:
                async with work.workshop.door.transaction(work.business_id) as tx:
                    if saved is None:
                        saved = await _saved(tx, work, held, language)
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
                            await queries.complete_document(tx, *saved)
                            await work.governance.settle(tx, saved[0])
                        if work.step:
                            done = len(chunks) - len(todo) + min((n + 1) * BATCH, len(todo))
                            await work.step(tx, done, len(batch), last)
                        break
                models = (active,)  # it was changed meanwhile
                vectors = await _embedded(work.workshop, chunks, batch, models)
    finally:
        ahead.cancel()
    return Kept(saved[0] if saved else None, len(chunks), len(todo))


async def _saved(tx: Tx, work: _Work, before: Held | None, language: str) -> tuple[UUID, int] | None:
    """The document's row; None when it was deleted while its first chunks were embedded."""
    acquired, parsed, job = work.acquired, work.parsed, work.job
    held = await queries.held_document(tx, acquired.uri, acquired.external_id, lock=True)
    was_live = before is not None and before.deleted_by is None
    if held is not None and held.deleted_by and (was_live or before is None or not _wanted(held, job)):
        return None
    if held is None and before is not None:
        return None  # purged meanwhile
    if held and before and held.generation != before.generation and (job is not None or not before.whole):
        return None  # changed meanwhile
    labels, early = _labels(work, held)
    saved = await queries.save_document(
        tx, _row(work, labels, language) | {"job_id": job.id if job else None, "source_id": job.source_id if job else None},
        held, anew=work.anew and (before is None or held is None or held.generation == before.generation),
    )  # fmt: skip
    if parsed.source_type == "faq":
        await _keep_faqs(tx, work, saved[0], language, labels.visibility)
    if held is not None:
        await _forget_replaced(tx, work, held)
    if early:
        await reindex(tx, [saved[0]])
    return saved


def _labels(work: _Work, held: Held | None, *, cleared: bool = False) -> tuple[Labels, bool]:
    """Its labels now. True: its owner made it public while it was read for the team only, so it has to be cleared again.

    It stays internal until then. `cleared`: the very same text is public already.
    """
    labels = labels_of(work.acquired, work.parsed, held if work.job or work.acquired.external_id else None)
    early = labels.visibility == "public" and work.governance.visibility != "public" and not cleared
    return (replace(labels, visibility="internal") if early else labels), early


async def _keep_faqs(tx: Tx, work: _Work, document_id: UUID, language: str | None, visibility: str) -> None:
    for faq in work.parsed.faqs:
        await queries.keep_faq(
            tx,
            faq,
            document_id=document_id,
            language=faq.language or language or "en",
            visibility=visibility,
            faq_id=work.acquired.faq_id,
        )


async def _forget_replaced(tx: Tx, work: _Work, held: Held) -> None:
    """The stored file that a new one replaces goes after the commit."""
    key, objects = held.object_key, work.workshop.objects
    if key is None or objects is None or work.acquired.object_key in {None, key}:
        return
    if not await object_used(tx, key, held.id):
        tx.after_commit(lambda: tx.door.spawn(objects.delete(key)))


def _row(work: _Work, labels: Labels, language: str) -> dict[str, Any]:
    acquired, parsed = work.acquired, work.parsed
    return {
        "source_type": parsed.source_type,
        "source_uri": acquired.uri,
        "title": parsed.title or acquired.uri,
        "raw_text": parsed.markdown or "\n\n".join(f"{faq.question}\n{faq.answer}" for faq in parsed.faqs),
        "metadata": {**parsed.metadata, "tags": list(labels.tags)},
        "external_id": acquired.external_id,
        "visibility": labels.visibility,
        "language": language,
        "content_hash": work.identity,
        "etag": acquired.etag,
        "last_modified": acquired.last_modified,
        "object_key": acquired.object_key,
        "effective_date": labels.effective_date,
    }


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
    workshop: Workshop, chunks: list[tuple[Chunk, str]], batch: list[int], models: Sequence[str]
) -> Embedded:
    texts = [[chunks[i][0].searchable, *chunks[i][0].parts] for i in batch]
    flat = [text for group in texts for text in group]
    out: Embedded = {}
    for model in models:
        vectors = await workshop.pool_of(model).embed(flat)
        out[model], start = [], 0
        for group in texts:
            out[model].append([vectors[row] for row in range(start, start + len(group))])
            start += len(group)
    return out
