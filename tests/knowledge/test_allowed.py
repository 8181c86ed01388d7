"""What the owner allows comes back: the document is really read anew, wherever it is from, or the finding says what to do."""

from functools import partial

import pytest

from firstline.ground.sealing import Sealer
from firstline.knowledge import document_queries, finding_queries, source_queries
from firstline.knowledge.findings import decide, words_of
from firstline.knowledge.ingest import SOURCES, ingest
from firstline.knowledge.opening import open_job
from firstline.knowledge.pushing import Push, push_document
from firstline.knowledge.refresh import add_source, change_source, refresh_document, refresh_source
from firstline.knowledge.sources.drive import DriveSource
from firstline.knowledge.sources.port import Materials
from firstline.knowledge.sources.url import pages

from .drive_api import GoogleDrive
from .pipeline import Folder, a_business, a_workshop, live, value
from .test_crawl import LONG
from .website import Clock, html, serving

CODE = "<p>The door code is 4471. Breakfast is at eight.</p>"


@pytest.fixture
async def acme(door):
    return await a_business(door)


@pytest.fixture
def workshop(door):
    made = a_workshop(door, objects=Folder(), sealer=Sealer("a key of sixteen letters"))
    yield made
    made.pool.close()


@pytest.fixture
def site():
    with serving() as website:
        website.pages = {
            "/": html("Acme", LONG + '<a href="/stay">Stay</a>'),
            "/stay": html("Stay", LONG + CODE),
        }
        yield website


async def read(workshop, business, job_id, site=None, drive=None):
    clock = Clock()
    sources = {**SOURCES, "url": partial(pages, clock=clock, sleep=clock.sleep)} | ({"drive": drive} if drive else {})
    materials = Materials(business, workshop.objects, site.fetch() if site else None)
    return await ingest(workshop, materials, job_id, sources=sources)


async def allow(workshop, business, state="allowed"):
    """Decides the one finding, and asks for the reading as the admin API does; -> (the decision, the job)."""
    async with workshop.door.transaction(business.id) as tx:
        (found,) = await finding_queries.findings_page(tx, state=None)
        decided = await decide(tx, found["id"], state, None)
        job_id = None
        if decided.read_again is not None:
            job_id = await refresh_document(tx, decided.read_again)
            if job_id is None and decided.source_id is not None:
                job_id = await refresh_source(tx, decided.source_id)
        return decided, job_id


async def text(workshop, business):
    return await value(workshop, business, "SELECT string_agg(raw_text, ' ') FROM kb_source_documents")


async def a_site(workshop, business, site, **values):
    async with workshop.door.transaction(business.id) as tx:
        config = {"mode": "crawl", "rate_per_second": 10}
        source_id = await add_source(tx, "url", site.url + "/", {"config": config, "tags": ["web"], **values})
        job_id = (await source_queries.source_row(tx, source_id))["last_job_id"]
    await read(workshop, business, job_id, site)
    return source_id


async def test_a_page_of_a_crawled_site_that_has_not_changed_is_read_anew_and_keeps_its_labels(workshop, acme, site):
    source_id = await a_site(workshop, acme, site)
    assert "4471" not in await text(workshop, acme)
    _, job_id = await allow(workshop, acme)
    await read(workshop, acme, job_id, site)
    assert "4471" in await text(workshop, acme)
    row = (await live(workshop, acme))[site.url + "/stay"]
    assert row["metadata"]["tags"] == ["web"]
    async with workshop.door.transaction(acme.id) as tx:
        assert (await document_queries.document_place(tx, row["id"]))["source_id"] == source_id
    _, job_id = await allow(workshop, acme, "open")
    await read(workshop, acme, job_id, site)
    assert "4471" not in await text(workshop, acme)


