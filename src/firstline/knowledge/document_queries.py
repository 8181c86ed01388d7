"""SQL of documents as the admin API reads them: one whole, and a page of many, deleted ones too when asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx

__all__ = [
    "chunk", "chunks_of_document", "chunks_page", "document", "document_file", "document_place", "documents_page", "faqs_page", "forget_marks", "has_twin", "jobs_page", "known_documents", "later_twins", "object_used",
    "prune_documents", "purge_documents", "replaced", "seen_document", "whole_documents",
]  # fmt: skip

_SHOWN = (
    "d.id, d.business_id, d.title, d.source_type, d.source_uri, d.visibility, d.language, d.metadata, d.updated_at, d.deleted_at, d.job_id, "
    "d.source_id, d.external_id, d.effective_date, d.object_key IS NOT NULL AS has_file, d.seen_at, "
    "(SELECT count(*) FROM kb_chunks c WHERE c.business_id = d.business_id AND c.document_id = d.id "
    "AND c.generation = coalesce((d.metadata->>'ready')::int, d.generation)) AS chunks"
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
        "language, metadata FROM kb_chunks c "
        "WHERE business_id = $1 AND document_id = $2 AND generation = (SELECT coalesce((d.metadata->>'ready')::int, d.generation) "
        "FROM kb_source_documents d WHERE d.business_id = $1 AND d.id = $2) ORDER BY ordinal LIMIT $3",
        tx.business_id,
        document_id,
        most,
    )


async def documents_page(
    tx: Tx,
    q: str,
    deleted: bool,
    after: UUID | None,
    most: int,
    *,
    kind: str | None = None,
    source_id: UUID | None = None,
    visibility: str | None = None,
    tag: str | None = None,
) -> list[Any]:
    """Newest first, below the id `after`; of one kind, source, visibility or tag when named."""
    return await tx.fetch(
        f"SELECT {_SHOWN} FROM kb_source_documents d WHERE d.business_id = $1 AND (d.deleted_at IS NOT NULL) = $3 "
        f"AND ($2 = '' OR d.title ILIKE {_LIKE.format('$2')} OR d.source_uri ILIKE {_LIKE.format('$2')}) "
        "AND ($4::uuid IS NULL OR d.id < $4) AND ($6::text IS NULL OR d.source_type = $6) AND ($7::uuid IS NULL OR d.source_id = $7) "
        "AND ($8::text IS NULL OR d.visibility = $8) AND ($9::text IS NULL OR d.metadata->'tags' ? $9) ORDER BY d.id DESC LIMIT $5",
        tx.business_id,
        q,
        deleted,
        after,
        most,
        kind,
        source_id,
        visibility,
        tag,
    )


async def document_file(tx: Tx, document_id: UUID) -> Any:
    """(object_key, name) of a document's stored file, or None."""
    return await tx.fetchrow(
        """SELECT object_key, coalesce(metadata->>'file', title) AS name FROM kb_source_documents
           WHERE business_id = $1 AND id = $2 AND object_key IS NOT NULL""",
        tx.business_id,
        document_id,
    )


async def chunk(tx: Tx, chunk_id: UUID) -> Any:
    """One chunk as chunks_of_document gives it, or None."""
    return await tx.fetchrow(
        "SELECT id, business_id, document_id, ordinal, text, coalesce(metadata ->> 'section', context) AS section, visibility, "
        "language, metadata FROM kb_chunks WHERE business_id = $1 AND id = $2",
        tx.business_id,
        chunk_id,
    )


