"""SQL of documents. Every function takes a transaction of the tenant (ground.tenant.Tx), which names the business.

Of chunks, labels, jobs, FAQ rows, sources and models see the files named so; their older names stand here too.
"""

from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.knowledge.chunk_queries import add_chunks, complete_document, stored_ordinals
from firstline.knowledge.faq_queries import delete_faq, faq_of, get_faq, keep_faq, list_faqs
from firstline.knowledge.findings import compare_again
from firstline.knowledge.job_queries import claim_job, create_job, finish_job, get_job, list_jobs
from firstline.knowledge.label_queries import label_document, labels_of_document
from firstline.knowledge.model import Held
from firstline.knowledge.model_queries import add_vectors
from firstline.knowledge.search_queries import bump_version

__all__ = [
    "add_chunks",
    "add_vectors",
    "claim_job",
    "complete_document",
    "create_job",
    "delete_document",
    "delete_faq",
    "document_uri",
    "faq_of",
    "finish_job",
    "get_faq",
    "get_job",
    "held_document",
    "keep_faq",
    "label_document",
    "labels_of_document",
    "list_documents",
    "list_faqs",
    "list_jobs",
    "restore_document",
    "save_document",
    "stored_ordinals",
    "touch_document",
]  # fmt: skip


async def document_uri(tx: Tx, document_id: UUID) -> str | None:
    """The address of a live document."""
    found: str | None = await tx.fetchval(
        "SELECT source_uri FROM kb_source_documents WHERE id = $1 AND deleted_at IS NULL", document_id
    )
    return found


async def held_document(tx: Tx, uri: str, external_id: str | None = None, *, lock: bool = False) -> Held | None:
    """What we have under this address, or under this name of its source's own: live, else the latest in the bin."""
    row = await tx.fetchrow(
        f"""SELECT id, generation, content_hash, metadata, visibility, job_id, deleted_at IS NOT NULL AS deleted, deleted_by, object_key,
              effective_date
            FROM kb_source_documents WHERE business_id = $1 AND source_uri = $2
              OR (business_id = $1 AND $3::text IS NOT NULL AND external_id = $3 AND deleted_at IS NULL)
            ORDER BY deleted_at DESC NULLS FIRST, (external_id IS NOT DISTINCT FROM $3) DESC, id DESC LIMIT 1
            {"FOR NO KEY UPDATE" if lock else ""}""",
        tx.business_id,
        uri,
        external_id,
    )
    if row is None:
        return None
    about = row["metadata"]
    whole = about.get("ready") == row["generation"]
    return Held(
        row["id"], row["generation"], bytes(row["content_hash"]), whole, row["visibility"], tuple(about.get("tags") or ()),
        row["effective_date"], about.get("kept") or {}, row["deleted_by"] or "person" if row["deleted"] else None, row["job_id"],
        row["object_key"],
    )  # fmt: skip


async def save_document(
    tx: Tx, document: dict[str, Any], held: Held | None = None, *, anew: bool = False
) -> tuple[UUID, int]:
    """Writes a document: over `held` (also out of the bin), else by its `source_uri`; -> (id, generation).

    Unchanged content keeps its generation (the run may still have chunks to add); changed content, or `anew`, opens the
    next one, whose chunks replace the old ones when they are complete.
    """
    values = (
        document["job_id"], document.get("source_id"), document["source_type"], document["source_uri"], document["title"],
        document["raw_text"], document["metadata"], document.get("external_id"), document["visibility"], document["language"],
        document["content_hash"], document.get("etag"), document.get("last_modified"), document.get("object_key"),
        document.get("effective_date"),
    )  # fmt: skip
    if held is not None:
        row = await tx.fetchrow(
            """UPDATE kb_source_documents d SET job_id = $3, source_id = coalesce($4, d.source_id), source_type = $5, source_uri = $6,
                 title = $7, raw_text = $8, metadata = $9::jsonb
                   || CASE WHEN d.metadata ? 'ready' THEN jsonb_build_object('ready', d.metadata->'ready')
                        WHEN d.content_hash = $13 AND NOT $18 THEN '{}' ELSE jsonb_build_object('ready', d.generation) END
                   || CASE WHEN d.metadata ? 'kept' THEN jsonb_build_object('kept', d.metadata->'kept') ELSE '{}' END,
                 external_id = coalesce($10, d.external_id), visibility = $11, language = $12, etag = $14, last_modified = $15,
                 object_key = $16, effective_date = $17, updated_at = now(), seen_at = now(), seen_by = $3, deleted_at = NULL,
                 deleted_by = NULL, content_hash = $13,
                 generation = d.generation + CASE WHEN d.content_hash = $13 AND NOT $18 THEN 0 ELSE 1 END
               WHERE d.business_id = $1 AND d.id = $2 RETURNING id, generation""",
            tx.business_id,
            held.id,
            *values,
            anew,
        )
        if held.deleted_by:
            await _faq_back(tx, held.id)
    else:
        row = await tx.fetchrow(
            """INSERT INTO kb_source_documents AS d (business_id, id, job_id, source_id, source_type, source_uri, title, raw_text,
                 metadata, external_id, visibility, language, content_hash, etag, last_modified, object_key, effective_date, seen_by)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $3)
               ON CONFLICT (business_id, source_uri) WHERE deleted_at IS NULL DO UPDATE SET
                 job_id = excluded.job_id, source_id = coalesce(excluded.source_id, d.source_id), title = excluded.title,
                 source_type = excluded.source_type, raw_text = excluded.raw_text, metadata = excluded.metadata
                   || CASE WHEN d.metadata ? 'ready' THEN jsonb_build_object('ready', d.metadata->'ready')
                        WHEN d.content_hash = excluded.content_hash THEN '{}' ELSE jsonb_build_object('ready', d.generation) END,
                 visibility = excluded.visibility, language = excluded.language, updated_at = now(), seen_at = now(),
                 seen_by = excluded.seen_by, etag = excluded.etag, last_modified = excluded.last_modified,
                 object_key = excluded.object_key, effective_date = excluded.effective_date,
                 generation = d.generation + CASE WHEN d.content_hash = excluded.content_hash THEN 0 ELSE 1 END,
                 content_hash = excluded.content_hash
               RETURNING id, generation""",
            tx.business_id,
            new_id(),
            *values,
        )
    return row["id"], row["generation"]


