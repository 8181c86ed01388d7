"""All SQL of knowledge. Every function takes a transaction of the tenant (ground.tenant.Tx), which names the business."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from firstline.embedding.port import Vector
from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.knowledge.model import Chunk, Faq, Job, JobConfig
from firstline.knowledge.search_queries import bump_version, vector_text

__all__ = [
    "add_chunks",
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
    "keep_faq",
    "keep_lease",
    "list_documents",
    "list_faqs",
    "list_jobs",
    "missing_ordinals",
    "restore_document",
    "save_document",
    "save_progress",
]

JOB = "id, business_id, source, status, config, input, stats, errors, source_id, created_at, completed_at"


def _job(row: Any) -> Job:
    return Job(
        row["id"],
        row["business_id"],
        row["source"],
        row["status"],
        JobConfig.read(row["config"]),
        row["input"],
        row["stats"],
        row["errors"],
        row["source_id"],
        row["created_at"],
        row["completed_at"],
    )


# ------------------------------------------------------------------ jobs


async def create_job(
    tx: Tx, source: str, job_input: dict[str, Any], config: dict[str, Any] | None = None, source_id: UUID | None = None
) -> UUID:
    """A pending job; the caller defers its run in the same transaction."""
    job_id = new_id()
    settings = {"max_tokens_per_chunk": 512, "overlap_tokens": 64, "include_private_docs": False, **(config or {})}
    await tx.execute(
        "INSERT INTO kb_ingestion_jobs (business_id, id, source, input, config, source_id) VALUES ($1, $2, $3, $4, $5, $6)",
        tx.business_id,
        job_id,
        source,
        job_input,
        settings,
        source_id,
    )
    return job_id


async def claim_job(tx: Tx, job_id: UUID, lease: timedelta) -> Job | None:
    """The job, now running and leased, or None when it is finished or another process has it."""
    row = await tx.fetchrow(
        f"""UPDATE kb_ingestion_jobs SET status = 'running', attempts = attempts + 1, lease_until = now() + $2
            WHERE id = $1 AND (status = 'pending' OR (status = 'running' AND (lease_until IS NULL OR lease_until < now())))
            RETURNING {JOB}""",
        job_id,
        lease,
    )
    return _job(row) if row else None


async def save_progress(
    tx: Tx, job_id: UUID, stats: dict[str, int], errors: list[dict[str, Any]], lease: timedelta
) -> None:
    """What is done so far; also keeps the lease."""
    await tx.execute(
        "UPDATE kb_ingestion_jobs SET stats = $2, errors = $3, lease_until = now() + $4 WHERE id = $1",
        job_id,
        stats,
        errors,
        lease,
    )


async def keep_lease(tx: Tx, job_id: UUID, lease: timedelta) -> None:
    """The job is still in hand."""
    await tx.execute(
        "UPDATE kb_ingestion_jobs SET lease_until = now() + $2 WHERE id = $1 AND status = 'running'", job_id, lease
    )


async def finish_job(tx: Tx, job_id: UUID, status: str, stats: dict[str, int], errors: list[dict[str, Any]]) -> None:
    """`status` completed or failed."""
    await tx.execute(
        """UPDATE kb_ingestion_jobs SET status = $2, stats = $3, errors = $4, completed_at = now(), lease_until = NULL
           WHERE id = $1""",
        job_id,
        status,
        stats,
        errors,
    )


async def get_job(tx: Tx, job_id: UUID) -> Job | None:
    """One job."""
    row = await tx.fetchrow(f"SELECT {JOB} FROM kb_ingestion_jobs WHERE id = $1", job_id)
    return _job(row) if row else None


async def list_jobs(tx: Tx, limit: int = 50) -> list[Job]:
    """Newest first."""
    return [
        _job(r) for r in await tx.fetch(f"SELECT {JOB} FROM kb_ingestion_jobs ORDER BY created_at DESC LIMIT $1", limit)
    ]


# ------------------------------------------------------------------ documents and chunks


async def document_uri(tx: Tx, document_id: UUID) -> str | None:
    """The address of a live document."""
    found: str | None = await tx.fetchval(
        "SELECT source_uri FROM kb_source_documents WHERE id = $1 AND deleted_at IS NULL", document_id
    )
    return found


async def save_document(tx: Tx, document: dict[str, Any]) -> tuple[UUID, int] | None:
    """Writes a document by its `source_uri`; -> (id, generation), None when this very job had made it and somebody deleted it.

    A deletion outlives the job that was interrupted: only another job makes the document again. Unchanged content keeps its generation (the run may still have chunks to add); changed content opens the next one,
    whose chunks replace the old ones when they are complete.
    """
    row = await tx.fetchrow(
        """INSERT INTO kb_source_documents AS d (business_id, id, job_id, source_id, source_type, source_uri, title, raw_text,
             metadata, external_id, visibility, language, content_hash)
           SELECT $1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::text, $7::text, $8::text, $9::jsonb, $10::text, $11::text,
             $12::text, $13::bytea
           WHERE $3::uuid IS NULL OR NOT EXISTS (SELECT FROM kb_source_documents o WHERE o.business_id = $1
             AND o.source_uri = $6 AND o.job_id = $3 AND o.deleted_at IS NOT NULL)
           ON CONFLICT (business_id, source_uri) WHERE deleted_at IS NULL DO UPDATE SET
             job_id = excluded.job_id, source_id = coalesce(excluded.source_id, d.source_id), title = excluded.title,
             source_type = excluded.source_type, raw_text = excluded.raw_text, metadata = excluded.metadata
               || jsonb_build_object('ready', coalesce((d.metadata->>'ready')::int, d.generation)),
             visibility = excluded.visibility, language = excluded.language, updated_at = now(),
             generation = d.generation + CASE WHEN d.content_hash = excluded.content_hash THEN 0 ELSE 1 END,
             content_hash = excluded.content_hash
           RETURNING id, generation""",
        tx.business_id,
        new_id(),
        document["job_id"],
        document.get("source_id"),
        document["source_type"],
        document["source_uri"],
        document["title"],
        document["raw_text"],
        document["metadata"],
        document.get("external_id"),
        document["visibility"],
        document["language"],
        document["content_hash"],
    )
    return (row["id"], row["generation"]) if row else None


async def missing_ordinals(tx: Tx, document_id: UUID, generation: int, count: int, model: str) -> list[int]:
    """Which of the `count` chunks of this generation are not stored with a vector of `model` yet."""
    rows = await tx.fetch(
        """SELECT c.ordinal FROM kb_chunks c JOIN kb_embeddings e
             ON e.business_id = c.business_id AND e.chunk_id = c.id AND e.part = 0 AND e.embedding_model = $3
           WHERE c.document_id = $1 AND c.generation = $2""",
        document_id,
        generation,
        model,
    )
    return sorted(set(range(count)) - {row["ordinal"] for row in rows})


async def add_chunks(
    tx: Tx,
    document_id: UUID,
    generation: int,
    chunks: Sequence[tuple[int, Chunk, str, Sequence[Vector]]],
    *,
    visibility: str,
    model: str,
    metadata: dict[str, Any],
) -> bool:
    """Stores (ordinal, chunk, language, vectors of the chunk and its parts); False when the generation is stale.

    A document that was changed or deleted meanwhile is left alone: a late embedding is dropped.
    """
    current = await tx.fetchval(
        "SELECT generation FROM kb_source_documents WHERE id = $1 AND deleted_at IS NULL FOR UPDATE", document_id
    )
    if current != generation:
        return False
    rows, vectors = [], []
    for ordinal, chunk, language, embedded in chunks:
        chunk_id = new_id()
        about = {**metadata, "title": chunk.title, "section": chunk.section, "visibility": visibility}
        about["tags"] = list(dict.fromkeys([*chunk.tags, *metadata.get("tags", [])]))
        rows.append(
            (
                tx.business_id,
                chunk_id,
                document_id,
                generation,
                ordinal,
                chunk.text,
                chunk.context,
                about,
                visibility,
                language,
                chunk.question,
                chunk.answer,
            )
        )
        vectors += [(tx.business_id, chunk_id, part, model, vector_text(v)) for part, v in enumerate(embedded)]
    await tx.executemany(
        """INSERT INTO kb_chunks (business_id, id, document_id, generation, ordinal, text, context, metadata, visibility,
             language, question, answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        rows,
    )
    vectors.sort(key=lambda row: row[2] != 0)  # chunk vectors side by side: the cold path scans only these
    await tx.executemany(
        """INSERT INTO kb_embeddings (business_id, chunk_id, part, embedding_model, e)
           VALUES ($1, $2, $3, $4, $5::text::halfvec)""",
        vectors,
    )
    return True


