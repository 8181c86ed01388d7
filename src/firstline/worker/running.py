"""The worker process: jobs as they come, the outbox, abandoned ingestions, conversations that went quiet."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

from firstline.chat.resting import close_quiet
from firstline.embedding.catalog import Embedders
from firstline.ground.db import APP_ROLE, create_pool
from firstline.ground.live import Live
from firstline.ground.log import logger
from firstline.ground.sealing import sealer_from
from firstline.ground.settings import Settings
from firstline.ground.storage import LocalObjects
from firstline.ground.tenant import Door
from firstline.handoff.reflecting import when_it_matters
from firstline.integrations.delivery import Connectors
from firstline.integrations.internal.connector import InternalConnector
from firstline.integrations.resolved import ResolvedHere
from firstline.kit.clock import now
from firstline.knowledge.crm import CrmSource
from firstline.knowledge.ingest import SOURCES
from firstline.knowledge.opening import queue_again
from firstline.knowledge.parsing.pool import ParsingPool
from firstline.knowledge.purge import purge_due
from firstline.knowledge.reembed import queue_due
from firstline.knowledge.refresh import register as register_knowledge
from firstline.knowledge.refresh import run_due
from firstline.knowledge.sources.push import pushes
from firstline.knowledge.store import Workshop
from firstline.knowledge.summarising import LLMSummarise
from firstline.llm.gateway import Gateway
from firstline.llm.settings import LLMSettings
from firstline.tenancy.profile import Profiles
from firstline.worker.tasks import Shop, deliver_due, queue_with_tasks, take_up_stalled

__all__ = ["open_shop", "work"]

OUTBOX_SECONDS = 1.0
SWEEP_SECONDS = 10.0
TIDY_SECONDS = 15.0
JOBS_AT_ONCE = (
    24  # a business has two at most: a dozen may read at the same time, and a small one waits for none of them
)
CONNECTIONS = 10
GRACE_SECONDS = 5.0  # a longer job stops when the worker does: its lease ends, and another goes on where it was
MOST_DUE = 200
log = logger("worker")


@contextlib.asynccontextmanager
async def open_shop(settings: Settings, url: str) -> Any:
    """The worker's rooms."""
    pool = await create_pool(url, least=1, most=CONNECTIONS)
    door, live = Door(pool), Live(url)
    for event in ("conversation.closed", "conversation.tagged", "escalation"):
        door.on(event, when_it_matters)
    register_knowledge(door)
    profiles = Profiles(door)
    live.watchers.append(
        lambda business_id, conversation_id: profiles.drop(business_id) if conversation_id is None else None
    )
    await live.start()
    internal = InternalConnector(door)
    embedders = Embedders.from_setting(settings.knowledge.embedder)
    objects, parsing = LocalObjects(settings.data / "objects"), ParsingPool(settings.knowledge.parsers)
    workshop = Workshop(door, embedders.default, embedders, objects, sealer_from(settings))
    llm = LLMSettings.from_env(settings.environment)
    gateway = Gateway.from_settings(llm) if llm.enabled else None
    drafting = CrmSource(workshop, ResolvedHere(door), LLMSummarise(gateway) if gateway else None)
    shop = Shop(
        door, live, profiles, workshop, objects, Connectors(crms={"internal": internal}, helpdesks={"internal": internal}),
        embedders, parsing, {**SOURCES, "crm": drafting, "push": pushes}, settings.web.own_site,
    )  # fmt: skip
    try:
        yield shop
    finally:
        await live.stop()
        await parsing.close()
        if gateway is not None:
            await gateway.aclose()
        embedders.close()
        await pool.close()


async def work(settings: Settings, url: str, stop: asyncio.Event) -> None:
    """Runs until `stop` is set; a short job in hand is finished first."""
    async with open_shop(settings, url) as shop:
        queue = queue_with_tasks(shop, url, APP_ROLE)
        async with queue.open_async():
            loops = [
                asyncio.create_task(_again(OUTBOX_SECONDS, lambda: deliver_due(shop))),
                asyncio.create_task(_again(SWEEP_SECONDS, lambda: _sweep(shop, queue))),
                asyncio.create_task(_again(TIDY_SECONDS, lambda: _tidy(shop, settings))),
            ]
            jobs = asyncio.create_task(
                queue.run_worker_async(
                    concurrency=JOBS_AT_ONCE,
                    install_signal_handlers=False,
                    fetch_job_polling_interval=2.0,
                    delete_jobs="successful",
                    shutdown_graceful_timeout=GRACE_SECONDS,
                )
            )
            log.info("worker_ready")
            ended = asyncio.create_task(stop.wait())
            await asyncio.wait({jobs, ended}, return_when=asyncio.FIRST_COMPLETED)
            for task in (*loops, jobs):
                task.cancel()
            await asyncio.gather(*loops, jobs, return_exceptions=True)


async def _again(seconds: float, body: Callable[[], Awaitable[Any]]) -> None:
    while True:
        try:
            await body()
        except Exception as error:  # noqa: BLE001 - the edge that owns it: the database may be away for a moment
            log.warning("round_failed", error=str(error))
        await asyncio.sleep(seconds)


async def _sweep(shop: Shop, queue: Any) -> None:
    """Ingestions whose process died, or whose wake-up was lost, go into the queue again; conversations that went quiet."""
    await take_up_stalled(queue)
    for row in await shop.door.lookup("SELECT * FROM due_ingestion($1)", MOST_DUE):
        async with shop.door.transaction(row["business_id"]) as tx:
            await queue_again(tx, row["job_id"])
    await close_quiet(shop.door, shop.live, now())


async def _tidy(shop: Shop, settings: Settings) -> None:
    """Sources that are due, models that change, and what has been in the bin long enough."""
    await run_due(shop.door)
    await queue_due(shop.door, shop.embedders.wanted)
    await purge_due(shop.door, settings.knowledge.purge_days)
