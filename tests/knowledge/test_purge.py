"""Deleted documents are not found, come back when restored, and are gone for good some days later, with their files."""

from datetime import UTC, datetime, timedelta

import pytest

from firstline.knowledge import queries
from firstline.knowledge.faqs import publish_faq
from firstline.knowledge.model import Faq
from firstline.knowledge.purge import FORGET, forget_objects, purge_documents, purge_due

from .pipeline import Folder, Given, a_business, a_workshop, live, page, run, value

URI = "https://acme.example/"
DAY = timedelta(days=1)


@pytest.fixture
async def acme(door):
    return await a_business(door)


@pytest.fixture
def workshop(door):
    made = a_workshop(door)
    yield made
    made.pool.close()


async def deleted(workshop, business, **about):
    """A page in the bin; -> its id."""
    await run(workshop, business, Given(page(URI, "We repair leaks.", **about)))
    document_id = (await live(workshop, business))[URI]["id"]
    async with workshop.door.transaction(business.id) as tx:
        assert await queries.delete_document(tx, document_id)
    return document_id


async def rows(workshop, business):
    return [
        await value(workshop, business, f"SELECT count(*) FROM {table}")
        for table in ("kb_source_documents", "kb_chunks", "kb_embeddings")
    ]


async def test_after_its_days_in_the_bin_nothing_of_a_document_is_left(workshop, acme):
    await deleted(workshop, acme, object_key="kb/file")
    assert await purge_due(workshop.door, 30) == 0
    assert await purge_due(workshop.door, 30, now=datetime.now(UTC) + 31 * DAY) == 1
    assert await rows(workshop, acme) == [0, 0, 0]
    args = await value(
        workshop,
        acme,
        "SELECT args FROM jobs.procrastinate_jobs WHERE task_name = $1 AND args->>'business_id' = $2",
        FORGET,
        str(acme.id),
    )
    folder = Folder(**{"kb/file": b"x", "other": b"y"})
    await forget_objects(folder, args["keys"])
    assert set(folder.files) == {"other"}


async def test_a_document_restored_while_the_sweep_was_on_its_way_stays(workshop, acme):
    document_id = await deleted(workshop, acme)
    later = datetime.now(UTC) + DAY
    async with workshop.door.transaction(acme.id) as tx:
        assert await queries.restore_document(tx, document_id)
    assert await purge_documents(workshop.door, acme.id, [document_id], later) == 0
    assert set(await live(workshop, acme)) == {URI}


async def test_a_file_that_another_document_still_has_is_kept(workshop, acme):
    await deleted(workshop, acme, object_key="kb/shared")
    await run(workshop, acme, Given(page(URI + "2", "We repair drains.", object_key="kb/shared")))
    assert await purge_due(workshop.door, 0, now=datetime.now(UTC) + DAY) == 1
    assert not await value(
        workshop,
        acme,
        "SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = $1 AND args->>'business_id' = $2",
        FORGET,
        str(acme.id),
    )


async def test_another_business_s_bin_is_not_touched(workshop, acme, door):
    other = await a_business(door)
    document_id = await deleted(workshop, other)
    assert await purge_documents(workshop.door, acme.id, [document_id], datetime.now(UTC) + DAY) == 0
    assert (await rows(workshop, other))[0] == 1


async def test_a_faq_goes_and_comes_back_with_its_document(workshop, acme):
    faq_id = await publish_faq(workshop, acme.id, Faq("Do you take checks?", "Yes."))
    async with workshop.door.transaction(acme.id) as tx:
        document_id = (await queries.get_faq(tx, faq_id))["document_id"]
        assert await queries.delete_document(tx, document_id)
        assert await queries.get_faq(tx, faq_id) is None
        assert await queries.restore_document(tx, document_id)
        assert (await queries.get_faq(tx, faq_id))["answer"] == "Yes."


class Meanwhile:
    """Does something while the model is at work, once."""

    def __init__(self, pool, monkeypatch, action):
        self._embed, self._action = pool.embed, action
        monkeypatch.setattr(pool, "embed", self, raising=False)

    async def __call__(self, texts):
        action, self._action = self._action, None
        if action:
            await action()
        return await self._embed(texts)


