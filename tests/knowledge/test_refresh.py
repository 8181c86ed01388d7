"""Sources are read again: what is unchanged costs nothing, what vanished goes, what a person deleted stays deleted."""

from dataclasses import replace
from datetime import timedelta

import pytest

from firstline.embedding.fake import FakeEmbedder
from firstline.ground.events import Fact, record_for_business
from firstline.ground.sealing import Sealer
from firstline.ground.tenant import Door
from firstline.knowledge import queries, source_queries
from firstline.knowledge.labelling import update_document
from firstline.knowledge.opening import cancel_job
from firstline.knowledge.refresh import (
    add_source,
    change_source,
    refresh_document,
    refresh_source,
    register,
    remove_source,
    run_due,
)
from firstline.knowledge.sources.port import Acquired, Gone, SourceFailed, Unchanged
from firstline.knowledge.uploads import retry_failed

from .pipeline import Folder, Given, a_business, a_workshop, live, page, run, run_job, value

SITE = "https://acme.example/"


@pytest.fixture
async def acme(door):
    return await a_business(door)


@pytest.fixture
def workshop(door):
    made = a_workshop(door, sealer=Sealer("a key of sixteen letters"))
    yield made
    made.pool.close()


async def a_source(workshop, business, **values):
    """Its id and that of its first job, not yet run."""
    async with workshop.door.transaction(business.id) as tx:
        source_id = await add_source(
            tx, "url", SITE, {"refresh_every": timedelta(days=1), **values}, sealer=workshop.sealer
        )
        return source_id, (await source_queries.source_row(tx, source_id))["last_job_id"]


async def again(workshop, business, source_id, given, trigger="schedule"):
    async with workshop.door.transaction(business.id) as tx:
        job_id = await refresh_source(tx, source_id, trigger=trigger)
    return await run_job(workshop, business, job_id, given)


async def row(workshop, business, source_id):
    async with workshop.door.transaction(business.id) as tx:
        return await source_queries.source_row(tx, source_id)


HOME, PRICES = page(SITE, "We repair leaks.", etag='"1"'), page(SITE + "prices", "A leak costs $165.")


async def test_an_unchanged_page_is_neither_divided_nor_embedded_again(workshop, acme, monkeypatch):
    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(HOME, PRICES))
    calls = workshop.pool.embedder.calls
    monkeypatch.setattr(FakeEmbedder, "count_tokens", lambda *_: pytest.fail("divided again"))
    job = await again(workshop, acme, source_id, Given(HOME, Acquired(PRICES.uri, Unchanged())))
    assert workshop.pool.embedder.calls == calls
    assert (job.stats["documents"], job.progress["unchanged"]) == (2, 2)


async def test_a_source_is_told_what_we_have_of_it_with_its_etag(workshop, acme):
    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(HOME))
    given = Given()
    await again(workshop, acme, source_id, given)
    assert {uri: known.etag for uri, known in given.known.items()} == {SITE: '"1"'}


async def test_what_a_whole_run_has_not_seen_is_gone_and_comes_back_when_it_does(workshop, acme):
    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(HOME, PRICES, complete=True))
    job = await again(workshop, acme, source_id, Given(HOME, complete=True))
    assert (set(await live(workshop, acme)), job.progress["removed"]) == ({SITE}, 1)
    calls = workshop.pool.embedder.calls
    await again(workshop, acme, source_id, Given(HOME, PRICES, complete=True))
    assert set(await live(workshop, acme)) == {SITE, PRICES.uri}
    assert workshop.pool.embedder.calls == calls


async def test_a_run_that_was_not_whole_prunes_nothing(workshop, acme):
    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(HOME, PRICES, complete=True))
    await again(workshop, acme, source_id, Given(HOME))
    await again(
        workshop, acme, source_id, Given(HOME, complete=True, fails=SourceFailed("away", "It does not answer."))
    )
    assert set(await live(workshop, acme)) == {SITE, PRICES.uri}


async def test_a_page_that_could_not_be_read_this_time_is_not_pruned(workshop, acme):
    from firstline.knowledge.model import UnreadableDocument

    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(HOME, PRICES, complete=True))
    broken = Acquired(PRICES.uri, UnreadableDocument("server", "It answered with an error."))
    job = await again(workshop, acme, source_id, Given(HOME, broken, complete=True))
    assert set(await live(workshop, acme)) == {SITE, PRICES.uri}
    assert [e["uri"] for e in job.errors] == [PRICES.uri]


async def test_what_the_source_says_is_gone_goes(workshop, acme):
    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(HOME, PRICES))
    await again(workshop, acme, source_id, Given(Acquired(PRICES.uri, Gone())))
    assert set(await live(workshop, acme)) == {SITE}


