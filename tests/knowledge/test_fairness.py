"""A business's one question is findable within seconds while another business's thousands of pages are read."""

import asyncio
import time
from pathlib import Path

import pytest

from firstline.embedding.bundled import BundledEmbedder
from firstline.embedding.pool import EmbeddingPool
from firstline.ground.settings import read_settings
from firstline.knowledge import queries
from firstline.knowledge.opening import cancel_job, open_job
from firstline.knowledge.pushing import Push, push_document
from firstline.knowledge.retrieve import Asked, Retriever
from firstline.knowledge.store import Workshop
from firstline.worker.running import work

from .pipeline import a_business, value

PAGES = 5000
SECONDS = 5.0
WORDS = [
    "leak",
    "heater",
    "drain",
    "valve",
    "copper",
    "permit",
    "visit",
    "morning",
    "warranty",
    "labor",
    "tank",
    "pump",
    "filter",
    "street",
    "county",
    "gallon",
    "inspection",
]


def text(n: int) -> str:
    """Some 160 tokens, each page its own."""
    lines = [
        f"{WORDS[(n + i) % len(WORDS)]} number {n * 13 + i} takes {i + 1} hours and costs ${n + i * 7}."
        for i in range(8)
    ]
    return f"# Page {n}\n\n" + " ".join(lines)


@pytest.fixture
def embedding():
    pool = EmbeddingPool(BundledEmbedder())
    yield pool
    pool.close()


async def until(check, seconds: float):
    async with asyncio.timeout(seconds):
        while not (found := await check()):
            await asyncio.sleep(0.02)
    return found


async def test_one_question_and_one_pushed_page_are_found_within_five_seconds(
    door, database_url, tmp_path: Path, embedding
):
    acme, bloom = await a_business(door), await a_business(door)
    workshop = Workshop(door, embedding)
    folder = tmp_path / "objects" / "kb"
    folder.mkdir(parents=True)
    for n in range(50):
        (folder / f"{n}.md").write_text(text(n))
    files = [{"key": f"kb/{n % 50}.md", "name": f"{n}.md"} for n in range(PAGES)]
    await embedding.warm()
    stop = asyncio.Event()
    running = asyncio.create_task(work(read_settings({"FIRSTLINE_DATA": str(tmp_path)}), database_url, stop))
    try:
        async with door.transaction(acme.id) as tx:
            large = await open_job(tx, "upload", {"files": files})
        await until(lambda: value(workshop, acme, "SELECT count(*) >= 6 FROM kb_source_documents"), 60)

        started = time.monotonic()
        async with door.transaction(bloom.id) as tx:
            rows = [{"question": "Do you plant tulips?", "answer": "In October and November."}]
            small = await open_job(tx, "faq", {"rows": rows})

        async def done():
            async with door.transaction(bloom.id) as tx:
                return (await queries.get_job(tx, small)).status == "completed"

        await until(done, 60)
        retriever = Retriever(door, embedding.embedder)
        ((best, *_),) = await retriever.ask(bloom.id, [Asked("do you plant tulips", "en")])
        took_faq = time.monotonic() - started
        assert best.answer == "In October and November."

        started = time.monotonic()
        await push_document(
            workshop, bloom.id, Push("about", "About", markdown="We deliver roses in Verona on Fridays.")
        )
        ((best, *_),) = await retriever.ask(bloom.id, [Asked("when do you deliver roses in Verona", "en")])
        took_push = time.monotonic() - started
        assert "Fridays" in best.text

        async with door.transaction(acme.id) as tx:
            assert (await queries.get_job(tx, large)).status == "running"
        assert max(took_faq, took_push) < SECONDS, (took_faq, took_push)
        print(f"FAQ job {took_faq:.2f} s, pushed page {took_push:.2f} s")
    finally:
        async with door.transaction(acme.id) as tx:
            await cancel_job(tx, large)
        stop.set()
        await asyncio.gather(running, return_exceptions=True)


async def test_the_second_large_job_of_a_business_waits_and_its_small_one_does_not(door, database_url, tmp_path: Path):
    acme = await a_business(door)
    workshop = Workshop(door, EmbeddingPool(BundledEmbedder()))
    files = [{"key": f"kb/{n}.md", "name": f"{n}.md"} for n in range(4)]
    async with door.transaction(acme.id) as tx:
        await open_job(tx, "upload", {"files": files})
        await open_job(tx, "upload", {"files": files[:1]})
        await open_job(tx, "upload", {"files": files})
    locks = await value(
        workshop,
        acme,
        "SELECT array_agg(lock ORDER BY id) FROM jobs.procrastinate_jobs WHERE task_name = 'ingest' AND args->>'business_id' = $1",
        str(acme.id),
    )
    assert locks == [f"kb:{lane}:{acme.id}" for lane in ("large", "small", "large")]
    workshop.pool.close()