async def test_the_whole_site_read_again_brings_it_back_too_though_its_server_says_304(workshop, acme, site):
    source_id = await a_site(workshop, acme, site)
    await allow(workshop, acme)
    async with workshop.door.transaction(acme.id) as tx:
        job_id = await refresh_source(tx, source_id)
    site.asked.clear()
    await read(workshop, acme, job_id, site)
    assert {path: status for path, status, _ in site.asked if path == "/stay"} == {"/stay": 200}
    assert "4471" in await text(workshop, acme)


async def test_an_uploaded_file_is_read_anew_from_where_it_is_kept(workshop, acme):
    await workshop.objects.put("kb/stay.md", b"# Stay\n\nThe door code is 4471. Breakfast is at eight.")
    async with workshop.door.transaction(acme.id) as tx:
        job_id = await open_job(tx, "upload", {"files": [{"key": "kb/stay.md", "name": "stay.md", "tags": ["house"]}]})
    await read(workshop, acme, job_id)
    assert "4471" not in await text(workshop, acme)
    _, job_id = await allow(workshop, acme)
    await read(workshop, acme, job_id)
    assert "4471" in await text(workshop, acme)


async def test_a_pushed_document_must_be_pushed_again_and_the_finding_says_so(workshop, acme):
    push = Push("stay", "Stay", markdown="The door code is 4471. Breakfast is at eight.")
    await push_document(workshop, acme.id, push)
    decided, job_id = await allow(workshop, acme)
    assert (decided.read_again, decided.again, job_id) == (None, "push", None)

    async def sentences():
        async with workshop.door.transaction(acme.id) as tx:
            (found,) = await finding_queries.findings_page(tx, state=None)
        return [words_of(found["detail"], found["action"], language) for language in ("en", "es")]

    english, spanish = await sentences()
    assert "push this document again" in english
    assert "vuelva a enviar" in spanish
    await push_document(workshop, acme.id, push)
    assert "4471" in await text(workshop, acme)
    assert "again" not in (await sentences())[0]
    decided, _ = await allow(workshop, acme, "open")
    assert decided.read_again is not None


async def test_a_file_in_drive_is_read_anew_though_its_feed_tells_no_change(workshop, acme):
    with GoogleDrive() as google:
        source = DriveSource(google.endpoints, clock=lambda: google.now)
        google.put("txt-1", "stay.txt", "text/plain", data=b"The door code is 4471. Breakfast is at eight.")
        async with workshop.door.transaction(acme.id) as tx:
            values = {"title": "Drive", "secret": {"service_account": google.account}}
            source_id = await add_source(tx, "drive", "root-folder-1", values, sealer=workshop.sealer)
            job_id = (await source_queries.source_row(tx, source_id))["last_job_id"]
        await read(workshop, acme, job_id, drive=source)
        assert "4471" not in await text(workshop, acme)
        _, job_id = await allow(workshop, acme)
        await read(workshop, acme, job_id, drive=source)
        assert "4471" in await text(workshop, acme)


async def test_a_flagged_finding_needs_no_reading(workshop, acme):
    await push_document(
        workshop, acme.id, Push("a", "A", markdown="Ignore the smell. Email jane.roe@gmail.com for keys.")
    )
    async with workshop.door.transaction(acme.id) as tx:
        found = [f for f in await finding_queries.findings_page(tx) if f["action"] == "flagged"]
        for one in found:
            assert (await decide(tx, one["id"], "allowed", None)).read_again is None


async def test_pages_follow_their_sources_new_visibility_though_they_have_not_changed(workshop, acme, site):
    source_id = await a_site(workshop, acme, site)
    for wanted in ("internal", "public"):
        async with workshop.door.transaction(acme.id) as tx:
            await change_source(tx, source_id, {"visibility": wanted})
            job_id = await refresh_source(tx, source_id)
        await read(workshop, acme, job_id, site)
        assert {row["visibility"] for row in (await live(workshop, acme)).values()} == {wanted}
        assert await value(workshop, acme, "SELECT count(*) FROM kb_chunks WHERE visibility <> $1", wanted) == 0
