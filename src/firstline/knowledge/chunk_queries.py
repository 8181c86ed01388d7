"""SQL of a document's chunks: stored by batch with their stems and vectors, live when all are there. Takes a transaction of the tenant."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from firstline.embedding.port import Vector
from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.knowledge.cold_queries import keep_words
from firstline.knowledge.model import Chunk
from firstline.knowledge.model_queries import add_vectors
from firstline.knowledge.search_queries import bump_version

__all__ = ["add_chunks", "complete_document", "stored_ordinals", "vectors_by_text"]


async def stored_ordinals(tx: Tx, document_id: UUID, generation: int) -> set[int]:
    """Which chunks of this generation are stored (a chunk is stored together with its vectors)."""
    rows = await tx.fetch(
        "SELECT ordinal FROM kb_chunks WHERE business_id = $1 AND document_id = $2 AND generation = $3",
        tx.business_id,
        document_id,
        generation,
    )
    return {row["ordinal"] for row in rows}


async def add_chunks(
    tx: Tx,
    document_id: UUID,
    generation: int,
    chunks: Sequence[tuple[int, Chunk, str, Sequence[Vector]]],
    *,
    visibility: str,
    model: str,
    metadata: dict[str, Any],
    also: Sequence[tuple[str, Sequence[Sequence[Vector]]]] = (),
) -> bool:
    """Stores (ordinal, chunk, language, vectors of the chunk and its parts); False when the generation is stale.

    `also`: other models with their vectors of the same chunks. A document that was changed or deleted meanwhile is left
    alone: a late embedding is dropped.
    """
    current = await tx.fetchval(
        "SELECT generation FROM kb_source_documents WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE",
        tx.business_id,
        document_id,
    )
    if current != generation:
        return False
    ids = [new_id() for _ in chunks]
    about = [_about(chunk, visibility, metadata) for _, chunk, _, _ in chunks]
    rows = await tx.fetch(
        """INSERT INTO kb_chunks (business_id, id, document_id, generation, ordinal, text, context, metadata, visibility, language,
             question, answer)
           SELECT $1, n.id, $2, $3, n.ordinal, n.text, n.context, n.about, $4, n.language, n.question, n.answer
           FROM unnest($5::uuid[], $6::int[], $7::text[], $8::text[], $9::jsonb[], $10::text[], $11::text[], $12::text[])
             AS n(id, ordinal, text, context, about, language, question, answer)
           ON CONFLICT (business_id, document_id, generation, ordinal) DO NOTHING RETURNING id""",
        tx.business_id,
        document_id,
        generation,
        visibility,
        ids,
        [ordinal for ordinal, _, _, _ in chunks],
        [chunk.text for _, chunk, _, _ in chunks],
        [chunk.context for _, chunk, _, _ in chunks],
        about,
        [language for _, _, language, _ in chunks],
        [chunk.question for _, chunk, _, _ in chunks],
        [chunk.answer for _, chunk, _, _ in chunks],
    )
    made = {row["id"] for row in rows}  # a twin run may have stored some already
    words = [(i, chunk, language) for i, (_, chunk, language, _) in zip(ids, chunks, strict=True) if i in made]
    await keep_words(tx, words)
    for name, vectors in ((model, [entry[3] for entry in chunks]), *also):
        parts = [
            (chunk_id, part, v)
            for chunk_id, of in zip(ids, vectors, strict=True)
            if chunk_id in made
            for part, v in enumerate(of)
        ]
        parts.sort(key=lambda row: row[1] != 0)  # chunk vectors side by side: the cold path scans only these
        await add_vectors(tx, name, parts)
    return True


def _about(chunk: Chunk, visibility: str, metadata: dict[str, Any]) -> dict[str, Any]:
    about = {**metadata, "title": chunk.title, "section": chunk.section, "visibility": visibility}
    about["tags"] = list(dict.fromkeys([*chunk.tags, *metadata.get("tags", [])]))
    return {**about, "own_tags": list(chunk.tags)} if chunk.tags else about


async def vectors_by_text(tx: Tx, document_id: UUID, model: str, most: int) -> list[Any]:
    """(context, question, text, parts: halves as sent, by part) of a document's newest chunks that have vectors of `model`."""
    return await tx.fetch(
        """SELECT c.context, c.question, c.text, array_agg(halfvec_send(e.e) ORDER BY e.part) AS parts
           FROM kb_chunks c JOIN kb_embeddings e ON e.business_id = c.business_id AND e.chunk_id = c.id AND e.embedding_model = $3
           WHERE c.business_id = $1 AND c.document_id = $2 GROUP BY c.business_id, c.id ORDER BY c.id DESC LIMIT $4""",
        tx.business_id,
        document_id,
        model,
        most,
    )


async def complete_document(tx: Tx, document_id: UUID, generation: int) -> None:
    """The chunks of `generation` are all there: they are live from now on, those of others go."""
    await tx.execute(
        """UPDATE kb_source_documents SET metadata = metadata || jsonb_build_object('ready', generation)
           WHERE business_id = $1 AND id = $2 AND generation = $3""",
        tx.business_id,
        document_id,
        generation,
    )
    await tx.execute(
        "DELETE FROM kb_chunks WHERE business_id = $1 AND document_id = $2 AND generation < $3",
        tx.business_id,
        document_id,
        generation,
    )
    await bump_version(tx)
