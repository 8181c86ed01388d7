"""SQL of FAQ rows. Each has a document of one chunk; both are deleted and restored together."""

from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.knowledge.model import Faq

__all__ = ["asked_already", "delete_faq", "faq_of", "get_faq", "keep_faq", "list_faqs", "twin_of"]


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


async def twin_of(tx: Tx, question: str, language: str, but: UUID) -> UUID | None:
    """Another live row with this very question (case and accents aside) in this language."""
    found: UUID | None = await tx.fetchval(
        """SELECT id FROM kb_faqs WHERE deleted_at IS NULL AND language = $2 AND id <> $3
             AND lower(unaccent(question)) = lower(unaccent($1)) LIMIT 1""",
        question,
        language,
        but,
    )
    return found


async def asked_already(tx: Tx, question: str, language: str | None) -> Any:
    """(visibility, tags) of the live row with this question (case and accents aside), in any language when none is named."""
    return await tx.fetchrow(
        """SELECT visibility, tags FROM kb_faqs WHERE deleted_at IS NULL AND ($2::text IS NULL OR language = $2)
             AND lower(unaccent(question)) = lower(unaccent($1)) LIMIT 1""",
        question,
        language,
    )


async def list_faqs(tx: Tx, limit: int = 500) -> list[dict[str, Any]]:
    """Live rows, newest first."""
    rows = await tx.fetch("SELECT * FROM kb_faqs WHERE deleted_at IS NULL ORDER BY created_at DESC, id LIMIT $1", limit)
    return [dict(row) for row in rows]


async def delete_faq(tx: Tx, faq_id: UUID) -> bool:
    """Soft."""
    tag = await tx.execute("UPDATE kb_faqs SET deleted_at = now() WHERE id = $1 AND deleted_at IS NULL", faq_id)
    return tag == "UPDATE 1"
