"""SQL that fills a tenant's index in memory: columns, vectors, postings. All of it inside one snapshot."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from firstline.ground.tenant import Tx
from firstline.knowledge.cold_queries import LIVE_WORDS
from firstline.knowledge.held import Columns, Parts
from firstline.knowledge.search_queries import halves

__all__ = ["columns", "one_snapshot", "parts", "postings", "sizes", "vectors"]

BLOCK = 2000  # chunks whose vectors stand in memory as sent: 2 MB at 512 dimensions


async def one_snapshot(tx: Tx) -> None:
    """Everything this transaction reads from now on is of one moment. To be called before anything is read."""
    await tx.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SET LOCAL jit = off")


async def columns(tx: Tx, model: str) -> tuple[Columns, NDArray[np.int32]]:
    """What is known of each live chunk, ascending by id, and how many stems each has."""
    rows = await tx.fetch(
        f"""SELECT w.chunk_id, w.language, w.visibility = 'public' AND d.visibility = 'public' AS public, w.tags, w.faq, w.length,
              d.effective_date, EXISTS (SELECT FROM kb_embeddings e WHERE e.business_id = w.business_id AND e.chunk_id = w.chunk_id
                AND e.part = 0 AND e.embedding_model = $2) AS embedded
            FROM {LIVE_WORDS} WHERE w.business_id = $1 ORDER BY w.chunk_id""",
        tx.business_id,
        model,
    )
    languages = tuple(sorted({row["language"] for row in rows}))
    tags: dict[str, list[int]] = {}
    for at, row in enumerate(rows):
        for tag in dict.fromkeys(row["tags"]):
            tags.setdefault(tag, []).append(at)
    found = Columns(
        ids=np.frombuffer(b"".join(row["chunk_id"].bytes for row in rows), dtype="V16"),
        languages=languages,
        language=np.array([languages.index(row["language"]) for row in rows], dtype=np.uint8),
        public=np.array([row["public"] for row in rows], dtype=bool),
        faq=np.array([row["faq"] for row in rows], dtype=bool),
        embedded=np.array([row["embedded"] for row in rows], dtype=bool),
        day=np.array(
            [row["effective_date"].toordinal() if row["effective_date"] else 0 for row in rows], dtype=np.int32
        ),
        tags={tag: np.array(held, dtype=np.int32) for tag, held in tags.items()},
    )
    return found, np.array([row["length"] for row in rows], dtype=np.int32)


async def sizes(tx: Tx, model: str) -> tuple[int, int, int]:
    """The model's dimensions (1 without a vector), how many chunks have a vector of it, and how many vectors there are with
    those of parts."""
    row = await tx.fetchrow(
        """SELECT count(*) AS vectors, count(*) FILTER (WHERE part = 0) AS chunks, coalesce(max(vector_dims(e)) FILTER (WHERE part = 0), 1) AS dimensions
           FROM kb_embeddings WHERE business_id = $1 AND embedding_model = $2""",
        tx.business_id,
        model,
    )
    return row["dimensions"], row["chunks"], row["vectors"]


async def vectors(tx: Tx, held: Columns, model: str) -> AsyncIterator[tuple[NDArray[np.int64], NDArray[Any]]]:
    """Blocks of (rows, their vectors)."""
    rows = np.flatnonzero(held.embedded)
    for at in range(0, len(rows), BLOCK):
        block = rows[at : at + BLOCK]
        sent = await tx.fetch(
            """SELECT halfvec_send(e.e) AS e FROM kb_embeddings e WHERE e.business_id = $1 AND e.embedding_model = $2 AND e.part = 0
                 AND e.chunk_id = ANY($3::uuid[]) ORDER BY e.chunk_id""",
            tx.business_id,
            model,
            _ids(held, block),
        )
        yield block, np.array([halves(row["e"]) for row in sent])


async def parts(tx: Tx, held: Columns, model: str, dimensions: int) -> Parts:
    """Every part's vector of the chunks that have one."""
    counts = np.zeros(len(held.ids), dtype=np.int64)
    blocks = [np.empty((0, dimensions), dtype=np.float16)]
    rows = np.flatnonzero(held.embedded)
    for at in range(0, len(rows), BLOCK // 4):
        block = rows[at : at + BLOCK // 4]
        sent = await tx.fetch(
            """SELECT array_agg(halfvec_send(e.e) ORDER BY e.part) AS parts FROM kb_embeddings e
               WHERE e.business_id = $1 AND e.embedding_model = $2 AND e.chunk_id = ANY($3::uuid[]) GROUP BY e.chunk_id ORDER BY e.chunk_id""",
            tx.business_id,
            model,
            _ids(held, block),
        )
        counts[block] = [len(row["parts"]) for row in sent]
        blocks.append(np.array([halves(part) for row in sent for part in row["parts"]]))
    return Parts(np.concatenate([[0], np.cumsum(counts)]), np.concatenate(blocks))


async def postings(tx: Tx) -> list[tuple[str, NDArray[Any], NDArray[Any]]]:
    """(term, ascending rows of the chunks that have it, how often each), by the rows of `columns`."""
    rows = await tx.fetch(
        f"""WITH live AS MATERIALIZED (SELECT w.chunk_id, w.tsv, (row_number() OVER (ORDER BY w.chunk_id) - 1)::int AS row
              FROM {LIVE_WORDS} WHERE w.business_id = $1)
            SELECT u.lexeme, string_agg(int4send(l.row), ''::bytea ORDER BY l.row) AS rows,
              string_agg(int2send(cardinality(u.positions)::int2), ''::bytea ORDER BY l.row) AS tf
            FROM live l, unnest(l.tsv) u GROUP BY u.lexeme""",
        tx.business_id,
    )
    return [
        (row["lexeme"], np.frombuffer(row["rows"], dtype=">i4"), np.frombuffer(row["tf"], dtype=">i2")) for row in rows
    ]


def _ids(held: Columns, rows: NDArray[np.int64]) -> list[UUID]:
    return [UUID(bytes=held.ids[row].tobytes()) for row in rows]
