"""A parsed document to stored chunks with their vectors: by batch, resumable, never holding a transaction while it embeds."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from firstline.embedding.pool import EmbeddingPool
from firstline.embedding.port import Vector
from firstline.ground.tenant import Door
from firstline.knowledge import queries
from firstline.knowledge.chunk import chunks_of
from firstline.knowledge.model import Chunk, JobConfig, Parsed
from firstline.knowledge.sources.port import Acquired
from firstline.knowledge.tongue import language_of

__all__ = ["Kept", "Workshop", "keep_document"]

BATCH = 16  # chunks embedded and committed together: about a second of work


@dataclass(frozen=True, slots=True)
class Workshop:
    """What ingestion works with."""

    door: Door
    pool: EmbeddingPool


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a document. `added` counts the chunks that were embedded now: 0 for an unchanged one.

    `document_id` None: it was left out. Somebody deleted it since this job made it, or a newer run has changed it.
    """

    document_id: UUID | None
    chunks: int
    added: int


async def keep_document(
    workshop: Workshop,
    business_id: UUID,
    acquired: Acquired,
    config: JobConfig,
    *,
    languages: tuple[str, ...] = ("en", "es"),
    job_id: UUID | None = None,
    source_id: UUID | None = None,
    progress: Callable[[int], Awaitable[None]] | None = None,
) -> Kept:
    """Stores `acquired.parsed` (a Parsed). What an earlier run has already stored is not embedded again.

    `progress` hears after each batch how many of the document's chunks are stored.
    """
    parsed = acquired.parsed
    if not isinstance(parsed, Parsed):
        raise TypeError("only a parsed document can be kept")
    model = workshop.pool.embedder.name
    chunks, language = await asyncio.to_thread(_prepared, parsed, config, workshop, languages)
    row = _row(acquired, parsed, config, model, language)
    async with workshop.door.transaction(business_id) as tx:
        saved = await queries.save_document(tx, {**row, "job_id": job_id, "source_id": source_id})
        if saved is None:
            return Kept(None, 0, 0)
        document_id, generation = saved
        missing = await queries.missing_ordinals(tx, document_id, generation, len(chunks), model)
        for faq in parsed.faqs if parsed.source_type == "faq" else ():
            await queries.keep_faq(
                tx,
                faq,
                document_id=document_id,
                language=faq.language or language,
                visibility=acquired.visibility,
                faq_id=acquired.faq_id,
            )
    about = {"tags": list(acquired.tags), "effective_date": parsed.metadata.get("effective_date")}
    for at in range(0, len(missing), BATCH):
        batch = [(ordinal, *chunks[ordinal]) for ordinal in missing[at : at + BATCH]]
        vectors = await _embedded([chunk for _, chunk, _ in batch], workshop)
        rows = [(*entry, found) for entry, found in zip(batch, vectors, strict=True)]
        async with workshop.door.transaction(business_id) as tx:
            if not await queries.add_chunks(
                tx, document_id, generation, rows, visibility=acquired.visibility, model=model, metadata=about
            ):
                return Kept(None, 0, 0)
        if progress:
            await progress(len(chunks) - len(missing) + min(at + BATCH, len(missing)))
    async with workshop.door.transaction(business_id) as tx:
        await queries.complete_document(tx, document_id, generation)
    return Kept(document_id, len(chunks), len(missing))


def _prepared(
    parsed: Parsed, config: JobConfig, workshop: Workshop, languages: tuple[str, ...]
) -> tuple[list[tuple[Chunk, str]], str]:
    """Chunks with their languages, and the document's. CPU work."""
    told = str(parsed.metadata.get("language", ""))
    whole = parsed.markdown or "\n".join(f"{faq.question} {faq.answer}" for faq in parsed.faqs)
    language = told if told in languages else language_of(whole, languages, languages[0])
    chunks = chunks_of(parsed, config, workshop.pool.embedder.count_tokens)
    return [
        (c, c.language or language_of(f"{c.question or ''} {c.text}", languages, language)) for c in chunks
    ], language


def _row(acquired: Acquired, parsed: Parsed, config: JobConfig, model: str, language: str) -> dict[str, Any]:
    faqs = [(faq.question, faq.answer, faq.language, faq.tags) for faq in parsed.faqs]
    text = parsed.markdown or "\n\n".join(f"{question}\n{answer}" for question, answer, _, _ in faqs)
    tags = list(acquired.tags)
    sized = (config.max_tokens_per_chunk, config.overlap_tokens, config.target_tokens)
    identity = orjson.dumps([parsed.title, text, faqs, acquired.visibility, tags, sized, model, language])
    return {
        "source_type": parsed.source_type,
        "source_uri": acquired.uri,
        "title": parsed.title or acquired.uri,
        "raw_text": text,
        "metadata": {**parsed.metadata, "tags": tags},
        "external_id": acquired.external_id,
        "visibility": acquired.visibility,
        "language": language,
        "content_hash": sha256(identity).digest(),
    }


async def _embedded(chunks: list[Chunk], workshop: Workshop) -> list[list[Vector]]:
    """For each chunk its own vector, then those of its parts."""
    texts = [[chunk.searchable, *chunk.parts] for chunk in chunks]
    vectors = await workshop.pool.embed([text for group in texts for text in group])
    out: list[list[Vector]] = []
    start = 0
    for group in texts:
        out.append([vectors[row] for row in range(start, start + len(group))])
        start += len(group)
    return out
