"""Documents as they are stored, to be divided and embedded anew: after a change of how that is done, or when one is incomplete."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Door, Tx
from firstline.knowledge import document_queries
from firstline.knowledge.model import Faq, Job, Parsed
from firstline.knowledge.opening import open_job
from firstline.knowledge.sources.port import Acquired

__all__ = ["parsed_of_row", "reindex", "stored_documents"]

AT_ONCE = 50


async def reindex(tx: Tx, documents: list[UUID] | None = None, *, created_by: UUID | None = None) -> UUID:
    """A job that makes the chunks and vectors of all documents (or of `documents`) anew, each replaced in one step; -> its id."""
    wanted = {"documents": [str(d) for d in documents]} if documents is not None else {}
    return await open_job(tx, "reindex", wanted, trigger="change" if documents else "person", created_by=created_by)


async def stored_documents(door: Door, job: Job) -> AsyncIterator[Acquired]:
    """The business's live documents out of the database, those that this very job has done already left out."""
    some = [UUID(d) for d in job.input["documents"]] if "documents" in job.input else None
    after: UUID | None = None
    while True:
        async with door.transaction(job.business_id) as tx:
            rows = await document_queries.whole_documents(tx, job.id, some, after, AT_ONCE)
        for row in rows:
            yield Acquired(
                row["source_uri"],
                parsed_of_row(row),
                visibility=row["visibility"],
                tags=tuple(row["metadata"].get("tags") or ()),
                external_id=row["external_id"],
                etag=row["etag"],
                last_modified=row["last_modified"],
                object_key=row["object_key"],
            )
        if len(rows) < AT_ONCE:
            return
        after = rows[-1]["id"]


def parsed_of_row(row: Any) -> Parsed:
    """A row of document_queries.whole_documents as the document it was stored from, what was taken out of it left out."""
    faqs = tuple(Faq(f["question"], f["answer"], f["language"], tuple(f["tags"])) for f in row["faqs"])
    about = {k: v for k, v in row["metadata"].items() if k not in {"ready", "tags", "kept", "stated_hours"}}
    return Parsed(row["title"], "" if faqs else row["raw_text"], row["source_type"], faqs, about)
