"""SQL of ingestion jobs. A run holds its job by its `owner`: each claim makes a new one, and what another run writes late is refused."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.knowledge.model import Job, JobConfig

__all__ = [
    "cancel_job", "claim_job", "create_job", "failures_of_source", "finish_job", "get_job", "holds_job", "keep_lease",
    "list_jobs", "open_job_of_source", "pending_job", "save_progress",
]  # fmt: skip

JOB = """id, business_id, source, status, config, input, stats, errors, source_id, created_at, completed_at, owner, trigger,
         progress, started_at, attempts"""


def _job(row: Any) -> Job:
    return Job(**{**dict(row), "config": JobConfig.read(row["config"])})


async def create_job(
    tx: Tx,
    source: str,
    job_input: dict[str, Any],
    config: dict[str, Any] | None = None,
    source_id: UUID | None = None,
    *,
    trigger: str = "person",
    created_by: UUID | None = None,
) -> UUID:
    """A pending job; the caller defers its run in the same transaction (opening.open_job does both)."""
    job_id = new_id()
    settings = {"max_tokens_per_chunk": 512, "overlap_tokens": 64, "include_private_docs": False, **(config or {})}
    await tx.execute(
        """INSERT INTO kb_ingestion_jobs (business_id, id, source, input, config, source_id, trigger, created_by)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        tx.business_id,
        job_id,
        source,
        job_input,
        settings,
        source_id,
        trigger,
        created_by,
    )
    return job_id


async def claim_job(tx: Tx, job_id: UUID, lease: timedelta) -> Job | None:
    """The job, now running, leased and owned anew, or None when it is finished or another process has it."""
    row = await tx.fetchrow(
        f"""UPDATE kb_ingestion_jobs SET status = 'running', attempts = attempts + 1, lease_until = now() + $2, owner = $3,
              started_at = coalesce(started_at, now())
            WHERE id = $1 AND (status = 'pending' OR (status = 'running' AND (lease_until IS NULL OR lease_until < now())))
            RETURNING {JOB}""",
        job_id,
        lease,
        new_id(),
    )
    return _job(row) if row else None


async def holds_job(tx: Tx, job_id: UUID, owner: UUID | None) -> bool:
    """Whether this run still has the job; if so, nobody takes it before this transaction ends."""
    found = await tx.fetchval(
        "SELECT true FROM kb_ingestion_jobs WHERE id = $1 AND owner = $2 AND status = 'running' FOR SHARE",
        job_id,
        owner,
    )
    return bool(found)


async def save_progress(
    tx: Tx,
    job_id: UUID,
    owner: UUID | None,
    stats: Mapping[str, int],
    errors: list[dict[str, Any]],
    progress: Mapping[str, Any],
    lease: timedelta,
    *,
    further: bool = False,
) -> bool:
    """What is done so far; also keeps the lease. False when the job is another run's by now, or cancelled.

    `further`: this run has stored what none before it had, so the job is no poisoned one: its attempts count from one again.
    """
    tag = await tx.execute(
        """UPDATE kb_ingestion_jobs SET stats = $3, errors = $4, progress = $5, lease_until = now() + $6,
             attempts = CASE WHEN $7 THEN 1 ELSE attempts END
           WHERE id = $1 AND owner = $2 AND status = 'running'""",
        job_id,
        owner,
        stats,
        errors,
        progress,
        lease,
        further,
    )
    return tag == "UPDATE 1"


async def keep_lease(tx: Tx, job_id: UUID, owner: UUID | None, lease: timedelta) -> bool:
    """The job is still in hand; False when it is not ours any more."""
    tag = await tx.execute(
        "UPDATE kb_ingestion_jobs SET lease_until = now() + $3 WHERE id = $1 AND owner = $2 AND status = 'running'",
        job_id,
        owner,
        lease,
    )
    return tag == "UPDATE 1"


async def finish_job(
    tx: Tx,
    job_id: UUID,
    owner: UUID | None,
    status: str,
    stats: Mapping[str, int],
    errors: list[dict[str, Any]],
    progress: Mapping[str, Any],
) -> bool:
    """`status` completed or failed; False when the job is another run's by now, or cancelled."""
    tag = await tx.execute(
        """UPDATE kb_ingestion_jobs SET status = $3, stats = $4, errors = $5, progress = $6, completed_at = now(),
             lease_until = NULL, owner = NULL WHERE id = $1 AND owner = $2 AND status = 'running'""",
        job_id,
        owner,
        status,
        stats,
        errors,
        progress,
    )
    return tag == "UPDATE 1"


async def cancel_job(tx: Tx, job_id: UUID, error: Mapping[str, Any]) -> bool:
    """Ends a job that waits or runs, with `error` among its errors; False when it has ended already."""
    tag = await tx.execute(
        """UPDATE kb_ingestion_jobs SET status = 'failed', errors = errors || jsonb_build_array($2::jsonb), completed_at = now(),
             lease_until = NULL, owner = NULL WHERE id = $1 AND status IN ('pending', 'running')""",
        job_id,
        error,
    )
    return tag == "UPDATE 1"


async def get_job(tx: Tx, job_id: UUID) -> Job | None:
    """One job."""
    row = await tx.fetchrow(f"SELECT {JOB} FROM kb_ingestion_jobs WHERE id = $1", job_id)
    return _job(row) if row else None


async def list_jobs(tx: Tx, limit: int = 50) -> list[Job]:
    """Newest first."""
    rows = await tx.fetch(f"SELECT {JOB} FROM kb_ingestion_jobs ORDER BY created_at DESC LIMIT $1", limit)
    return [_job(row) for row in rows]


async def pending_job(tx: Tx, source: str, trigger: str) -> UUID | None:
    """A job of this kind that nobody has begun. It is not begun before this transaction ends."""
    found: UUID | None = await tx.fetchval(
        """SELECT id FROM kb_ingestion_jobs WHERE source = $1 AND trigger = $2 AND status = 'pending' AND source_id IS NULL
           ORDER BY created_at DESC LIMIT 1 FOR UPDATE""",
        source,
        trigger,
    )
    return found


async def open_job_of_source(tx: Tx, source_id: UUID) -> UUID | None:
    """The job of this source that waits or runs."""
    found: UUID | None = await tx.fetchval(
        """SELECT id FROM kb_ingestion_jobs WHERE source_id = $1 AND status IN ('pending', 'running')
           ORDER BY created_at DESC LIMIT 1""",
        source_id,
    )
    return found


async def failures_of_source(tx: Tx, source_id: UUID) -> int:
    """How many jobs of this source have failed since its last good one."""
    found: int = await tx.fetchval(
        """SELECT count(*) FROM kb_ingestion_jobs j WHERE j.source_id = $1 AND j.status = 'failed' AND j.created_at > coalesce(
             (SELECT max(g.created_at) FROM kb_ingestion_jobs g WHERE g.source_id = $1 AND g.status = 'completed'), '-infinity')""",
        source_id,
    )
    return found
