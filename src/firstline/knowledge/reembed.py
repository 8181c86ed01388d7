"""Changing the embedding model: vectors of the new one are made beside those in use, then all questions switch at once.

Resumable: what is there is not made again. While it runs, ingestion writes vectors of both models; the switch waits for
ingestion's transactions and ingestion for the switch (the row of kb_models), so that no chunk is left without.
"""

import time
from uuid import UUID

from firstline.embedding.catalog import Embedders
from firstline.ground.jobs import enqueue
from firstline.ground.tenant import Door, Tx
from firstline.knowledge import model_queries
from firstline.knowledge.model import Chunk
from firstline.knowledge.search_queries import bump_version

__all__ = ["REEMBED", "drop_former", "queue_due", "reembed"]

REEMBED = "reembed"
BATCH = 16  # chunks a transaction: about a second of work
COUNT_SECONDS = 2.0
DROPPED_AT_ONCE = 2000
GRACE_SECONDS = 60.0  # a query that began before the switch has ended by then


async def queue_due(door: Door, wanted: str, most: int = 20) -> int:
    """A job for each business whose vectors are not of `wanted`, or that has others to drop; -> how many businesses."""
    due = await door.lookup("SELECT * FROM due_embeddings($1, $2)", wanted, most)
    for row in due:
        async with door.transaction(row["business_id"]) as tx:
            await enqueue(tx, REEMBED, lock=f"kb:models:{tx.business_id}", once=f"{REEMBED}:{tx.business_id}")
    return len(due)


async def reembed(door: Door, embedders: Embedders, business_id: UUID, *, grace_seconds: float = GRACE_SECONDS) -> bool:
    """Changes the business to the wanted model; -> whether it answers now. Safe to run again, and beside ingestion."""
    wanted = embedders.wanted
    async with door.transaction(business_id) as tx:
        await model_queries.ensure_models(tx, wanted)
        row = await model_queries.models_row(tx)
        if row["active"] == wanted:
            await model_queries.stop_building(tx)
        else:
            await model_queries.start_building(tx, wanted)
    if row["active"] != wanted and not await _built(door, embedders, business_id, wanted):
        return False
    await drop_former(door, business_id, grace_seconds)
    return True


async def _built(door: Door, embedders: Embedders, business_id: UUID, wanted: str) -> bool:
    pool, after, counted = embedders.named(wanted), None, 0.0
    while True:
        async with door.transaction(business_id) as tx:
            rows = await model_queries.chunks_without(tx, wanted, BATCH, after)
            if not rows and after is None and await _switched(tx, wanted):
                return True
        if not rows:
            after = None
            continue
        chunks = [_chunk(row["text"], row["question"]) for row in rows]
        texts = [[_searchable(row), *chunk.parts] for row, chunk in zip(rows, chunks, strict=True)]
        vectors = await pool.embed([text for group in texts for text in group])
        ready, at = [], 0
        for row, group in zip(rows, texts, strict=True):
            ready += [(row["id"], part, vectors[at + part]) for part in range(len(group))]
            at += len(group)
        ready.sort(key=lambda entry: entry[1] != 0)
        async with door.transaction(business_id) as tx:
            held = await model_queries.models_row(tx, held=True)
            if held is None or held["building"] != wanted:
                return held is not None and held["active"] == wanted
            await model_queries.add_vectors(tx, wanted, ready)
        if time.monotonic() - counted > COUNT_SECONDS:
            counted = time.monotonic()
            async with door.transaction(business_id) as tx:
                await model_queries.building_counted(tx, wanted)
        after = rows[-1]["id"]


async def _switched(tx: Tx, wanted: str) -> bool:
    if not await model_queries.switch(tx, wanted):
        return False
    await bump_version(tx)  # cached indexes hold the vectors of the model before
    return True


def _chunk(text: str, question: str | None) -> Chunk:
    return Chunk(text=text, question=question)


def _searchable(row: dict[str, str]) -> str:
    """As Chunk.searchable: the stored context is title and section."""
    return "\n".join(part for part in (row["context"], row["question"] or "", row["text"]) if part)


async def drop_former(door: Door, business_id: UUID, grace_seconds: float = GRACE_SECONDS) -> int:
    """Removes the vectors of the model before, in batches, once no query reads them any more; -> how many."""
    total = 0
    async with door.transaction(business_id) as tx:
        if not await model_queries.may_drop(tx, grace_seconds):
            return 0
    while True:
        async with door.transaction(business_id) as tx:
            dropped = await model_queries.drop_vectors(tx, DROPPED_AT_ONCE)
        total += dropped
        if not dropped:
            return total
