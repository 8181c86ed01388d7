"""SQL of both paths: versions, exact cosines, the texts of what was found. Takes a transaction of the tenant, which names the business."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
import orjson
from numpy.typing import NDArray

from firstline.embedding.port import Vector
from firstline.ground.tenant import Tx
from firstline.knowledge.model import Chunk, StoredChunk
from firstline.knowledge.sought import Cosines

__all__ = [
    "Neighbour",
    "Text",
    "bump_version",
    "cosines",
    "count_chunks",
    "current_version",
    "halves",
    "load_chunks",
    "texts",
    "vector_text",
    "version_and_model",
]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The chunk before or after another, in the same section of the same document."""

    id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A chunk as it is said: its row, its neighbours, its vector, and its parts' vectors where they were asked for."""

    id: UUID
    document_id: UUID
    chunk: Chunk
    language: str
    source_uri: str
    source_type: str
    effective_date: date | None
    vector: NDArray[np.float16]
    parts: NDArray[np.float16] | None
    before: Neighbour | None
    after: Neighbour | None


def vector_text(vector: NDArray[np.floating[Any]]) -> str:
    """pgvector's text form, in the halves that are stored. Eight times as fast as formatting in Python."""
    return orjson.dumps(vector.astype(np.float16), option=orjson.OPT_SERIALIZE_NUMPY).decode()


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
    """How many chunks there are, old generations and deleted documents counted."""
    return await tx.fetchval("SELECT count(*) FROM kb_chunks WHERE business_id = $1", tx.business_id) or 0


async def load_chunks(tx: Tx, model: str) -> list[StoredChunk]:
    """All live chunks with their vectors of `model`, ascending by id: what TenantIndex is made of."""
    ids = await tx.fetch(
        """SELECT c.id, c.visibility FROM kb_chunks c JOIN kb_source_documents d ON d.business_id = c.business_id AND d.id = c.document_id
             AND d.deleted_at IS NULL AND c.generation = coalesce((d.metadata->>'ready')::int, d.generation)
           WHERE c.business_id = $1 ORDER BY c.id""",
        tx.business_id,
    )
    wanted = [row["id"] for row in ids]
    found = await texts(tx, wanted, model, parts_of=wanted)
    told = [(found[row["id"]], row["visibility"]) for row in ids if len(found[row["id"]].vector)]
    none = np.empty((0, 0), dtype=np.float16)
    return [
        StoredChunk(
            t.id,
            t.document_id,
            t.chunk,
            t.language,
            seen,
            t.source_uri,
            t.source_type,
            t.vector,
            none if t.parts is None else t.parts,
        )
        for t, seen in told
    ]


async def version_and_model(tx: Tx) -> tuple[int, str | None]:
    """The version, and the model that answers (None before there are vectors)."""
    row = await tx.fetchrow(
        """SELECT coalesce((SELECT version FROM kb_versions WHERE business_id = $1), 0) AS version, coalesce(
             (SELECT active FROM kb_models WHERE business_id = $1),
             (SELECT embedding_model FROM kb_embeddings WHERE business_id = $1 LIMIT 1)) AS model""",
        tx.business_id,
    )
    return row["version"], row["model"]


async def cosines(tx: Tx, ids: Sequence[UUID], vector: Vector, model: str) -> Cosines:
    """Of chunks; one without a vector of `model` is the farthest."""
    rows = await tx.fetch(
        """SELECT e.chunk_id, max(near) FILTER (WHERE part = 0) AS chunk, max(near) FILTER (WHERE part = 1 AND faq) AS asked,
             max(near) FILTER (WHERE part > CASE WHEN faq THEN 1 ELSE 0 END) AS sentence
           FROM (SELECT e.chunk_id, e.part, w.faq, -(e.e <#> q.v) AS near FROM (SELECT $2::text::halfvec AS v OFFSET 0) q
             CROSS JOIN kb_words w JOIN kb_embeddings e ON e.business_id = w.business_id AND e.chunk_id = w.chunk_id
               AND e.embedding_model = $3
             WHERE w.business_id = $1 AND w.chunk_id = ANY($4::uuid[])) e GROUP BY e.chunk_id""",
        tx.business_id,
        vector_text(vector),
        model,
        list(ids),
    )
    near = {row["chunk_id"]: (row["chunk"], row["asked"], row["sentence"]) for row in rows}
    table = np.array([near.get(i, (None, None, None)) for i in ids], dtype=np.float32).reshape(len(ids), 3)
    return Cosines(np.nan_to_num(table[:, 0], nan=-1.0), table[:, 1], table[:, 2])