@pytest.mark.parametrize("trigger", ["schedule", "person"])
async def test_a_page_that_a_person_deleted_is_not_brought_back_by_a_refresh(workshop, acme, trigger):
    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(HOME, PRICES, complete=True))
    async with workshop.door.transaction(acme.id) as tx:
        await queries.delete_document(tx, (await queries.held_document(tx, PRICES.uri)).id)
    changed = page(PRICES.uri, "A leak costs $180 now.")
    await again(workshop, acme, source_id, Given(HOME, changed, complete=True), trigger)
    await again(workshop, acme, source_id, Given(HOME, Acquired(PRICES.uri, Unchanged()), complete=True), trigger)
    assert set(await live(workshop, acme)) == {SITE}
    await run(workshop, acme, Given(changed))  # the person's own wish
    assert set(await live(workshop, acme)) == {SITE, PRICES.uri}


async def test_the_cursor_is_kept_only_when_the_run_ended_well(workshop, acme):
    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(HOME, cursor="one"))
    assert (await row(workshop, acme, source_id))["cursor"] == "one"
    await again(workshop, acme, source_id, Given(cursor="two", fails=SourceFailed("away", "It does not answer.")))
    found = await row(workshop, acme, source_id)
    assert (found["cursor"], found["state"], found["last_error"]) == ("one", "failing", "It does not answer.")


async def test_a_failing_source_waits_longer_each_time_and_recovers(workshop, acme):
    source_id, job_id = await a_source(workshop, acme)
    waits = []
    for _ in range(3):
        await run_job(workshop, acme, job_id, Given(fails=SourceFailed("away", "It does not answer.")))
        waits.append(
            await value(workshop, acme, "SELECT next_refresh_at - now() FROM kb_sources WHERE id = $1", source_id)
        )
        async with workshop.door.transaction(acme.id) as tx:
            job_id = await refresh_source(tx, source_id, trigger="schedule")
    assert timedelta(minutes=14) < waits[0] < timedelta(minutes=16)
    assert timedelta(minutes=29) < waits[1] < timedelta(minutes=31) < waits[2]
    await run_job(workshop, acme, job_id, Given(HOME))
    found = await row(workshop, acme, source_id)
    assert (found["state"], found["last_error"]) == ("active", None)


async def test_a_source_that_is_due_gets_one_job_and_a_paused_one_none(workshop, acme):
    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(HOME))
    await value(workshop, acme, "UPDATE kb_sources SET next_refresh_at = now() - interval '1 minute' RETURNING 1")
    for _ in range(2):
        await run_due(workshop.door)
    assert await value(workshop, acme, "SELECT count(*) FROM kb_ingestion_jobs WHERE trigger = 'schedule'") == 1
    async with workshop.door.transaction(acme.id) as tx:
        assert await change_source(tx, source_id, {"state": "paused"})
        await tx.execute("UPDATE kb_ingestion_jobs SET status = 'completed'")
        await tx.execute("UPDATE kb_sources SET next_refresh_at = now() - interval '1 minute'")
    await run_due(workshop.door)
    assert await value(workshop, acme, "SELECT count(*) FROM kb_ingestion_jobs WHERE trigger = 'schedule'") == 1


async def test_a_source_has_one_open_job_however_often_it_is_asked_for(workshop, acme):
    source_id, job_id = await a_source(workshop, acme)
    async with workshop.door.transaction(acme.id) as tx:
        assert await refresh_source(tx, source_id) == job_id


@pytest.mark.parametrize(("keep", "left"), [(False, set()), (True, {SITE})])
async def test_a_removed_source_takes_its_documents_with_it_unless_they_are_kept(workshop, acme, keep, left):
    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(HOME))
    async with workshop.door.transaction(acme.id) as tx:
        assert await remove_source(tx, source_id, keep_documents=keep)
        assert await refresh_source(tx, source_id) is None
    assert set(await live(workshop, acme)) == left


async def test_a_secret_is_sealed_in_its_row_and_open_for_its_source(workshop, acme):
    _, job_id = await a_source(workshop, acme, secret={"token": "hush"})
    stored = await value(workshop, acme, "SELECT secret FROM kb_sources")
    assert b"hush" not in stored
    given = Given()
    await run_job(workshop, acme, job_id, given)
    assert given.seen.secret == {"token": "hush"}


async def test_a_source_for_the_team_makes_internal_documents_with_its_tags(workshop, acme):
    _, job_id = await a_source(workshop, acme, visibility="internal", tags=["site"])
    await run_job(workshop, acme, job_id, Given(HOME))
    found = (await live(workshop, acme))[SITE]
    assert (found["visibility"], found["metadata"]["tags"]) == ("internal", ["site"])


async def test_what_the_owner_decided_about_a_document_outlives_a_refresh_and_needs_no_model(workshop, acme):
    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(HOME))
    calls = workshop.pool.embedder.calls
    document_id = (await live(workshop, acme))[SITE]["id"]
    async with workshop.door.transaction(acme.id) as tx:
        assert await update_document(tx, document_id, {"visibility": "internal", "tags": ["secret"]})
    assert await value(workshop, acme, "SELECT visibility FROM kb_chunks") == "internal"
    await again(workshop, acme, source_id, Given(HOME))
    assert workshop.pool.embedder.calls == calls
    await again(workshop, acme, source_id, Given(page(SITE, "We repair leaks and drains.")))
    assert (
        await value(workshop, acme, "SELECT visibility || (metadata->>'tags') FROM kb_chunks") == 'internal["secret"]'
    )