async def test_a_late_embedding_does_not_bring_a_deleted_document_back(workshop, acme, monkeypatch):
    await run(workshop, acme, Given(page(URI, "We repair leaks.")))
    document_id = (await live(workshop, acme))[URI]["id"]

    async def delete():
        async with workshop.door.transaction(acme.id) as tx:
            await queries.delete_document(tx, document_id)

    Meanwhile(workshop.pool, monkeypatch, delete)
    job = await run(workshop, acme, Given(page(URI, "We repair leaks and drains.")))
    assert (await live(workshop, acme), job.stats["documents"]) == ({}, 0)
    assert await value(workshop, acme, "SELECT text FROM kb_chunks") == "We repair leaks."


async def test_a_document_deleted_and_restored_during_a_slow_embedding_is_whole_and_new(workshop, acme, monkeypatch):
    await run(workshop, acme, Given(page(URI, "We repair leaks.")))
    document_id = (await live(workshop, acme))[URI]["id"]

    async def delete_and_restore():
        async with workshop.door.transaction(acme.id) as tx:
            await queries.delete_document(tx, document_id)
        async with workshop.door.transaction(acme.id) as tx:
            await queries.restore_document(tx, document_id)

    Meanwhile(workshop.pool, monkeypatch, delete_and_restore)
    await run(workshop, acme, Given(page(URI, "We repair drains.")))
    assert await value(workshop, acme, "SELECT string_agg(text, '|') FROM kb_chunks") == "We repair drains."


async def test_a_change_during_a_slow_embedding_is_not_overwritten_by_the_older_reading(workshop, acme, monkeypatch):
    await run(workshop, acme, Given(page(URI, "One.")))

    async def changed():
        await run(workshop, acme, Given(page(URI, "Three.")))

    Meanwhile(workshop.pool, monkeypatch, changed)
    await run(workshop, acme, Given(page(URI, "Two.")))
    assert await value(workshop, acme, "SELECT string_agg(text, '|') FROM kb_chunks") == "Three."


async def test_a_document_purged_during_a_slow_embedding_stays_gone(workshop, acme, monkeypatch):
    await run(workshop, acme, Given(page(URI, "One.")))

    async def purged():
        async with workshop.door.transaction(acme.id) as tx:
            await queries.delete_document(tx, (await queries.held_document(tx, URI)).id)
        assert await purge_due(workshop.door, 0, now=datetime.now(UTC) + DAY)

    Meanwhile(workshop.pool, monkeypatch, purged)
    await run(workshop, acme, Given(page(URI, "Two.")))
    assert await rows(workshop, acme) == [0, 0, 0]


async def ended_job(workshop, business, *keys, days=31):
    async with workshop.door.transaction(business.id) as tx:
        job_id = await queries.create_job(tx, "upload", {"files": [{"key": key, "name": "a.pdf"} for key in keys]})
        await tx.execute(
            "UPDATE kb_ingestion_jobs SET status = 'failed', completed_at = now() - $2 * interval '1 day' WHERE id = $1",
            job_id,
            days,
        )
    return job_id


async def forgotten(workshop, business):
    found = await value(
        workshop,
        business,
        "SELECT coalesce(jsonb_agg(args->'keys'), '[]') FROM jobs.procrastinate_jobs WHERE task_name = $1 AND args->>'business_id' = $2",
        FORGET,
        str(business.id),
    )
    return sorted(key for keys in found for key in keys)


async def test_files_of_an_ended_job_that_no_document_holds_are_forgotten_with_it(workshop, acme):
    await run(workshop, acme, Given(page(URI, "We repair leaks.", object_key="kb/held")))
    old = await ended_job(workshop, acme, "kb/unreadable", "kb/held", "kb/tried-again")
    await ended_job(workshop, acme, "kb/tried-again", "kb/young", days=2)
    await purge_due(workshop.door, 30)
    await purge_due(workshop.door, 30)
    assert await forgotten(workshop, acme) == ["kb/unreadable"]
    assert "files" not in await value(workshop, acme, "SELECT input FROM kb_ingestion_jobs WHERE id = $1", old)
    await purge_due(workshop.door, 30, now=datetime.now(UTC) + 31 * DAY)
    assert await forgotten(workshop, acme) == ["kb/tried-again", "kb/unreadable", "kb/young"]