async def chunks_page(tx: Tx, q: str, document_id: UUID | None, after: UUID | None, most: int) -> list[Any]:
    """Chunks of documents that are not in the bin, newest first, below the id `after`."""
    return await tx.fetch(
        "SELECT c.id, c.business_id, c.document_id, c.ordinal, c.text, coalesce(c.metadata ->> 'section', c.context) AS section, "
        "c.visibility, c.language, c.metadata FROM kb_chunks c JOIN kb_source_documents d ON d.business_id = c.business_id "
        "AND d.id = c.document_id AND d.deleted_at IS NULL AND c.generation = coalesce((d.metadata->>'ready')::int, d.generation) "
        f"WHERE c.business_id = $1 AND ($2 = '' OR c.text ILIKE {_LIKE.format('$2')}) AND ($3::uuid IS NULL OR c.document_id = $3) "
        "AND ($4::uuid IS NULL OR c.id < $4) ORDER BY c.id DESC LIMIT $5",
        tx.business_id,
        q,
        document_id,
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
        "SELECT id, business_id, source, status, config, stats, errors, created_at, completed_at, trigger, source_id, progress "
        "FROM kb_ingestion_jobs "
        "WHERE business_id = $1 AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3",
        tx.business_id,
        after,
        most,
    )


async def known_documents(tx: Tx, source_id: UUID) -> list[Any]:
    """(id, source_uri, external_id, etag, last_modified) of a source's live documents.

    Without etag and date where it has to be read again: chunks are missing, or the source's visibility has changed since
    (what is private at the source stays internal in a public one, whoever reads it again).
    """
    return await tx.fetch(
        """SELECT id, source_uri, external_id, CASE WHEN whole THEN etag END AS etag, CASE WHEN whole THEN last_modified END AS last_modified
           FROM (SELECT d.*, coalesce((d.metadata->>'ready')::int = d.generation, false)
               AND (d.visibility = s.visibility OR d.metadata->'kept' ? 'visibility' OR (s.kind <> 'url' AND s.visibility = 'public')) AS whole
             FROM kb_source_documents d JOIN kb_sources s ON s.business_id = d.business_id AND s.id = d.source_id
             WHERE d.business_id = $1 AND d.source_id = $2 AND d.deleted_at IS NULL) d ORDER BY id""",
        tx.business_id,
        source_id,
    )


async def seen_document(tx: Tx, uri: str, job_id: UUID) -> None:
    """Its source still has it, though it could not be read this time."""
    await tx.execute(
        """UPDATE kb_source_documents SET seen_at = now(), seen_by = $3
           WHERE business_id = $1 AND source_uri = $2 AND deleted_at IS NULL""",
        tx.business_id,
        uri,
        job_id,
    )


async def prune_documents(tx: Tx, source_id: UUID, job_id: UUID) -> list[UUID]:
    """The live documents of a source that this whole run of it has not seen, nor another that read one of them meanwhile."""
    rows = await tx.fetch(
        """SELECT id FROM kb_source_documents WHERE business_id = $1 AND source_id = $2 AND deleted_at IS NULL
             AND seen_by IS DISTINCT FROM $3
             AND seen_at < (SELECT started_at FROM kb_ingestion_jobs WHERE business_id = $1 AND id = $3) ORDER BY id FOR NO KEY UPDATE""",
        tx.business_id,
        source_id,
        job_id,
    )
    return [row["id"] for row in rows]


async def has_twin(tx: Tx, source_id: UUID, content_hash: bytes, but: UUID | None, seen_by: UUID | None = None) -> bool:
    """Whether the source has this very text live under another name (seen by a run already, when one is named)."""
    found = await tx.fetchval(
        """SELECT true FROM kb_source_documents WHERE business_id = $1 AND source_id = $2 AND content_hash = $3 AND deleted_at IS NULL
             AND id IS DISTINCT FROM $4 AND ($5::uuid IS NULL OR seen_by = $5) LIMIT 1""",
        tx.business_id,
        source_id,
        content_hash,
        but,
        seen_by,
    )
    return bool(found)


async def replaced(tx: Tx, source_id: UUID, document_id: UUID) -> bool:
    """Whether the source has the text of this document live under another name."""
    found = await tx.fetchval(
        "SELECT content_hash FROM kb_source_documents WHERE business_id = $1 AND id = $2", tx.business_id, document_id
    )
    return found is None or await has_twin(tx, source_id, bytes(found), document_id)


