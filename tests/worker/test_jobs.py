"""The worker's jobs: what a conversation owes the CRM is written, also when the worker that had the job died."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from firstline.chat.answering_events import visitor_event
from firstline.chat.desk import Desk
from firstline.customers.contact import learn
from firstline.customers.visitor import open_visit
from firstline.ground.jobs import enqueue
from firstline.ground.settings import read_settings
from firstline.handoff.reflecting import REFLECT, when_it_matters
from firstline.kit.ids import new_id
from firstline.knowledge.opening import INGEST
from firstline.tenancy.creating import create_business
from firstline.tenancy.model import Business
from firstline.worker.running import open_shop, work
from firstline.worker.tasks import Shop, queue_with_tasks, take_up_stalled


@pytest.fixture
async def shop(database_url: str, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(read_settings({"FIRSTLINE_DATA": str(tmp_path)}), database_url) as opened:
        yield opened


@pytest.fixture
async def acme(shop: Shop) -> Business:
    return await create_business(
        shop.door, name="Acme Plumbing", slug=f"acme-{new_id().hex[-12:]}", timezone="America/Chicago"
    )


async def _conversation(shop: Shop, acme: Business, **contact: str) -> Any:
    from firstline.conversations import queries

    async with shop.door.transaction(acme.id) as tx:
        visitor, _token = await open_visit(tx, {})
        customer_id = await learn(tx, None, **contact) if contact else None
        return await queries.insert_conversation(
            tx, new_id(), visitor_session_id=visitor.session_id, customer_id=customer_id, channel="web", language="en", metadata={}
        )  # fmt: skip


async def _wait(shop: Shop, acme: Business, sql: str) -> Any:
    async with asyncio.timeout(20):
        while True:
            async with shop.door.transaction(acme.id) as tx:
                found = await tx.fetchval(sql)
            if found:
                return found
            await asyncio.sleep(0.05)


def _desk(shop: Shop) -> Desk:
    nothing: Any = None
    return Desk(
        shop.door, shop.live, shop.profiles, nothing, nothing, nothing, nothing, nothing, nothing, clock=lambda: datetime.now(UTC)
    )  # fmt: skip


async def test_asking_for_a_person_by_the_button_makes_a_ticket(
    shop: Shop, acme: Business, database_url: str, tmp_path: Path
) -> None:
    conversation = await _conversation(shop, acme)
    shop.door.handlers.setdefault("escalation", [when_it_matters])
    await visitor_event(_desk(shop), acme, conversation.id, "request_human", {})
    stop = asyncio.Event()
    running = asyncio.create_task(work(read_settings({"FIRSTLINE_DATA": str(tmp_path)}), database_url, stop))
    assert await _wait(shop, acme, "SELECT count(*) FROM tickets")
    assert await _wait(shop, acme, "SELECT count(*) FROM crm_interactions")
    stop.set()
    await running


async def test_a_job_whose_worker_died_is_taken_up(shop: Shop, acme: Business, database_url: str) -> None:
    conversation = await _conversation(shop, acme, phone="+16085550123")
    async with shop.door.transaction(acme.id) as tx:
        await enqueue(tx, REFLECT, conversation_id=str(conversation.id))
        job = await tx.fetchval("UPDATE jobs.procrastinate_jobs SET status = 'doing', worker_id = NULL RETURNING id")
    queue = queue_with_tasks(shop, database_url, "firstline_app")
    async with queue.open_async():
        assert await take_up_stalled(queue) == 1
    async with shop.door.transaction(acme.id) as tx:
        assert await tx.fetchval("SELECT status::text FROM jobs.procrastinate_jobs WHERE id = $1", job) == "todo"


async def test_why_a_job_failed_stands_in_the_log_at_its_first_try(
    shop: Shop, acme: Business, database_url: str
) -> None:
    queue = queue_with_tasks(shop, database_url, None)
    with capture_logs() as said, pytest.raises(ValueError, match="badly formed"):
        await queue.tasks[INGEST].func(business_id=str(acme.id), job_id="no id")
    assert [(line["event"], line["task"], line["business_id"]) for line in said] == [
        ("job_failed", INGEST, str(acme.id))
    ]
