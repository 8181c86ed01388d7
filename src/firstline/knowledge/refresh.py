"""Sources that are read again: by schedule, by hand, and the profile whenever it changes."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from firstline.ground.sealing import Sealer
from firstline.ground.tenant import Door, Tx
from firstline.knowledge import document_queries, job_queries, label_queries, queries, source_queries
from firstline.knowledge.findings import compare_hours
from firstline.knowledge.opening import open_job
from firstline.knowledge.sources.port import SourceRow

__all__ = [
    "add_source", "after_run", "change_source", "refresh_document", "refresh_source", "register", "remove_source", "run_due",
    "seal_place", "source_of",
]  # fmt: skip

FIRST_WAIT = timedelta(minutes=15)  # after a failure; doubled by each further one, at most the interval or a day
MOST_DOUBLINGS = 7
OF_THE_JOB = ("include_private_docs", "max_tokens_per_chunk", "overlap_tokens")  # of a source's config


def seal_place(business_id: UUID, source_id: UUID) -> str:
    """The place a source's secret is bound to."""
    return f"kb_sources:{business_id}:{source_id}"


async def source_of(tx: Tx, sealer: Sealer | None, source_id: UUID) -> SourceRow | None:
    """The source's row with its secret opened. Raises ground.sealing.CannotOpen."""
    row = await source_queries.source_row(tx, source_id)
    if row is None:
        return None
    secret = sealer.open(row["secret"], seal_place(tx.business_id, source_id)) if row["secret"] and sealer else None
    return SourceRow(
        row["id"], row["kind"], row["uri"], row["config"], row["visibility"], tuple(row["tags"]), row["cursor"], secret
    )


async def add_source(
    tx: Tx,
    kind: str,
    uri: str,
    values: Mapping[str, Any],
    *,
    sealer: Sealer | None = None,
    created_by: UUID | None = None,
    read_now: bool = True,
) -> UUID:
    """A source (`values`: title, config, refresh_every: timedelta, visibility, tags, secret: a dict), and its first job.

    Raises asyncpg.UniqueViolationError when this kind has that address already.
    """
    source_id = await source_queries.insert_source(tx, kind, uri, {**values, "secret": None})
    if values.get("secret"):
        await change_source(tx, source_id, {"secret": values["secret"]}, sealer=sealer)
    if read_now:
        await refresh_source(tx, source_id, created_by=created_by)
    return source_id


async def change_source(tx: Tx, source_id: UUID, values: Mapping[str, Any], *, sealer: Sealer | None = None) -> bool:
    """Sets what `values` names (state "paused" or "active" among it); False when there is no such source.

    Its documents are for the team only, and have its tags, from this moment on, where the owner has not decided otherwise of
    one. What becomes public has to be cleared for it first: that is the next reading's.
    """
    named = dict(values)
    if named.get("secret") is not None:
        if sealer is None:
            raise RuntimeError("a source's secret needs the sealer")
        named["secret"] = sealer.seal(named["secret"], seal_place(tx.business_id, source_id))
    before = await source_queries.source_row(tx, source_id)
    if before is None or not await source_queries.change_source(tx, source_id, named):
        return False
    hide = named.get("visibility") == "internal" and before["visibility"] != "internal"
    had, has = set(before["tags"]), list(named.get("tags", before["tags"]))
    if hide or had != set(has):
        await label_queries.label_documents_of_source(
            tx, source_id, hide=hide, removed=sorted(had - set(has)), added=[tag for tag in has if tag not in had]
        )
    return True


async def remove_source(tx: Tx, source_id: UUID, *, keep_documents: bool = False) -> bool:
    """Its open job ends, its documents go into the bin (or stay on their own); False when there is no such source."""
    job_id = await job_queries.open_job_of_source(tx, source_id)
    if not await source_queries.delete_source(tx, source_id):
        return False
    if job_id:
        await job_queries.cancel_job(tx, job_id, {"code": "cancelled", "message": "Its source was removed.", "uri": ""})
    if keep_documents:
        await source_queries.orphan_documents(tx, source_id)
    else:
        for document_id in await source_queries.documents_of_source(tx, source_id):
            await queries.delete_document(tx, document_id, "source")
    return True


async def refresh_source(
    tx: Tx, source_id: UUID, *, trigger: str = "person", created_by: UUID | None = None
) -> UUID | None:
    """Opens a job for the source, or gives the one that is open already; None when there is no such source."""
    row = await source_queries.source_row(tx, source_id, lock=True)
    if row is None:
        return None
    job_id = await job_queries.open_job_of_source(tx, source_id)
    if job_id is None:
        config = {name: row["config"][name] for name in OF_THE_JOB if row["config"].get(name) is not None}
        job_id = await open_job(
            tx, row["kind"], {}, config, source_id=source_id, trigger=trigger, created_by=created_by
        )
    await source_queries.source_began(tx, source_id, job_id)
    return job_id


async def run_due(door: Door, most: int = 50) -> int:
    """Opens the jobs of the sources that are due; -> how many."""
    due = await door.lookup("SELECT * FROM due_sources($1)", most)
    for row in due:
        async with door.transaction(row["business_id"]) as tx:
            await refresh_source(tx, row["source_id"], trigger="schedule")
    return len(due)


async def after_run(tx: Tx, source_id: UUID, job_id: UUID, cursor: str | None, error: str | None) -> None:
    """The source's row after a run: its place for the next one, or why it failed and when to try again."""
    wait = None
    if error is not None:
        failures = await job_queries.failures_of_source(tx, source_id)
        wait = FIRST_WAIT * 2 ** min(max(failures - 1, 0), MOST_DOUBLINGS)
    await source_queries.source_ended(tx, source_id, job_id, cursor, error, wait)


async def refresh_document(tx: Tx, document_id: UUID, *, created_by: UUID | None = None) -> UUID | None:
    """Reads one document again: a page from its address, a file from where it is stored; -> the job, None when neither is known."""
    row = await document_queries.document_place(tx, document_id)
    if row is None:
        return None
    labels = {"visibility": row["visibility"], "tags": row["metadata"].get("tags") or []}
    if row["object_key"]:
        file = {"key": row["object_key"], "name": row["metadata"].get("file") or row["source_uri"].rpartition(":")[2] or row["title"],
                "uri": row["source_uri"], "external_id": row["external_id"], **labels}  # fmt: skip
        return await open_job(tx, "upload", {"files": [file]}, created_by=created_by)
    if row["source_uri"].startswith(("http://", "https://")):
        of = {"of": str(row["source_id"])} if row["source_id"] else {}  # whose proposal what it says belongs to
        wanted = {"urls": [row["source_uri"]], **labels, **of}
        return await open_job(tx, "url", wanted, created_by=created_by)
    return None


def register(door: Door) -> None:
    """The profile's own documents follow its changes (a job in the transaction of the change, one for many changes), and the
    hours that pages state are compared with it again."""
    door.on("profile.changed", _profile_changed)


async def _profile_changed(tx: Tx, _conversation: UUID | None, _event: str, _data: dict[str, Any]) -> None:
    await compare_hours(tx)
    if await job_queries.pending_job(tx, "profile", "change") is None:
        await open_job(tx, "profile", {}, trigger="change")
