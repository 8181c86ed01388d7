"""SQL of the index: versions, chunks with their vectors, candidates. Takes a transaction of the tenant, which names the business."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from firstline.embedding.port import Vector
from firstline.ground.tenant import Tx
from firstline.knowledge.model import Chunk, StoredChunk
from firstline.knowledge.wording import fold, stopwords

__all__ = [
    "bump_version",
    "count_chunks",
    "current_version",
    "keyword_candidates",
    "load_chunks",
    "nearest_candidates",
    "vector_text",
]

CHUNK = """c.id, c.document_id, c.text, c.metadata, c.visibility, c.language, c.question, c.answer,
           d.source_uri, d.source_type"""
# A changed document's old chunks stay in use until all of its new ones are there (metadata.ready, set by queries.py).
LIVE = """JOIN kb_source_documents d ON d.business_id = c.business_id AND d.id = c.document_id AND d.deleted_at IS NULL
            AND c.generation = coalesce((d.metadata->>'ready')::int, d.generation)"""


def vector_text(vector: NDArray[np.floating[Any]]) -> str:
    """pgvector's text form."""
    return "[" + ",".join(f"{x:.5g}" for x in vector.tolist()) + "]"


async def current_version(tx: Tx) -> int:
    """Counts every change of this business's chunks; 0 before the first."""
    return await tx.fetchval("SELECT version FROM kb_versions WHERE business_id = $1", tx.business_id) or 0


async def bump_version(tx: Tx) -> None:
    """Every cached index of this business is now old."""
    await tx.execute(
        """INSERT INTO kb_versions (business_id, version) VALUES ($1, 1)
           ON CONFLICT (business_id) DO UPDATE SET version = kb_versions.version + 1""",
        tx.business_id,
    )


async def count_chunks(tx: Tx) -> int:
    """How many chunks there are."""
    return await tx.fetchval("SELECT count(*) FROM kb_chunks") or 0


async def load_chunks(tx: Tx, model: str, ids: Sequence[UUID] | None = None) -> list[StoredChunk]:
    """Live chunks with their vectors of `model`: all, or those of `ids`. Chunks not embedded yet are left out."""
    some = "c.id = ANY($2::uuid[])" if ids is not None else "$2::uuid[] IS NULL"
    rows = await tx.fetch(
        f"""SELECT * FROM (SELECT {CHUNK}, (SELECT array_agg(halfvec_send(e.e) ORDER BY e.part) FROM kb_embeddings e
              WHERE e.business_id = c.business_id AND e.chunk_id = c.id AND e.embedding_model = $1) AS parts
            FROM kb_chunks c {LIVE} WHERE {some} ORDER BY c.document_id, c.ordinal) found WHERE parts IS NOT NULL""",
        model,
        list(ids) if ids is not None else None,
    )
    return [_stored(row) for row in rows]


def _stored(row: Any) -> StoredChunk:
    about = row["metadata"]
    vectors = np.array([_halves(part) for part in row["parts"]])
    chunk = Chunk(
        text=row["text"],
        title=about.get("title", ""),
        section=about.get("section", ""),
        question=row["question"],
        answer=row["answer"],
        tags=tuple(about.get("tags") or ()),
    )
    return StoredChunk(
        row["id"],
        row["document_id"],
        chunk,
        row["language"],
        row["visibility"],
        row["source_uri"],
        row["source_type"],
        vectors[0].astype(np.float32),
        vectors[1:].astype(np.float16),
    )


def _halves(sent: bytes) -> NDArray[np.floating[Any]]:
    """pgvector's wire form of a halfvec: dimension and a spare, 16 bits each, then IEEE halves, all big-endian."""
    return np.frombuffer(sent, dtype=">f2", offset=4)


async def nearest_candidates(tx: Tx, vector: Vector, model: str, limit: int, visibility: str) -> list[UUID]:
    """Exact nearest chunks. `+ 0` keeps any vector index out: a shared one loses recall under a tenant filter.

    A generic plan (PostgreSQL's after five runs) would cast the vector once a row: 300 ms instead of 7.
    """
    await tx.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    rows = await tx.fetch(
        """SELECT n.chunk_id FROM (
             SELECT e.business_id, e.chunk_id, (e.e <=> $1::text::halfvec) + 0 AS away FROM kb_embeddings e
             WHERE e.part = 0 AND e.embedding_model = $2 ORDER BY away LIMIT $3 * (CASE $4 WHEN 'public' THEN 4 ELSE 1 END)) n
           JOIN kb_chunks c ON c.business_id = n.business_id AND c.id = n.chunk_id
           WHERE $4 <> 'public' OR c.visibility = 'public' ORDER BY n.away LIMIT $3""",
        vector_text(vector),
        model,
        limit,
        visibility,
    )
    return [row["chunk_id"] for row in rows]


async def keyword_candidates(tx: Tx, text: str, language: str, limit: int) -> list[UUID]:
    """Chunks that share words with `text`, through the one function that may use the index under row-level security."""
    stop = stopwords(language)
    words = [word for word in re.findall(r"\w+", text)[:64] if fold(word) not in stop]
    if not words:
        return []
    rows = await tx.fetch(
        """SELECT s.chunk_id FROM (
             SELECT replace(plainto_tsquery(kb_text_config($1), $2)::text, '&', '|')::tsquery AS q) w,
             kb_keyword_search(w.q, $3) s WHERE numnode(w.q) > 0""",
        language,
        " ".join(words),
        limit,
    )
    return [row["chunk_id"] for row in rows]
