"""A changed document's words that are as they were keep their vectors: one changed price costs one passage's embedding."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import numpy as np

from firstline.embedding.port import Vector
from firstline.ground.tenant import Tx
from firstline.knowledge import chunk_queries
from firstline.knowledge.model import Chunk

__all__ = ["Reused", "known_vectors", "vectors_of_before"]

MOST_CHUNKS = 400  # of a document: some 4 MB of vectors

Reused = Mapping[str, list[Vector]]  # a chunk's searchable text -> its own vector, then those of its parts


async def vectors_of_before(tx: Tx, document_id: UUID, model: str) -> Reused:
    """By text, out of the chunks the document has now. Empty for a very long one: there the reading itself is the work."""
    rows = await chunk_queries.vectors_by_text(tx, document_id, model, MOST_CHUNKS + 1)
    if len(rows) > MOST_CHUNKS:
        return {}
    return {_searchable(row): [_vector(part) for part in row["parts"]] for row in rows}


def _searchable(row: Any) -> str:
    return "\n".join(part for part in (row["context"], row["question"] or "", row["text"]) if part)


def _vector(sent: bytes) -> Vector:
    """pgvector's wire form of a halfvec: dimension and a spare, 16 bits each, then IEEE halves, all big-endian."""
    return np.frombuffer(sent, dtype=">f2", offset=4).astype(np.float32)


def known_vectors(reused: Reused, chunk: Chunk) -> list[Vector] | None:
    """The chunk's vectors, when it has as many parts as it had."""
    found = reused.get(chunk.searchable)
    return found if found is not None and len(found) == 1 + len(chunk.parts) else None
