"""The jobs by name. A body is one call on a domain, and the tenant comes with its arguments."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import procrastinate

from firstline.embedding.catalog import Embedders
from firstline.ground.jobs import Job, build_queue, tenant_of
from firstline.ground.live import Live
from firstline.ground.log import logger
from firstline.ground.storage import LocalObjects
from firstline.ground.tenant import Door
from firstline.handoff.reflecting import REFLECT, reflect
from firstline.integrations.delivery import Connectors
from firstline.integrations.outbox import drain
from firstline.kit.clock import now
from firstline.knowledge.fetch import fetch
from firstline.knowledge.ingest import ingest
from firstline.knowledge.opening import INGEST
from firstline.knowledge.parsing.pool import ParsingPool
from firstline.knowledge.purge import FORGET, forget_objects
from firstline.knowledge.reembed import REEMBED, reembed
from firstline.knowledge.sources.port import Materials, Source
from firstline.knowledge.store import Workshop
from firstline.tenancy.model import Business
from firstline.tenancy.profile import Profiles

__all__ = ["Shop", "deliver_due", "queue_with_tasks", "run_ingestion", "take_up_stalled"]

MOST_TRIES = 8  # with waits of 3, 9, 27 … seconds: about an hour and a half
STALLED_SECONDS = 30.0  # a worker whose heartbeat is older is gone (it beats every ten seconds)
log = logger("worker")


@dataclass(slots=True)
class Shop:
    """What a worker works with."""

    door: Door
    live: Live
    profiles: Profiles
    workshop: Workshop
    objects: LocalObjects
    connectors: Connectors
    embedders: Embedders
    parsing: ParsingPool
    sources: Mapping[str, Source]
    own: str = ""  # see Materials


async def run_ingestion(shop: Shop, business_id: UUID, job_id: UUID, progress: Any = None) -> Any:
    """Runs one ingestion job; safe to run again."""

    async def fresh() -> Business:
        shop.profiles.drop(business_id)
        return await shop.profiles.get(business_id)

    business = await shop.profiles.get(business_id)
    materials = Materials(
        business, shop.objects, partial(fetch, own=shop.own), business.guardrails.languages_allowed,
        parse=shop.parsing.parse, own=shop.own,
    )  # fmt: skip
    return await ingest(
        shop.workshop, materials, job_id, live=shop.live, sources=shop.sources, progress=progress, fresh=fresh
    )


async def deliver_due(shop: Shop) -> int:
    """Empties the outbox of what is due; returns how many rows were tried."""
    total = 0
    while (done := await drain(shop.door, shop.connectors, live=shop.live)).total:
        total += done.total
    return total


def queue_with_tasks(shop: Shop, url: str, role: str | None) -> Any:
    """Procrastinate's App with our tasks."""
    queue = build_queue(url, role)
    again = procrastinate.RetryStrategy(max_attempts=MOST_TRIES, exponential_wait=3)

    def task(name: str) -> Callable[[Job], Any]:
        """A job that is tried again, and says in the log why: the queue itself keeps that for its last try."""

        def register(body: Job) -> Any:
            async def told(**arguments: Any) -> None:
                try:
                    await body(**arguments)
                except Exception:
                    log.exception("job_failed", task=name, business_id=arguments.get("business_id"))
                    raise

            return queue.task(name=name, retry=again)(told)

        return register

    @task(INGEST)
    async def _ingest(**arguments: Any) -> None:
        await run_ingestion(shop, tenant_of(arguments), UUID(str(arguments["job_id"])))

    @task(REEMBED)
    async def _reembed(**arguments: Any) -> None:
        await reembed(shop.door, shop.embedders, tenant_of(arguments))

    @task(FORGET)
    async def _forget(**arguments: Any) -> None:
        await forget_objects(shop.objects, arguments["keys"])

    @task(REFLECT)
    async def _reflect(**arguments: Any) -> None:
        await reflect(shop.door, shop.profiles, tenant_of(arguments), UUID(str(arguments["conversation_id"])), now)
        await deliver_due(shop)

    return queue


async def take_up_stalled(queue: Any) -> int:
    """Puts the jobs of a worker that died back into the queue: their bodies may run again. Returns how many."""
    stalled = list(await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS))
    for job in stalled:
        try:
            await queue.job_manager.retry_job(job)
        except procrastinate.exceptions.ConnectorException:  # the same job waits already: this one is not needed
            await queue.job_manager.finish_job_by_id_async(job.id, procrastinate.jobs.Status.FAILED, delete_job=True)
    return len(stalled)
