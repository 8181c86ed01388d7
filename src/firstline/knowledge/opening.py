"""Opening a job: its row and its run in the queue in one transaction, in a lane that keeps tenants from waiting for each other."""

from typing import Any
from uuid import UUID

from firstline.ground.events import Fact, record_for_business
from firstline.ground.jobs import enqueue
from firstline.ground.live import Live
from firstline.ground.tenant import Tx
from firstline.knowledge import job_queries

__all__ = ["INGEST", "cancel_job", "is_small", "open_job", "queue_again", "queue_job"]

INGEST = "ingest"
SMALL_ITEMS = 3  # files or pages that do not wait behind the business's own large job
SMALL_ROWS = 200
CANCELLED = {
    "code": "cancelled",
    "message": "This was stopped before its end. What was read until then stays.",
    "uri": "",
}


def is_small(source: str, job_input: dict[str, Any], source_id: UUID | None = None) -> bool:
    """Whether a job is over in a moment."""
    if source_id is not None or source in {"crm", "drive", "reindex"}:
        return "documents" in job_input
    items = len(job_input.get("files", ())) + len(job_input.get("urls", ()))
    return items <= SMALL_ITEMS and len(job_input.get("rows", ())) <= SMALL_ROWS


async def open_job(
    tx: Tx,
    source: str,
    job_input: dict[str, Any],
    config: dict[str, Any] | None = None,
    *,
    source_id: UUID | None = None,
    trigger: str = "person",
    created_by: UUID | None = None,
) -> UUID:
    """A pending job that a worker will run; -> its id. `trigger`: person, schedule or change."""
    job_id = await job_queries.create_job(
        tx, source, job_input, config, source_id, trigger=trigger, created_by=created_by
    )
    await queue_job(tx, job_id, small=is_small(source, job_input, source_id))
    return job_id


async def queue_job(tx: Tx, job_id: UUID, *, small: bool) -> None:
    """Into the queue, if it is not there. A business has one large and one small job running at a time, whatever it asks for."""
    lane = "small" if small else "large"
    await enqueue(tx, INGEST, lock=f"kb:{lane}:{tx.business_id}", once=f"{INGEST}:{job_id}", job_id=str(job_id))


async def queue_again(tx: Tx, job_id: UUID) -> None:
    """For a sweep: a job that nobody runs, unless it waits in the queue already."""
    job = await job_queries.get_job(tx, job_id)
    if job is not None:
        await queue_job(tx, job_id, small=is_small(job.source, job.input, job.source_id))


async def cancel_job(tx: Tx, job_id: UUID, live: Live | None = None) -> bool:
    """Ends a job; a run of it stops at its next batch, what it has stored stays. False when it had ended."""
    if not await job_queries.cancel_job(tx, job_id, CANCELLED):
        return False
    await record_for_business(tx, live, Fact("kb.job", {"id": str(job_id), "status": "failed"}))
    return True
