"""SQL of the cold path and of what it reads: a chunk's stems beside it (migration 0003), the vocabulary, the nearest vectors."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import numpy as np

from firstline.ground.tenant import Tx
from firstline.knowledge.keywords import K1, MOST_TF, B
from firstline.knowledge.model import Chunk
from firstline.knowledge.search_queries import vector_text
from firstline.knowledge.sought import Sought
from firstline.knowledge.wording import stems

__all__ = [
    "LIVE_WORDS",
    "Corpus",
    "best_worded",
    "documents_of",
    "fill_words",
    "keep_words",
    "nearest",
    "used",
    "vocabulary",
    "word_facts",
]

Corpus = tuple[int, float, list[int]]  # how many chunks, their mean length in stems, how many have each term

# A changed document's old chunks stay in use until all of its new ones are there (metadata.ready, set by queries.py).
LIVE_WORDS = """kb_words w JOIN kb_source_documents d ON d.business_id = w.business_id AND d.id = w.document_id
  AND d.deleted_at IS NULL AND w.generation = coalesce((d.metadata->>'ready')::int, d.generation)"""
FILL = 200  # chunks at a time


async def keep_words(tx: Tx, chunks: Sequence[tuple[UUID, Chunk, str]]) -> None:
    """Writes the stems of new (id, chunk, language), and what is new of them into the vocabulary."""
    counted = [Counter(stems(chunk.searchable, language)) for _, chunk, language in chunks]
    await tx.execute(
        """INSERT INTO kb_words (business_id, chunk_id, document_id, generation, language, visibility, tags, faq, length, tsv)
           SELECT c.business_id, c.id, c.document_id, c.generation, c.language, c.visibility,
             ARRAY(SELECT jsonb_array_elements_text(coalesce(c.metadata->'tags', '[]'))), c.question IS NOT NULL, n.length, n.tsv::tsvector
           FROM unnest($2::uuid[], $3::int[], $4::text[]) AS n(id, length, tsv)
           JOIN kb_chunks c ON c.business_id = $1 AND c.id = n.id ON CONFLICT DO NOTHING""",
        tx.business_id,
        [chunk_id for chunk_id, _, _ in chunks],
        [count.total() for count in counted],
        [_as_tsvector(count) for count in counted],
    )
    await tx.execute(
        """INSERT INTO kb_vocabulary (business_id, term) SELECT $1, n.term FROM unnest($2::text[]) AS n(term)
           WHERE NOT EXISTS (SELECT FROM kb_vocabulary v WHERE v.business_id = $1 AND v.term = n.term) ORDER BY n.term
           ON CONFLICT DO NOTHING""",
        tx.business_id,
        sorted(set().union(*counted)),  # in one order everywhere: two batches never wait for each other
    )


def _as_tsvector(counted: Counter[str]) -> str:
    """PostgreSQL's text form, with as many positions as the stem stands there."""
    spelt = [f"'{term}':{','.join(map(str, range(1, min(count, MOST_TF) + 1)))}" for term, count in counted.items()]
    return " ".join(spelt)


async def fill_words(tx: Tx) -> int:
    """Writes the stems of chunks that have none (stored before migration 0003); -> how many it wrote, at most FILL."""
    rows = await tx.fetch(
        """SELECT c.id, c.language, c.text, c.question, c.metadata->>'title' AS title, c.metadata->>'section' AS section FROM kb_chunks c
           WHERE c.business_id = $1 AND NOT EXISTS (SELECT FROM kb_words w WHERE w.business_id = $1 AND w.chunk_id = c.id)
           ORDER BY c.id LIMIT $2""",
        tx.business_id,
        FILL,
    )
    chunks = [
        (row["id"], Chunk(row["text"], row["title"] or "", row["section"] or "", row["question"]), row["language"])
        for row in rows
    ]
    if chunks:
        await keep_words(tx, chunks)
    return len(chunks)


