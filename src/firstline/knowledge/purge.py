"""Deleted documents are gone for good some days later: rows, chunks, vectors, and the stored file; files that became none as well."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

from firstline.ground.jobs import enqueue
from firstline.ground.storage import Objects
from firstline.ground.tenant import Door
from firstline.knowledge import document_queries, purge_queries

__all__ = ["FORGET", "forget_objects", "purge_documents", "purge_due", "purge_files"]

FORGET = "forget_objects"
AT_ONCE = 100  # documents or jobs a transaction


async def purge_due(door: Door, days: float, *, most: int = 500, now: datetime | None = None) -> int:
    """Purges what has been in the bin for `days`, and files of jobs that ended so long ago which no document holds; -> how many documents."""
    before = (now or datetime.now(UTC)) - timedelta(days=days)
    total = 0
    for business_id, documents in await _due(
        door, "SELECT business_id, document_id FROM due_purges($1, $2)", before, most
    ):
        total += await purge_documents(door, business_id, documents, before)
    for business_id, jobs in await _due(door, "SELECT business_id, job_id FROM due_files($1, $2)", before, most):
        await purge_files(door, business_id, jobs, before)
    return total


async def _due(door: Door, sql: str, before: datetime, most: int) -> list[tuple[UUID, list[UUID]]]:
    """(business, some of its ids), a transaction's worth each."""
    due: dict[UUID, list[UUID]] = defaultdict(list)
    for business_id, found in await door.lookup(sql, before, most):
        due[business_id].append(found)
    return [(business, ids[at : at + AT_ONCE]) for business, ids in due.items() for at in range(0, len(ids), AT_ONCE)]


async def purge_files(door: Door, business_id: UUID, jobs: Sequence[UUID], before: datetime) -> None:
    """Files of jobs that ended before `before` and became no document (unreadable ones, tables of questions) are forgotten."""
    async with door.transaction(business_id) as tx:
        if keys := await purge_queries.forget_files(tx, jobs, before):
            await enqueue(tx, FORGET, keys=keys)


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
