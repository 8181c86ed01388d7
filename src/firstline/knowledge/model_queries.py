"""SQL of the models in use: which vectors answer, which are being made beside them, how far that is."""

from typing import Any
from uuid import UUID

from firstline.embedding.port import Vector
from firstline.ground.tenant import Tx

__all__ = [
    "active_model", "add_vectors", "building_counted", "chunks_without", "drop_vectors", "ensure_models",
    "may_drop", "models_row", "start_building", "stop_building", "switch",
]  # fmt: skip


async def active_model(tx: Tx) -> str | None:
    """The model whose vectors answer; without a row, that of the vectors there are; None when there are none."""
    found: str | None = await tx.fetchval(
        """SELECT coalesce((SELECT active FROM kb_models WHERE business_id = $1),
             (SELECT embedding_model FROM kb_embeddings WHERE business_id = $1 LIMIT 1))""",
        tx.business_id,
    )
    return found


async def ensure_models(tx: Tx, default: str) -> None:
    """A row for this business: the model of the vectors it has, or `default`."""
    await tx.execute(
        """INSERT INTO kb_models (business_id, active) VALUES ($1,
             coalesce((SELECT embedding_model FROM kb_embeddings WHERE business_id = $1 LIMIT 1), $2))
           ON CONFLICT (business_id) DO NOTHING""",
        tx.business_id,
        default,
    )


async def models_row(tx: Tx, *, held: bool = False) -> Any:
    """(active, building, started_at, done, total, updated_at) or None. `held`: nobody switches before this transaction ends."""
    lock = "FOR SHARE" if held else ""
    return await tx.fetchrow(
        f"SELECT active, building, started_at, done, total, updated_at FROM kb_models WHERE business_id = $1 {lock}",
        tx.business_id,
    )


async def start_building(tx: Tx, model: str) -> bool:
    """Begins to make vectors of `model` beside those in use; False when it answers already or is being made."""
    tag = await tx.execute(
        """UPDATE kb_models m SET building = $2, started_at = now(), updated_at = now(), done = 0,
             total = (SELECT count(*) FROM kb_chunks WHERE business_id = $1)
           WHERE business_id = $1 AND active <> $2 AND building IS DISTINCT FROM $2""",
        tx.business_id,
        model,
    )
    return tag == "UPDATE 1"


async def chunks_without(tx: Tx, model: str, most: int, after: UUID | None = None) -> list[Any]:
    """(id, text, context, question) of chunks that have no vector of `model`, of deleted documents too, by id."""
    return await tx.fetch(
        """SELECT c.id, c.text, c.context, c.question FROM kb_chunks c
           WHERE c.business_id = $1 AND ($4::uuid IS NULL OR c.id > $4) AND NOT EXISTS (SELECT FROM kb_embeddings e
             WHERE e.business_id = c.business_id AND e.chunk_id = c.id AND e.part = 0 AND e.embedding_model = $2)
           ORDER BY c.id LIMIT $3""",
        tx.business_id,
        model,
        most,
        after,
    )


async def building_counted(tx: Tx, model: str) -> None:
    """Writes down how many chunks have their vector of `model`."""
    await tx.execute(
        """UPDATE kb_models SET updated_at = now(),
             total = (SELECT count(*) FROM kb_chunks WHERE business_id = $1),
             done = (SELECT count(*) FROM kb_embeddings WHERE business_id = $1 AND part = 0 AND embedding_model = $2)
           WHERE business_id = $1 AND building = $2""",
        tx.business_id,
        model,
    )


async def switch(tx: Tx, model: str) -> bool:
    """From now on `model` answers; False while a chunk lacks its vector. Ingestion waits for the end of this transaction."""
    held = await tx.fetchval(
        "SELECT true FROM kb_models WHERE business_id = $1 AND building = $2 FOR UPDATE", tx.business_id, model
    )
    if not held or await chunks_without(tx, model, 1):
        return False
    await tx.execute(
        """UPDATE kb_models SET former = active, active = building, building = NULL, updated_at = now(), done = total
           WHERE business_id = $1""",
        tx.business_id,
    )
    return True


async def add_vectors(tx: Tx, model: str, rows: list[tuple[UUID, int, Vector]]) -> None:
    """(chunk, part, vector) in one statement; chunks that are gone and vectors that are there are passed over."""
    await tx.conn.take_binary_vectors()
    await tx.execute(
        """INSERT INTO kb_embeddings (business_id, chunk_id, part, embedding_model, e)
           SELECT $1, n.chunk, n.part, $2, n.e
           FROM unnest($3::uuid[], $4::int[], $5::halfvec[]) WITH ORDINALITY AS n(chunk, part, e, place)
           WHERE EXISTS (SELECT FROM kb_chunks c WHERE c.business_id = $1 AND c.id = n.chunk FOR KEY SHARE)
           ORDER BY n.place ON CONFLICT DO NOTHING""",
        tx.business_id,
        model,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [_sent(row[2]) for row in rows],
    )


def _sent(vector: Vector) -> bytes:
    """pgvector's wire form of a halfvec: dimension and a spare, 16 bits each, then IEEE halves, all big-endian."""
    return len(vector).to_bytes(2, "big") + b"\0\0" + vector.astype(">f2").tobytes()


async def stop_building(tx: Tx) -> None:
    """The model in use is the one that is wanted again: what was made beside it goes."""
    await tx.execute(
        "UPDATE kb_models SET former = building, building = NULL, updated_at = now() WHERE business_id = $1 AND building IS NOT NULL",
        tx.business_id,
    )


async def drop_vectors(tx: Tx, most: int) -> int:
    """Removes up to `most` vectors of models that neither answer nor are being made; -> how many; at 0 there are none left."""
    tag = await tx.execute(
        """DELETE FROM kb_embeddings WHERE (business_id, chunk_id, part, embedding_model) IN (
             SELECT e.business_id, e.chunk_id, e.part, e.embedding_model FROM kb_embeddings e, kb_models m
             WHERE e.business_id = $1 AND m.business_id = $1 AND e.embedding_model <> m.active
               AND e.embedding_model IS DISTINCT FROM m.building LIMIT $2)""",
        tx.business_id,
        most,
    )
    dropped = int(tag.rpartition(" ")[2])
    if not dropped:
        await tx.execute("UPDATE kb_models SET former = NULL WHERE business_id = $1", tx.business_id)
    return dropped


async def may_drop(tx: Tx, seconds: float) -> bool:
    """Whether the last switch is so long ago that no query reads the vectors of the model before."""
    found = await tx.fetchval(
        """SELECT true FROM kb_models WHERE business_id = $1 AND former IS NOT NULL
             AND updated_at <= now() - $2 * interval '1 second'""",
        tx.business_id,
        seconds,
    )
    return bool(found)