async def later_twins(tx: Tx, source_id: UUID) -> list[UUID]:
    """The live documents of a source whose very text it has under an older name too."""
    rows = await tx.fetch(
        """SELECT d.id FROM kb_source_documents d WHERE d.business_id = $1 AND d.source_id = $2 AND d.deleted_at IS NULL
             AND EXISTS (SELECT FROM kb_source_documents o WHERE o.business_id = $1 AND o.source_id = $2 AND o.deleted_at IS NULL
               AND o.content_hash = d.content_hash AND o.id < d.id) ORDER BY d.id FOR NO KEY UPDATE""",
        tx.business_id,
        source_id,
    )
    return [row["id"] for row in rows]


async def object_used(tx: Tx, key: str, but: UUID | None = None) -> bool:
    """Whether a document other than `but` has this stored file."""
    found = await tx.fetchval(
        "SELECT true FROM kb_source_documents WHERE business_id = $1 AND object_key = $2 AND id IS DISTINCT FROM $3 LIMIT 1",
        tx.business_id,
        key,
        but,
    )
    return bool(found)


async def whole_documents(tx: Tx, job_id: UUID, some: list[UUID] | None, after: UUID | None, most: int) -> list[Any]:
    """Live documents by id, with their text, and their questions and answers where they have such chunks."""
    return await tx.fetch(
        """SELECT d.id, d.source_uri, d.source_type, d.title, d.raw_text, d.metadata, d.visibility, d.external_id, d.etag, d.last_modified,
             d.object_key, coalesce((SELECT jsonb_agg(jsonb_build_object('question', c.question, 'answer', c.answer, 'language', c.language,
               'tags', coalesce(c.metadata->'own_tags', '[]')) ORDER BY c.ordinal)
               FROM kb_chunks c WHERE c.business_id = d.business_id AND c.document_id = d.id AND c.question IS NOT NULL
                 AND c.generation = coalesce((d.metadata->>'ready')::int, d.generation)), '[]') AS faqs
           FROM kb_source_documents d WHERE d.business_id = $1 AND d.deleted_at IS NULL
             AND (d.seen_by IS DISTINCT FROM $2 OR (d.metadata->>'ready')::int IS DISTINCT FROM d.generation)
             AND ($3::uuid[] IS NULL OR d.id = ANY($3)) AND ($4::uuid IS NULL OR d.id > $4) ORDER BY d.id LIMIT $5""",
        tx.business_id,
        job_id,
        some,
        after,
        most,
    )


async def forget_marks(tx: Tx, document_id: UUID) -> None:
    """Its source gives it again as if it had changed."""
    await tx.execute(
        "UPDATE kb_source_documents SET etag = NULL, last_modified = NULL WHERE business_id = $1 AND id = $2",
        tx.business_id,
        document_id,
    )


async def document_place(tx: Tx, document_id: UUID) -> Any:
    """Where a live document comes from, or None."""
    return await tx.fetchrow(
        """SELECT source_uri, title, external_id, object_key, visibility, metadata, source_id FROM kb_source_documents
           WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL""",
        tx.business_id,
        document_id,
    )


async def purge_documents(tx: Tx, documents: Sequence[UUID], before: datetime) -> list[Any]:
    """(id, object_key) of what was removed with its chunks, vectors and FAQ rows: of `documents` those deleted before `before`."""
    gone = await tx.fetch(
        """DELETE FROM kb_source_documents WHERE business_id = $1 AND id = ANY($2::uuid[]) AND deleted_at < $3
           RETURNING id, object_key""",
        tx.business_id,
        list(documents),
        before,
    )
    await tx.execute(
        "DELETE FROM kb_faqs WHERE business_id = $1 AND document_id = ANY($2::uuid[])",
        tx.business_id,
        [row["id"] for row in gone],
    )
    return gone


async def document_labels(tx: Tx, document_id: UUID) -> Any:
    """(visibility, tags, effective_date, kept, whole, size in characters) of a live document, held until this transaction ends; or None."""
    return await tx.fetchrow(
        """SELECT visibility, coalesce(metadata->'tags', '[]') AS tags, effective_date, coalesce(metadata->'kept', '{}') AS kept,
             coalesce((metadata->>'ready')::int = generation, false) AS whole, length(raw_text) AS size
           FROM kb_source_documents WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE""",
        tx.business_id,
        document_id,
    )