async def texts(tx: Tx, ids: Sequence[UUID], model: str, *, parts_of: Sequence[UUID] = ()) -> dict[UUID, Text]:
    """The rows of `ids` by id; with their parts' vectors those of `parts_of`.

    LIMIT 1 keeps each neighbour a look-up in the index: as plain joins the planner hashes the whole business, 5 ms at 5,000 chunks.
    """
    rows = await tx.fetch(
        """SELECT c.id, c.document_id, c.text, c.metadata, c.language, c.question, c.answer, d.source_uri, d.source_type, d.effective_date,
             b.id AS before_id, b.text AS before, a.id AS after_id, a.text AS after,
             (SELECT halfvec_send(e.e) FROM kb_embeddings e WHERE e.business_id = c.business_id AND e.chunk_id = c.id AND e.part = 0
               AND e.embedding_model = $3) AS vector,
             CASE WHEN c.id = ANY($4::uuid[]) THEN (SELECT array_agg(halfvec_send(e.e) ORDER BY e.part) FROM kb_embeddings e
               WHERE e.business_id = c.business_id AND e.chunk_id = c.id AND e.part > 0 AND e.embedding_model = $3) END AS parts
           FROM kb_chunks c JOIN kb_source_documents d ON d.business_id = c.business_id AND d.id = c.document_id
           LEFT JOIN LATERAL (SELECT b.id, b.text FROM kb_chunks b WHERE b.business_id = c.business_id AND b.document_id = c.document_id
             AND b.generation = c.generation AND b.ordinal = c.ordinal - 1 AND b.question IS NULL AND b.visibility = c.visibility
             AND b.metadata->>'section' = c.metadata->>'section' LIMIT 1) b ON true
           LEFT JOIN LATERAL (SELECT a.id, a.text FROM kb_chunks a WHERE a.business_id = c.business_id AND a.document_id = c.document_id
             AND a.generation = c.generation AND a.ordinal = c.ordinal + 1 AND a.question IS NULL AND a.visibility = c.visibility
             AND a.metadata->>'section' = c.metadata->>'section' LIMIT 1) a ON true
           WHERE c.business_id = $1 AND c.id = ANY($2::uuid[])""",
        tx.business_id,
        list(ids),
        model,
        list(parts_of),
    )
    return {row["id"]: _text(row) for row in rows}


def _text(row: Any) -> Text:
    about = row["metadata"]
    chunk = Chunk(
        text=row["text"],
        title=about.get("title", ""),
        section=about.get("section", ""),
        question=row["question"],
        answer=row["answer"],
        tags=tuple(about.get("tags") or ()),
    )
    return Text(
        row["id"],
        row["document_id"],
        chunk,
        row["language"],
        row["source_uri"],
        row["source_type"],
        row["effective_date"],
        halves(row["vector"]) if row["vector"] else np.empty(0, np.float16),
        np.array([halves(part) for part in row["parts"]]) if row["parts"] else None,
        Neighbour(row["before_id"], row["before"]) if row["before_id"] else None,
        Neighbour(row["after_id"], row["after"]) if row["after_id"] else None,
    )


def halves(sent: bytes) -> NDArray[np.float16]:
    """pgvector's wire form of a halfvec: dimension and a spare, 16 bits each, then IEEE halves, all big-endian."""
    return np.frombuffer(sent, dtype=">f2", offset=4).astype(np.float16)
