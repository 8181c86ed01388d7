"""A removed source comes back, and with it what went into the bin with it. A Drive folder waits for a new key: the old one is gone."""

from uuid import UUID

from firstline.ground.tenant import Tx
from firstline.knowledge import queries, source_queries

__all__ = ["restore_source"]


async def restore_source(tx: Tx, source_id: UUID) -> bool:
    """False when it was not removed. Raises asyncpg.UniqueViolationError when its address is another source's by now.

    A document whose address a newer one has by now stays in the bin.
    """
    removed_at = await source_queries.restore_source(tx, source_id)
    if removed_at is None:
        return False
    for document_id in await source_queries.documents_gone_with(tx, source_id, removed_at):
        await queries.restore_document(tx, document_id)
    return True