async def touch_document(
    tx: Tx,
    document_id: UUID,
    *,
    job_id: UUID | None,
    source_id: UUID | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
    object_key: str | None = None,
) -> int:
    """Its source still has it as we do: seen, out of the source's bin; -> how many chunks it has."""
    back = await tx.fetchval(
        """WITH before AS (SELECT deleted_at FROM kb_source_documents WHERE business_id = $1 AND id = $2)
           UPDATE kb_source_documents SET seen_at = now(), seen_by = $3, source_id = coalesce($4, source_id), etag = coalesce($5, etag),
             last_modified = coalesce($6, last_modified), object_key = coalesce($7, object_key), deleted_at = NULL, deleted_by = NULL
           WHERE business_id = $1 AND id = $2 RETURNING (SELECT deleted_at FROM before) IS NOT NULL""",
        tx.business_id,
        document_id,
        job_id,
        source_id,
        etag,
        last_modified,
        object_key,
    )
    if back:
        await _faq_back(tx, document_id)
        await compare_again(tx, document_id)
        await bump_version(tx)
    found: int = await tx.fetchval(
        "SELECT count(*) FROM kb_chunks WHERE business_id = $1 AND document_id = $2", tx.business_id, document_id
    )
    return found


async def delete_document(tx: Tx, document_id: UUID, by: str = "person") -> bool:
    """Soft: no longer found, its FAQ row neither; can be restored until another document takes its address."""
    tag = await tx.execute(
        "UPDATE kb_source_documents SET deleted_at = now(), deleted_by = $3 WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL",
        tx.business_id,
        document_id,
        by,
    )
    if tag != "UPDATE 1":
        return False
    await tx.execute(
        "UPDATE kb_faqs SET deleted_at = now() WHERE business_id = $1 AND document_id = $2 AND deleted_at IS NULL",
        tx.business_id,
        document_id,
    )
    await bump_version(tx)
    return True


async def restore_document(tx: Tx, document_id: UUID) -> bool:
    """With its FAQ row, compared again with the others. False when it is not deleted, or its address belongs to a newer document."""
    tag = await tx.execute(
        """UPDATE kb_source_documents d SET deleted_at = NULL, deleted_by = NULL WHERE business_id = $1 AND id = $2
             AND deleted_at IS NOT NULL AND NOT EXISTS (SELECT FROM kb_source_documents o WHERE o.business_id = $1
               AND o.deleted_at IS NULL AND (o.source_uri = d.source_uri OR o.external_id = d.external_id))""",
        tx.business_id,
        document_id,
    )
    if tag != "UPDATE 1":
        return False
    await _faq_back(tx, document_id)
    await compare_again(tx, document_id)
    await bump_version(tx)
    return True


async def _faq_back(tx: Tx, document_id: UUID) -> None:
    await tx.execute(
        """UPDATE kb_faqs SET deleted_at = NULL WHERE business_id = $1 AND id = (SELECT id FROM kb_faqs
             WHERE business_id = $1 AND document_id = $2 AND deleted_at IS NOT NULL ORDER BY deleted_at DESC LIMIT 1)
           AND NOT EXISTS (SELECT FROM kb_faqs WHERE business_id = $1 AND document_id = $2 AND deleted_at IS NULL)""",
        tx.business_id,
        document_id,
    )


async def list_documents(tx: Tx, limit: int = 200) -> list[dict[str, Any]]:
    """Live documents with their chunk counts, by title."""
    rows = await tx.fetch(
        """SELECT d.id, d.title, d.source_type, d.source_uri, d.visibility, d.language, d.updated_at, d.metadata, d.job_id,
             (SELECT count(*) FROM kb_chunks c WHERE c.business_id = d.business_id AND c.document_id = d.id) AS chunks
           FROM kb_source_documents d WHERE deleted_at IS NULL ORDER BY d.title, d.id LIMIT $1""",
        limit,
    )
    return [dict(row) for row in rows]
