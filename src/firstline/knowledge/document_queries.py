"""SQL of documents as the admin API reads them: one whole, and a page of many, deleted ones too when asked for."""

from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx

__all__ = ["chunks_of_document", "document", "documents_page", "faqs_page", "jobs_page"]

_SHOWN = (
    "d.id, d.business_id, d.title, d.source_type, d.source_uri, d.visibility, d.language, d.metadata, d.updated_at, d.deleted_at, d.job_id, "
    "(SELECT count(*) FROM kb_chunks c WHERE c.business_id = d.business_id AND c.document_id = d.id) AS chunks"
)
_LIKE = "'%' || replace(replace(replace({0}, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%'"


async def document(tx: Tx, document_id: UUID) -> Any:
    """A document with its text, deleted or not, or None."""
    return await tx.fetchrow(
        f"SELECT {_SHOWN}, d.raw_text FROM kb_source_documents d WHERE d.business_id = $1 AND d.id = $2",
        tx.business_id,
        document_id,
    )


async def chunks_of_document(tx: Tx, document_id: UUID, most: int = 500) -> list[Any]:
    """(id, business_id, document_id, ordinal, text, section, visibility, language, metadata) of its chunks in order."""
    return await tx.fetch(
        "SELECT id, business_id, document_id, ordinal, text, coalesce(metadata ->> 'section', context) AS section, visibility, "
        "language, metadata FROM kb_chunks "
        "WHERE business_id = $1 AND document_id = $2 ORDER BY generation DESC, ordinal LIMIT $3",
        tx.business_id,
        document_id,
        most,
    )


async def documents_page(tx: Tx, q: str, deleted: bool, after: UUID | None, most: int) -> list[Any]:
    """Newest first, below the id `after`."""
    return await tx.fetch(
        f"SELECT {_SHOWN} FROM kb_source_documents d WHERE d.business_id = $1 AND (d.deleted_at IS NOT NULL) = $3 "
        f"AND ($2 = '' OR d.title ILIKE {_LIKE.format('$2')} OR d.source_uri ILIKE {_LIKE.format('$2')}) "
        "AND ($4::uuid IS NULL OR d.id < $4) ORDER BY d.id DESC LIMIT $5",
        tx.business_id,
        q,
        deleted,
        after,
        most,
    )


async def faqs_page(tx: Tx, q: str, after: UUID | None, most: int) -> list[Any]:
    """Live rows, newest first, below the id `after`."""
    return await tx.fetch(
        "SELECT * FROM kb_faqs WHERE business_id = $1 AND deleted_at IS NULL "
        f"AND ($2 = '' OR question ILIKE {_LIKE.format('$2')} OR answer ILIKE {_LIKE.format('$2')}) "
        "AND ($3::uuid IS NULL OR id < $3) ORDER BY id DESC LIMIT $4",
        tx.business_id,
        q,
        after,
        most,
    )


async def jobs_page(tx: Tx, after: UUID | None, most: int) -> list[Any]:
    """Newest first, below the id `after`."""
    return await tx.fetch(
        "SELECT id, business_id, source, status, config, stats, errors, created_at, completed_at FROM kb_ingestion_jobs "
        "WHERE business_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        tx.business_id,
        after,
        most,
    )
