"""SQL of the documents that name prices."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx

__all__ = ["priced_documents", "priced_texts"]


async def priced_documents(tx: Tx, most: int) -> list[UUID]:
    """Live public documents with prices, but for the profile's own."""
    rows = await tx.fetch(
        """SELECT d.id FROM kb_source_documents d WHERE d.business_id = $1 AND d.deleted_at IS NULL AND d.visibility = 'public'
             AND d.source_type <> 'profile' AND EXISTS (SELECT FROM kb_price_mentions m WHERE m.business_id = d.business_id
               AND m.document_id = d.id) ORDER BY d.id LIMIT $2""",
        tx.business_id,
        most,
    )
    return [row["id"] for row in rows]


async def priced_texts(tx: Tx, documents: Sequence[UUID]) -> list[Any]:
    """(id, raw_text, language, subjects) of them; nobody changes one before this transaction ends."""
    return await tx.fetch(
        """SELECT d.id, d.raw_text, d.language, (SELECT coalesce(jsonb_agg(DISTINCT to_jsonb(m.subject)), '[]') FROM kb_price_mentions m
             WHERE m.business_id = d.business_id AND m.document_id = d.id) AS subjects
           FROM kb_source_documents d WHERE d.business_id = $1 AND d.id = ANY($2::uuid[]) AND d.deleted_at IS NULL
           ORDER BY d.id FOR NO KEY UPDATE""",
        tx.business_id,
        list(documents),
    )
