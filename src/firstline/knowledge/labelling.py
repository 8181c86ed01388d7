"""Who may see a document, what it is about, from when on it holds: changed at once, without reading it again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx
from firstline.knowledge import document_queries, queries

__all__ = ["update_document"]


async def update_document(tx: Tx, document_id: UUID, changes: Mapping[str, Any]) -> bool:
    """Sets `visibility` ("public", "internal"), `tags`, `effective_date` (a date or None), whichever are named.

    What the owner decides here outlives later readings of the source. False when there is no such live document.
    """
    unknown = set(changes) - {"visibility", "tags", "effective_date"}
    if unknown:
        raise ValueError(f"not a label of a document: {sorted(unknown)}")
    row = await document_queries.document_labels(tx, document_id)
    if row is None:
        return False
    present = {"visibility": row["visibility"], "tags": row["tags"], "effective_date": row["effective_date"]}
    wanted = {**present, **changes}
    kept = {**row["kept"], **changes}
    return await queries.label_document(
        tx, document_id, wanted["visibility"], list(wanted["tags"]), wanted["effective_date"], kept
    )
