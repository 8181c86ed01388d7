"""SQL of labels: who may see documents, what they are about, from when on they hold. Takes a transaction of the tenant."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx
from firstline.knowledge.search_queries import bump_version

__all__ = ["label_document", "label_documents_of_source", "labels_of_document"]


async def label_document(
    tx: Tx,
    document_id: UUID,
    visibility: str,
    tags: Sequence[str],
    effective_date: Any,
    kept: dict[str, Any] | None = None,
) -> bool:
    """Visibility, tags and date of a document, its chunks and its FAQ row: at once, without new vectors.

    `kept`: what the owner decided, which later readings of the source leave alone. Chunks that newer ones are about to replace
    never become public: they may hold what was taken out since.
    """
    args = (tx.business_id, document_id, visibility, list(tags), effective_date)
    tag = await tx.execute(
        """UPDATE kb_source_documents SET visibility = $3, effective_date = $5, updated_at = now(), metadata = metadata
             || jsonb_build_object('tags', $4::jsonb, 'effective_date', to_jsonb($5::date))
             || CASE WHEN $6::jsonb IS NULL THEN '{}' ELSE jsonb_build_object('kept', $6::jsonb) END
           WHERE business_id = $1 AND id = $2""",
        *args,
        kept,
    )
    if tag != "UPDATE 1":
        return False
    await tx.execute(
        """UPDATE kb_chunks c SET visibility = seen.by, metadata = c.metadata || jsonb_build_object('visibility', seen.by,
             'effective_date', to_jsonb($5::date), 'tags', (SELECT coalesce(jsonb_agg(tag ORDER BY place), '[]') FROM (
               SELECT tag, min(place) AS place FROM jsonb_array_elements(coalesce(c.metadata->'own_tags', '[]') || $4::jsonb)
                 WITH ORDINALITY AS t(tag, place) GROUP BY tag) tags))
           FROM (SELECT o.id, CASE WHEN $3 = 'public' AND o.generation < d.generation THEN o.visibility ELSE $3::text END AS by
             FROM kb_chunks o JOIN kb_source_documents d ON d.business_id = o.business_id AND d.id = o.document_id
             WHERE o.business_id = $1 AND o.document_id = $2) seen
           WHERE c.business_id = $1 AND c.id = seen.id""",
        *args,
    )
    await tx.execute(
        "UPDATE kb_faqs SET visibility = $3, updated_at = now() WHERE business_id = $1 AND document_id = $2 AND deleted_at IS NULL",
        *args[:3],
    )
    await bump_version(tx)
    return True


async def labels_of_document(tx: Tx, document_id: UUID) -> Any:
    """(visibility, tags, effective_date) of a live document, which nobody changes before this transaction ends; or None."""
    return await tx.fetchrow(
        """SELECT visibility, coalesce(metadata->'tags', '[]') AS tags, effective_date FROM kb_source_documents
           WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL FOR NO KEY UPDATE""",
        tx.business_id,
        document_id,
    )


async def label_documents_of_source(
    tx: Tx, source_id: UUID, *, hide: bool, removed: Sequence[str], added: Sequence[str]
) -> None:
    """A source's changed labels on its live documents, but for what the owner decided of one. `hide`: for the team only from now on."""
    rows = await tx.fetch(
        """UPDATE kb_source_documents d SET updated_at = now(),
             visibility = CASE WHEN $3 AND NOT kept.had ? 'visibility' THEN 'internal' ELSE d.visibility END,
             metadata = CASE WHEN kept.had ? 'tags' THEN d.metadata ELSE d.metadata || jsonb_build_object('tags', kept.tags) END
           FROM (SELECT o.id, coalesce(o.metadata->'kept', '{}') AS had, (SELECT coalesce(jsonb_agg(t ORDER BY place), '[]') FROM (
               SELECT t, min(place) AS place FROM (
                 SELECT t, place FROM jsonb_array_elements_text(coalesce(o.metadata->'tags', '[]')) WITH ORDINALITY AS x(t, place)
                   WHERE NOT t = ANY($4::text[])
                 UNION ALL SELECT t, 1000000 + place FROM unnest($5::text[]) WITH ORDINALITY AS y(t, place)) each GROUP BY t) tags) AS tags
             FROM kb_source_documents o WHERE o.business_id = $1 AND o.source_id = $2 AND o.deleted_at IS NULL) kept
           WHERE d.business_id = $1 AND d.id = kept.id RETURNING d.id, d.visibility""",
        tx.business_id,
        source_id,
        hide,
        list(removed),
        list(added),
    )
    ids, hidden = [row["id"] for row in rows], [row["id"] for row in rows if row["visibility"] == "internal"]
    await tx.execute(
        """UPDATE kb_chunks c SET visibility = CASE WHEN d.visibility = 'internal' THEN 'internal' ELSE c.visibility END,
             metadata = c.metadata || jsonb_build_object('visibility', CASE WHEN d.visibility = 'internal' THEN 'internal' ELSE c.visibility END,
               'tags', (SELECT coalesce(jsonb_agg(tag ORDER BY place), '[]') FROM (
                 SELECT tag, min(place) AS place FROM jsonb_array_elements(coalesce(c.metadata->'own_tags', '[]') || (d.metadata->'tags'))
                   WITH ORDINALITY AS t(tag, place) GROUP BY tag) tags))
           FROM kb_source_documents d WHERE d.business_id = $1 AND d.id = ANY($2::uuid[]) AND c.business_id = $1 AND c.document_id = d.id
             AND d.metadata ? 'tags'""",
        tx.business_id,
        ids,
    )
    await tx.execute(
        """UPDATE kb_faqs SET visibility = 'internal', updated_at = now()
           WHERE business_id = $1 AND document_id = ANY($2::uuid[]) AND deleted_at IS NULL""",
        tx.business_id,
        hidden,
    )
    await tx.execute(
        """DELETE FROM kb_findings WHERE business_id = $1 AND kind = 'contradiction'
           AND (document_id = ANY($2::uuid[]) OR other_document_id = ANY($2::uuid[]))""",
        tx.business_id,
        hidden,
    )
    await bump_version(tx)
