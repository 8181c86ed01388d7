"""A run that ends at any moment is taken up by the next: no chunk twice, none lost, nothing counted twice."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap

import pytest

from firstline.knowledge import progress, queries, store
from firstline.knowledge.ingest import SOURCES, ingest
from firstline.knowledge.model import Parsed
from firstline.knowledge.progress import LEASE
from firstline.knowledge.sources.port import Acquired, Materials

from .pipeline import Folder, Given, a_business, a_workshop, page, value

SECTIONS = [f"## Service {n}\n\nService number {n} costs ${n}5 a visit.\n\n" for n in range(7)]
LONG = Acquired("https://acme.example/long", Parsed("Prices", "".join(SECTIONS), "page"))
PAGES = [LONG, *(page(f"https://acme.example/{n}", f"Page {n} says something.") for n in range(3))]
CHUNKS = len(SECTIONS) + 3
OVER = "UPDATE kb_ingestion_jobs SET lease_until = now() - interval '1 second' WHERE id = $1 RETURNING 1"


@pytest.fixture
async def acme(door):
    return await a_business(door)


@pytest.fixture
def workshop(door, monkeypatch):
    monkeypatch.setattr(store, "BATCH", 2)
    made = a_workshop(door)
    yield made
    made.pool.close()


async def a_job(workshop, business, kind="url", job_input=None):
    async with workshop.door.transaction(business.id) as tx:
        return await queries.create_job(tx, kind, job_input or {})


async def stored(workshop, business):
    """(ordinals of every document in order, how many chunks and vectors of chunks)."""
    ordinals = await value(
        workshop, business, "SELECT array_agg(ordinal ORDER BY ordinal) FROM kb_chunks c JOIN kb_source_documents d "
        "ON d.id = c.document_id AND d.source_uri LIKE '%long%'",
    )  # fmt: skip
    return (
        ordinals,
        await value(workshop, business, "SELECT count(*) FROM kb_chunks"),
        await value(workshop, business, "SELECT count(*) FROM kb_embeddings WHERE part = 0"),
    )


async def test_killed_at_every_batch_in_turn_a_job_ends_whole(workshop, acme, monkeypatch):
    job_id = await a_job(workshop, acme)
    embed, left = workshop.pool.embed, 0

    async def dies(texts):
        nonlocal left
        left -= 1
        if left < 0:
            raise ConnectionError("killed")
        return await embed(texts)

    monkeypatch.setattr(workshop.pool, "embed", dies, raising=False)
    sources, deaths, job = {**SOURCES, "url": Given(*PAGES)}, 0, None
    while job is None:
        left = 2 + deaths
        try:
            job = await ingest(workshop, Materials(acme, Folder()), job_id, sources=sources)
        except ConnectionError:
            deaths += 1
            await value(workshop, acme, OVER, job_id)
    assert deaths >= 2
    assert (job.status, job.stats) == ("completed", {"documents": 4, "chunks": CHUNKS, "errors": 0})
    assert await stored(workshop, acme) == (list(range(len(SECTIONS))), CHUNKS, CHUNKS)


async def test_cancelled_at_any_moment_a_job_ends_whole(workshop, acme, monkeypatch):
    for steps in range(0, 60, 7):
        job_id = await a_job(workshop, acme)
        sources = {**SOURCES, "url": Given(*PAGES)}
        task = asyncio.create_task(ingest(workshop, Materials(acme, Folder()), job_id, sources=sources))
        for _ in range(steps * 3):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await value(workshop, acme, OVER, job_id)
        job = await ingest(workshop, Materials(acme, Folder()), job_id, sources=sources)
        if job is not None:  # None: it had ended before
            assert (job.status, job.stats["documents"]) == ("completed", 4)
        assert await stored(workshop, acme) == (list(range(len(SECTIONS))), CHUNKS, CHUNKS)
        await value(
            workshop, acme, "WITH gone AS (DELETE FROM kb_source_documents RETURNING 1) SELECT count(*) FROM gone"
        )


async def test_a_run_whose_job_was_taken_over_writes_nothing_more(workshop, acme):
    job_id = await a_job(workshop, acme)
    second = None

    class Slow(Given):
        async def __call__(self, job, materials):
            nonlocal second
            yield PAGES[1]
            async with asyncio.timeout(20):
                while not await value(workshop, acme, "SELECT count(*) FROM kb_chunks"):
                    await asyncio.sleep(0.01)
            await value(workshop, acme, OVER, job_id)  # it was away for so long that its lease ended
            second = await ingest(
                workshop, Materials(acme, Folder()), job_id, sources={**SOURCES, "url": Given(*PAGES)}
            )
            yield page("https://acme.example/late", "Written too late.")

    assert await ingest(workshop, Materials(acme, Folder()), job_id, sources={**SOURCES, "url": Slow()}) is None
    assert (second.status, second.stats["documents"]) == ("completed", 4)
    assert not await value(workshop, acme, "SELECT count(*) FROM kb_source_documents WHERE source_uri LIKE '%late'")
    async with workshop.door.transaction(acme.id) as tx:
        assert (await queries.get_job(tx, job_id)).stats == second.stats


async def test_a_job_that_ends_its_process_each_time_is_given_up(workshop, acme):
    job_id = await a_job(workshop, acme)
    for _ in range(5):
        async with workshop.door.transaction(acme.id) as tx:
            await queries.claim_job(tx, job_id, LEASE)
        await value(workshop, acme, OVER, job_id)
    job = await ingest(workshop, Materials(acme, Folder()), job_id, sources={**SOURCES, "url": Given(*PAGES)})
    assert (job.status, job.errors[0]["code"]) == ("failed", "gave_up")


SCRIPT = """
    import asyncio, sys, time
    from uuid import UUID
    from firstline.embedding.fake import FakeEmbedder
    from firstline.embedding.pool import EmbeddingPool
    from firstline.ground.db import create_pool
    from firstline.ground.tenant import Door
    from firstline.knowledge import store
    from firstline.knowledge.ingest import ingest
    from firstline.knowledge.sources.port import Materials
    from firstline.knowledge.store import Workshop
    from firstline.tenancy.model import Business

    class Slow(FakeEmbedder):
        def embed(self, texts):
            time.sleep(0.2)  # a model's own time
            print("embedding", flush=True)
            return super().embed(texts)

    class Folder:
        async def get(self, key):
            return open(key, "rb").read()

    async def main(url, business_id, job_id):
        store.BATCH = 2
        door = Door(await create_pool(url, least=1, most=4))
        business = Business(UUID(business_id), "Acme", "acme")
        await ingest(Workshop(door, EmbeddingPool(Slow(64))), Materials(business, Folder()), UUID(job_id))

    asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_worker_that_is_killed_in_the_middle_of_a_document_is_followed_by_another(
    workshop, acme, database_url, tmp_path, monkeypatch
):
    file = tmp_path / "long.md"
    file.write_text("# Prices\n\n" + "".join(SECTIONS))
    job_id = await a_job(workshop, acme, "upload", {"files": [{"key": str(file), "name": "long.md"}]})
    command = [sys.executable, "-c", textwrap.dedent(SCRIPT), database_url, str(acme.id), str(job_id)]
    worker = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert worker.stdout
    for _ in range(3):
        assert worker.stdout.readline() == b"embedding\n"
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    some = await value(workshop, acme, "SELECT count(*) FROM kb_chunks")
    assert 0 < some < len(SECTIONS)
    folder = Folder(**{str(file): file.read_bytes()})
    assert await ingest(workshop, Materials(acme, folder), job_id) is None  # its lease still runs
    await value(workshop, acme, OVER, job_id)
    embedded = []
    embed = workshop.pool.embed

    async def counts(texts):
        embedded.append(texts)
        return await embed(texts)

    monkeypatch.setattr(workshop.pool, "embed", counts, raising=False)
    job = await ingest(workshop, Materials(acme, folder), job_id)
    assert (job.status, job.stats) == ("completed", {"documents": 1, "chunks": len(SECTIONS), "errors": 0})
    assert await stored(workshop, acme) == (list(range(len(SECTIONS))), len(SECTIONS), len(SECTIONS))
    assert len(embedded) == -(-(len(SECTIONS) - some) // 2)  # only what was missing
    assert LEASE.total_seconds() > progress.BEAT_SECONDS