async def test_changed_tags_of_a_source_take_effect_without_the_model(workshop, acme):
    await run(workshop, acme, Given(page(SITE, "We repair leaks.", tags=("a",))))
    calls = workshop.pool.embedder.calls
    await run(workshop, acme, Given(page(SITE, "We repair leaks.", tags=("b",), visibility="internal")))
    assert workshop.pool.embedder.calls == calls
    assert await value(workshop, acme, "SELECT visibility || (metadata->>'tags') FROM kb_chunks") == 'internal["b"]'


async def test_a_document_private_at_its_source_is_internal_or_left_out(workshop, acme):
    hidden = page(SITE, "Wholesale prices.", private=True)
    await run(workshop, acme, Given(hidden), include_private_docs=True)
    assert (await live(workshop, acme))[SITE]["visibility"] == "internal"
    await run(workshop, acme, Given(hidden))  # the owner wants none of these any more
    assert await live(workshop, acme) == {}


async def test_a_cancelled_job_stops_and_writes_nothing_more(workshop, acme):
    async with workshop.door.transaction(acme.id) as tx:
        job_id = await queries.create_job(tx, "url", {})

    class Stops(Given):
        async def __call__(self, job, materials):
            yield HOME
            async with workshop.door.transaction(acme.id) as tx:
                assert await cancel_job(tx, job_id)
            yield PRICES

    from firstline.knowledge.ingest import SOURCES, ingest
    from firstline.knowledge.sources.port import Materials

    assert await ingest(workshop, Materials(acme, Folder()), job_id, sources={**SOURCES, "url": Stops()}) is None
    async with workshop.door.transaction(acme.id) as tx:
        job = await queries.get_job(tx, job_id)
    assert (job.status, job.errors[-1]["code"]) == ("failed", "cancelled")
    assert PRICES.uri not in await live(workshop, acme)


async def test_failed_files_are_tried_again_by_a_new_job(workshop, acme):
    from firstline.knowledge.ingest import ingest
    from firstline.knowledge.sources.port import Materials

    files = [{"key": "a", "name": "a.txt"}, {"key": "b", "name": "b.txt"}]
    async with workshop.door.transaction(acme.id) as tx:
        job_id = await queries.create_job(tx, "upload", {"files": files})
    folder = Folder(a=b"We repair leaks in Madison.")
    job = await ingest(workshop, Materials(acme, folder), job_id)
    assert [(e["uri"], e["code"]) for e in job.errors] == [("upload:b.txt", "missing")]
    folder.files["b"] = b"A leak costs $165 to $480."
    async with workshop.door.transaction(acme.id) as tx:
        second = await retry_failed(tx, job_id)
        assert (await queries.get_job(tx, second)).input["files"] == files[1:]
    assert (await ingest(workshop, Materials(acme, folder), second)).stats["documents"] == 1


async def test_one_page_is_read_again_by_itself(workshop, acme):
    await run(workshop, acme, Given(HOME))
    async with workshop.door.transaction(acme.id) as tx:
        job_id = await refresh_document(tx, (await queries.held_document(tx, SITE)).id)
        assert (await queries.get_job(tx, job_id)).input["urls"] == [SITE]


async def test_a_change_of_the_profile_opens_one_job_for_many_changes(workshop, acme):
    door = Door(workshop.door.pool)
    register(door)
    for _ in range(3):
        async with door.transaction(acme.id) as tx:
            await record_for_business(tx, None, Fact("profile.changed", {}))
    assert await value(workshop, acme, "SELECT count(*) FROM kb_ingestion_jobs WHERE source = 'profile'") == 1
    queued = "SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'ingest' AND args->>'business_id' = $1"
    assert await value(workshop, acme, queued, str(acme.id)) == 1


async def test_the_same_text_under_a_second_address_is_stored_once_across_runs(workshop, acme):
    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(PRICES, complete=True))
    twin, unchanged = page(SITE + "prices/", PRICES.parsed.markdown), Acquired(PRICES.uri, Unchanged())
    twin = replace(twin, parsed=replace(twin.parsed, title=PRICES.parsed.title))
    for order in ((unchanged, twin), (twin, unchanged), (twin, unchanged)):
        job = await again(workshop, acme, source_id, Given(*order, complete=True))
        assert set(await live(workshop, acme)) == {PRICES.uri}
    assert job.progress["removed"] == 0
    await again(workshop, acme, source_id, Given(twin, complete=True))
    assert set(await live(workshop, acme)) == {twin.uri}
    await again(workshop, acme, source_id, Given(twin, page(SITE, "We repair leaks."), complete=True))
    assert set(await live(workshop, acme)) == {twin.uri, SITE}


async def test_a_page_that_moved_is_there_when_its_old_address_goes(workshop, acme):
    source_id, job_id = await a_source(workshop, acme)
    await run_job(workshop, acme, job_id, Given(PRICES, complete=True))
    moved = replace(PRICES, uri=SITE + "fees")
    await again(workshop, acme, source_id, Given(moved, Acquired(PRICES.uri, Gone()), complete=True))
    assert set(await live(workshop, acme)) == {moved.uri}
