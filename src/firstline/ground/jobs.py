"""Jobs: written with the fact, in the caller's transaction, into Procrastinate's tables; the wake-up follows the commit.

A job's body is one call on a domain and carries its tenant. Thousands of tiny deliveries are not jobs: see the outbox.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from firstline.ground.tenant import Tx

__all__ = ["Job", "build_queue", "enqueue"]

QUEUE = "default"
CHANNEL = "procrastinate_any_queue_v1"
Job = Callable[..., Awaitable[None]]


async def enqueue(tx: Tx, task: str, *, lock: str | None = None, once: str | None = None, **arguments: Any) -> None:
    """Writes a job of this tenant. `lock`: jobs with the same one run one after the other; `once`: not twice in the queue."""
    arguments["business_id"] = str(tx.business_id)
    row = (QUEUE, task, 0, lock, once, json.dumps(arguments, default=str), None)
    if once is not None and await tx.fetchval(
        "SELECT true FROM jobs.procrastinate_jobs WHERE queueing_lock = $1 AND status = 'todo'", once
    ):
        return
    ids = await tx.fetchval(
        "SELECT jobs.procrastinate_defer_jobs_v1(ARRAY[ROW($1,$2,$3,$4,$5,$6::text::jsonb,$7)]::jobs.procrastinate_job_to_defer_v1[])",
        *row,
    )
    pool = tx.door.pool
    payload = json.dumps({"type": "job_inserted", "job_id": ids[0]})

    async def wake() -> None:
        async with pool.acquire() as conn:
            await conn.execute("SELECT pg_notify($1, $2)", CHANNEL, payload)

    tx.after_commit(lambda: tx.door.spawn(wake()))


def build_queue(url: str, role: str | None) -> Any:
    """Procrastinate's App on our schema, as the application's role; the worker adds its tasks to it."""
    import procrastinate

    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    options = "-c search_path=jobs" + (f" -c role={role}" if role else "")
    query["options"] = options
    conninfo = urlunsplit(parts._replace(query=urlencode(query, safe="")))
    return procrastinate.App(
        connector=procrastinate.PsycopgConnector(conninfo=conninfo.replace("+", "%20"), min_size=1, max_size=4)
    )


def tenant_of(arguments: dict[str, Any]) -> UUID:
    """The tenant that a job carries."""
    return UUID(str(arguments["business_id"]))
