"""SQL of question-answer drafts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from firstline.embedding.port import Vector
from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.knowledge.search_queries import vector_text

__all__ = [
    "claim_draft",
    "decided_draft",
    "draft",
    "drafts_page",
    "insert_draft",
    "nearest_known",
    "recent_questions",
    "reopen_draft",
    "unclaim_draft",
]

_ROW = (
    "id, question, answer, language, origin, origin_id, made_by, nearest_question, nearest_score, state, faq_id, job_id, "
    "decided_by, decided_at, created_at"
)


async def insert_draft(tx: Tx, values: dict[str, Any]) -> bool:
    """False when this conversation has given this question already, whatever was decided of it."""
    tag = await tx.execute(
        """INSERT INTO kb_drafts (business_id, id, question, answer, language, origin, origin_id, made_by, nearest_question,
             nearest_score, state, job_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
           ON CONFLICT (business_id, origin, origin_id, question) DO NOTHING""",
        tx.business_id,
        new_id(),
        *(values[k] for k in ("question", "answer", "language", "origin", "origin_id", "made_by")),
        values.get("nearest_question"),
        values.get("nearest_score"),
        values.get("state", "pending"),
        values.get("job_id"),
    )
    return tag == "INSERT 0 1"


async def recent_questions(tx: Tx, most: int) -> list[Any]:
    """(question, answer) of the newest drafts, but for those that were duplicates themselves."""
    return await tx.fetch(
        "SELECT question, answer FROM kb_drafts WHERE business_id = $1 AND state <> 'duplicate' ORDER BY id DESC LIMIT $2",
        tx.business_id,
        most,
    )


async def nearest_known(tx: Tx, vector: Vector, model: str) -> Any:
    """(text, score): the nearest of all that live documents say, by chunk, question and sentence; None without any."""
    await tx.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    return await tx.fetchrow(
        """SELECT coalesce(c.question, left(c.text, 300)) AS text, 1 - n.away AS score FROM (
             SELECT e.business_id, e.chunk_id, (e.e <=> $2::text::halfvec) + 0 AS away FROM kb_embeddings e
             WHERE e.business_id = $1 AND e.embedding_model = $3 ORDER BY away LIMIT 50) n
           JOIN kb_chunks c ON c.business_id = n.business_id AND c.id = n.chunk_id
           JOIN kb_source_documents d ON d.business_id = c.business_id AND d.id = c.document_id AND d.deleted_at IS NULL
           ORDER BY n.away LIMIT 1""",
        tx.business_id,
        vector_text(vector),
        model,
    )


async def drafts_page(tx: Tx, state: str, after: UUID | None, most: int) -> list[Any]:
    """Newest first, below the id `after`."""
    return await tx.fetch(
        f"""SELECT {_ROW} FROM kb_drafts WHERE business_id = $1 AND state = $2 AND ($3::uuid IS NULL OR id < $3)
            ORDER BY id DESC LIMIT $4""",
        tx.business_id,
        state,
        after,
        most,
    )


async def draft(tx: Tx, draft_id: UUID) -> Any:
    """One draft, its row locked, or None."""
    return await tx.fetchrow(
        f"SELECT {_ROW} FROM kb_drafts WHERE business_id = $1 AND id = $2 FOR UPDATE", tx.business_id, draft_id
    )


async def claim_draft(tx: Tx, draft_id: UUID, question: str, answer: str, by: UUID | None, at: datetime) -> None:
    """It is being published with these words."""
    await tx.execute(
        """UPDATE kb_drafts SET state = 'accepted', question = $3, answer = $4, decided_by = $5, decided_at = $6
           WHERE business_id = $1 AND id = $2""",
        tx.business_id,
        draft_id,
        question,
        answer,
        by,
        at,
    )


async def unclaim_draft(tx: Tx, draft_id: UUID) -> None:
    """It could not be published: it waits again."""
    await tx.execute(
        """UPDATE kb_drafts SET state = 'pending', decided_by = NULL, decided_at = NULL
           WHERE business_id = $1 AND id = $2 AND faq_id IS NULL""",
        tx.business_id,
        draft_id,
    )


async def decided_draft(tx: Tx, draft_id: UUID, state: str, faq_id: UUID | None, by: UUID | None, at: datetime) -> None:
    """What became of it."""
    await tx.execute(
        """UPDATE kb_drafts SET state = $3, faq_id = $4, decided_by = coalesce($5, decided_by), decided_at = $6
           WHERE business_id = $1 AND id = $2""",
        tx.business_id,
        draft_id,
        state,
        faq_id,
        by,
        at,
    )


async def reopen_draft(tx: Tx, draft_id: UUID) -> bool:
    """A dismissed draft waits again; False when there is none."""
    tag = await tx.execute(
        """UPDATE kb_drafts SET state = 'pending', decided_by = NULL, decided_at = NULL
           WHERE business_id = $1 AND id = $2 AND state = 'dismissed'""",
        tx.business_id,
        draft_id,
    )
    return tag == "UPDATE 1"
