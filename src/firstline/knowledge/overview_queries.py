"""SQL of the overview: what is known, by where it came from, and what waits for the owner. One look for one page."""

from typing import Any

from firstline.ground.tenant import Tx

__all__ = ["known_by_origin", "waiting"]

MOST_COUNTED = 1000  # a badge says "99+" long before


async def known_by_origin(tx: Tx) -> list[Any]:
    """(origin, documents, read_at) of live documents that belong to no source: upload, profile, faq, canned, push or page."""
    return await tx.fetch(
        """SELECT CASE WHEN source_type = 'profile' THEN 'profile' WHEN source_uri LIKE 'faq:%' THEN 'faq'
             WHEN source_uri LIKE 'canned:%' THEN 'canned' WHEN source_uri LIKE 'push:%' THEN 'push'
             WHEN source_uri LIKE 'http%' THEN 'page' ELSE 'upload' END AS origin,
             count(*) AS documents, max(updated_at) AS read_at
           FROM kb_source_documents WHERE business_id = $1 AND deleted_at IS NULL AND source_id IS NULL GROUP BY 1""",
        tx.business_id,
    )


async def waiting(tx: Tx) -> dict[str, int]:
    """How many `findings` and `suggestions` wait for the owner's word."""
    row = await tx.fetchrow(
        """SELECT (SELECT count(*) FROM (SELECT 1 FROM kb_findings f
               JOIN kb_source_documents d ON d.business_id = f.business_id AND d.id = f.document_id AND d.deleted_at IS NULL
               LEFT JOIN kb_source_documents o ON o.business_id = f.business_id AND o.id = f.other_document_id
               WHERE f.business_id = $1 AND f.state = 'open' AND (f.other_document_id IS NULL OR o.deleted_at IS NULL)
               LIMIT $2) open) AS findings,
             (SELECT count(*) FROM (SELECT 1 FROM kb_drafts WHERE business_id = $1 AND state = 'pending' LIMIT $2) d) AS suggestions""",
        tx.business_id,
        MOST_COUNTED,
    )
    return dict(row)