async def best_worded(tx: Tx, terms: Sequence[str], sought: Sought, most: int) -> tuple[list[UUID], Corpus]:
    """The `most` chunks with the highest BM25 for distinct `terms` in the question's language; and the corpus's numbers."""
    rows = await tx.fetch(
        "SELECT chunk_id, size, mean, dfs FROM kb_bm25($1, $2, $3, $4, $5, $6, $7, $8)",
        list(terms),
        sought.language,
        most,
        K1,
        B,
        sought.visibility == "public",
        list(sought.tags) if sought.tags else None,
        sought.on,
    )
    ids = [row["chunk_id"] for row in rows if row["chunk_id"] is not None]
    return ids, (rows[0]["size"], rows[0]["mean"], list(rows[0]["dfs"]))


async def nearest(tx: Tx, sought: Sought, model: str, most: int) -> list[UUID]:
    """The `most` nearest chunks that may be seen, exactly, nearest first."""
    rows = await tx.fetch(
        "SELECT chunk_id FROM kb_nearest($1::text::halfvec, $2, $3, $4, $5, $6)",
        vector_text(sought.vector),
        model,
        most,
        sought.visibility == "public",
        list(sought.tags) if sought.tags else None,
        sought.on,
    )
    return [row["chunk_id"] for row in rows]


async def documents_of(tx: Tx, groups: Sequence[Sequence[str]]) -> list[int]:
    """How many chunks have any term of each group: one pass over the business's stems, in no index."""
    if not groups:
        return []
    counts = ", ".join(
        f"count(*) FILTER (WHERE w.tsv @@ ${place}::text::tsquery)" for place in range(2, 2 + len(groups))
    )
    row = await tx.fetchrow(
        f"SELECT {counts} FROM {LIVE_WORDS} WHERE w.business_id = $1",
        tx.business_id,
        *(_any_of(group) for group in groups),
    )
    return list(row or [])


def _any_of(terms: Sequence[str]) -> str:
    return "|".join(f"'{term}'" for term in terms)


async def word_facts(
    tx: Tx, ids: Sequence[UUID], terms: Sequence[str], groups: Sequence[Sequence[str]] = ()
) -> list[Any]:
    """(chunk_id, language, faq, length, tf of each of `terms`, whether it has any of each group) of chunks, by id."""
    rows = await tx.fetch(
        """SELECT w.chunk_id, w.language, w.faq, w.length,
             ARRAY(SELECT ts_rank('{1,1,1,1}'::real[], w.tsv, n.term::tsquery) FROM unnest($3::text[]) WITH ORDINALITY AS n(term, place)
               ORDER BY n.place) AS ranks,
             ARRAY(SELECT w.tsv @@ n.terms::tsquery FROM unnest($4::text[]) WITH ORDINALITY AS n(terms, place) ORDER BY n.place) AS groups
           FROM kb_words w WHERE w.business_id = $1 AND w.chunk_id = ANY($2::uuid[]) ORDER BY w.chunk_id""",
        tx.business_id,
        list(ids),
        [f"'{term}'" for term in terms],
        [_any_of(group) for group in groups],
    )
    return [
        (row["chunk_id"], row["language"], row["faq"], row["length"], _counts(row["ranks"]), row["groups"])
        for row in rows
    ]


def _counts(ranks: list[float]) -> list[float]:
    """How often a term stands there, from ts_rank: see kb_bm25."""
    found = np.array(ranks, dtype=np.float64)
    tail = np.maximum(1.6449340668482264 * (1 - found), 0.0039)
    counts: list[float] = np.where(found > 0, np.round(1 / tail - 0.5), 0).tolist()
    return counts


async def used(tx: Tx, terms: Sequence[str]) -> set[str]:
    """Which of `terms` stand in the business's vocabulary; of some the chunks may be gone."""
    if not terms:
        return set()
    rows = await tx.fetch(
        "SELECT term FROM kb_vocabulary WHERE business_id = $1 AND term = ANY($2::text[])", tx.business_id, list(terms)
    )
    return {row["term"] for row in rows}


async def vocabulary(tx: Tx, head: str, shortest: int, longest: int) -> list[str]:
    """Stems of this business that begin with the letter `head` and have so many letters."""
    joined: str | None = await tx.fetchval(
        """SELECT string_agg(term, ' ' ORDER BY term) FROM kb_vocabulary
           WHERE business_id = $1 AND left(term, 1) = $2 AND length(term) BETWEEN $3 AND $4""",
        tx.business_id,
        head,
        shortest,
        longest,
    )
    return joined.split() if joined else []
