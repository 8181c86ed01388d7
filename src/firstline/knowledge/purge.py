"""Deleted documents are gone for good some days later: rows, chunks, vectors, and the stored file."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from firstline.ground.jobs import enqueue
from firstline.ground.storage import Objects
from firstline.ground.tenant import Door
from firstline.knowledge import document_queries

__all__ = ["FORGET", "forget_objects", "purge_documents", "purge_due"]

FORGET = "forget_objects"
AT_ONCE = 100  # documents a transaction


async def purge_due(door: Door, days: float, *, most: int = 500, now: datetime | None = None) -> int:
    """Purges what has been in the bin for `days`, a business at a time; -> how many documents."""
    before = (now or datetime.now(UTC)) - timedelta(days=days)
    due: dict[UUID, list[UUID]] = defaultdict(list)
    for row in await door.lookup("SELECT * FROM due_purges($1, $2)", before, most):
        due[row["business_id"]].append(row["document_id"])
    total = 0
    for business_id, documents in due.items():
        for at in range(0, len(documents), AT_ONCE):
            total += await purge_documents(door, business_id, documents[at : at + AT_ONCE], before)
    return total


async def purge_documents(door: Door, business_id: UUID, documents: Sequence[UUID], before: datetime) -> int:
    """Those of `documents` that are in the bin since before `before`: one that was restored meanwhile stays; -> how many.

    Their files are forgotten by a job of the same transaction: never before the commit, and not lost when the process dies after it.
    """
    async with door.transaction(business_id) as tx:
        gone = await document_queries.purge_documents(tx, documents, before)
        keys = [
            key
            for key in {row["object_key"] for row in gone} - {None}
            if not await document_queries.object_used(tx, key)
        ]
        if keys:
            await enqueue(tx, FORGET, keys=keys)
    return len(gone)


async def forget_objects(objects: Objects, keys: Sequence[str]) -> None:
    """Deletes stored files; those that are gone already are fine."""
    for key in keys:
        await objects.delete(key)
