"""FAQ rows edited by hand: what is saved is found by the next question."""

from uuid import UUID

from firstline.ground.tenant import Door
from firstline.knowledge import queries
from firstline.knowledge.model import Faq, JobConfig
from firstline.knowledge.search_queries import bump_version
from firstline.knowledge.sources.faq import faq_document, faq_uri
from firstline.knowledge.sources.port import Acquired
from firstline.knowledge.store import Workshop, keep_document

__all__ = ["publish_faq", "retire_faq"]


async def publish_faq(
    workshop: Workshop,
    business_id: UUID,
    faq: Faq,
    *,
    visibility: str = "public",
    faq_id: UUID | None = None,
    languages: tuple[str, ...] = ("en", "es"),
) -> UUID | None:
    """Creates a row, or replaces `faq_id`; -> its id, or None when there is no such row."""
    uri = faq_uri(faq)
    async with workshop.door.transaction(business_id) as tx:
        if faq_id is not None:
            row = await queries.get_faq(tx, faq_id)
            if row is None:
                return None
            held = await queries.document_uri(tx, row["document_id"]) if row["document_id"] else None
            uri = held or f"faq:{faq_id}"
    acquired = Acquired(uri, faq_document(faq), visibility=visibility, tags=faq.tags, faq_id=faq_id)
    kept = await keep_document(workshop, business_id, acquired, JobConfig(), languages=languages)
    async with workshop.door.transaction(business_id) as tx:
        return faq_id or (await queries.faq_of(tx, kept.document_id) if kept.document_id else None)


async def retire_faq(door: Door, business_id: UUID, faq_id: UUID) -> bool:
    """Takes a row and its chunk out; False when there is no such row."""
    async with door.transaction(business_id) as tx:
        row = await queries.get_faq(tx, faq_id)
        if row is None:
            return False
        await queries.delete_faq(tx, faq_id)
        if row["document_id"]:
            await queries.delete_document(tx, row["document_id"])
        await bump_version(tx)
        return True