async def complete_document(tx: Tx, document_id: UUID, generation: int) -> None:
    """The chunks of `generation` are all there: they are live from now on, those of others go."""
    await tx.execute(
        """UPDATE kb_source_documents SET metadata = metadata || jsonb_build_object('ready', generation)
           WHERE id = $1 AND generation = $2""",
        document_id,
        generation,
    )
    await tx.execute("DELETE FROM kb_chunks WHERE document_id = $1 AND generation < $2", document_id, generation)
    await bump_version(tx)


async def delete_document(tx: Tx, document_id: UUID) -> bool:
    """Soft: no longer found, can be restored until another document takes its address."""
    tag = await tx.execute(
        "UPDATE kb_source_documents SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL", document_id
    )
    await bump_version(tx)
    return tag == "UPDATE 1"


async def restore_document(tx: Tx, document_id: UUID) -> bool:
    """False when it is not deleted, or its address belongs to a newer document."""
    tag = await tx.execute(
        """UPDATE kb_source_documents d SET deleted_at = NULL WHERE id = $1 AND deleted_at IS NOT NULL
           AND NOT EXISTS (SELECT FROM kb_source_documents o WHERE o.source_uri = d.source_uri AND o.deleted_at IS NULL)""",
        document_id,
    )
    await bump_version(tx)
    return tag == "UPDATE 1"


