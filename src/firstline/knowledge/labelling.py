"""Who may see a document, what it is about, from when on it holds: changed at once, without reading it again.

But for one change. What only the team could see was cleared less strictly (personal data stays in it), so before customers
may read it, it is cleared anew: here, when it is short and nothing has to be taken out; else it stays internal until a job
has made its passages anew out of the stored text and switches them in one step.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.knowledge import document_queries, finding_queries, queries
from firstline.knowledge.governing import Governance, governed_again
from firstline.knowledge.model import Parsed
from firstline.knowledge.reading_again import parsed_of_row, reindex

__all__ = ["update_document"]

MOST_AT_ONCE = 50_000  # characters cleared within the transaction: about 30 ms


async def update_document(tx: Tx, document_id: UUID, changes: Mapping[str, Any]) -> bool:
    """Sets `visibility` ("public", "internal"), `tags`, `effective_date` (a date or None), whichever are named.

    What the owner decides here outlives later readings of the source. False when there is no such live document. One that
    becomes public may still be internal when this returns (see above); its metadata's `kept.visibility` says what it will be.
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
    opens = wanted["visibility"] == "public" and row["visibility"] != "public"
    cleared = await _cleared(tx, document_id, row) if opens else None
    if opens and cleared is None:
        wanted["visibility"] = row["visibility"]
        await reindex(tx, [document_id])
    labelled = await queries.label_document(
        tx, document_id, wanted["visibility"], list(wanted["tags"]), wanted["effective_date"], kept
    )
    if cleared is not None:
        await cleared.settle(tx, document_id)
    elif row["visibility"] == "public" and wanted["visibility"] != "public":
        await finding_queries.keep_mentions(tx, document_id, ())
        await finding_queries.keep_hours(tx, document_id, ())
        await finding_queries.drop_contradictions(tx, document_id)
    return labelled


async def _cleared(tx: Tx, document_id: UUID, labels: Any) -> Governance | None:
    """What the public policy finds in the stored text, if customers may read that as it is; else None."""
    if not labels["whole"] or labels["size"] > MOST_AT_ONCE:
        return None
    rows = await document_queries.whole_documents(tx, new_id(), [document_id], None, 1)
    if not rows:
        return None
    stored = parsed_of_row(rows[0])
    made = await governed_again(tx, stored, "public")
    if made is None or _text(made.parsed) != _text(stored):
        return None
    return made


def _text(parsed: Parsed) -> tuple[Any, ...]:
    return parsed.title, parsed.markdown, parsed.faqs