async def list_documents(tx: Tx, limit: int = 200) -> list[dict[str, Any]]:
    """Live documents with their chunk counts, by title."""
    rows = await tx.fetch(
        """SELECT d.id, d.title, d.source_type, d.source_uri, d.visibility, d.language, d.updated_at, d.metadata, d.job_id,
             (SELECT count(*) FROM kb_chunks c WHERE c.business_id = d.business_id AND c.document_id = d.id) AS chunks
           FROM kb_source_documents d WHERE deleted_at IS NULL ORDER BY d.title, d.id LIMIT $1""",
        limit,
    )
    return [dict(row) for row in rows]


# ------------------------------------------------------------------ FAQ rows


async def keep_faq(
    tx: Tx, faq: Faq, *, document_id: UUID, language: str, visibility: str, faq_id: UUID | None = None
) -> UUID:
    """Writes the row of `faq_id`, else the one that has this document, else a new one; -> its id."""
    values = (faq.question, faq.answer, language, list(faq.tags), visibility, document_id)
    found: UUID | None = await tx.fetchval(
        """UPDATE kb_faqs SET question = $1, answer = $2, language = $3, tags = $4, visibility = $5, document_id = $6,
             updated_at = now() WHERE deleted_at IS NULL AND (id = $7 OR ($7::uuid IS NULL AND document_id = $6)) RETURNING id""",
        *values,
        faq_id,
    )
    if found is not None:
        return found
    found = faq_id or new_id()
    await tx.execute(
        """INSERT INTO kb_faqs (question, answer, language, tags, visibility, document_id, business_id, id)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        *values,
        tx.business_id,
        found,
    )
    return found


async def faq_of(tx: Tx, document_id: UUID) -> UUID | None:
    """The live row that this document is of."""
    found: UUID | None = await tx.fetchval(
        "SELECT id FROM kb_faqs WHERE document_id = $1 AND deleted_at IS NULL", document_id
    )
    return found


async def get_faq(tx: Tx, faq_id: UUID) -> dict[str, Any] | None:
    """One live row."""
    row = await tx.fetchrow("SELECT * FROM kb_faqs WHERE id = $1 AND deleted_at IS NULL", faq_id)
    return dict(row) if row else None


async def list_faqs(tx: Tx, limit: int = 500) -> list[dict[str, Any]]:
    """Live rows, newest first."""
    rows = await tx.fetch("SELECT * FROM kb_faqs WHERE deleted_at IS NULL ORDER BY created_at DESC, id LIMIT $1", limit)
    return [dict(row) for row in rows]


async def delete_faq(tx: Tx, faq_id: UUID) -> bool:
    """Soft."""
    tag = await tx.execute("UPDATE kb_faqs SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL", faq_id)
    return tag == "UPDATE 1"
