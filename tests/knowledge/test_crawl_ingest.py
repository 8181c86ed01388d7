"""A site into the knowledge and again: prices follow, vanished pages go, a site that fails loses nothing."""

from functools import partial

import pytest

from firstline.knowledge import source_queries
from firstline.knowledge.ingest import SOURCES, ingest
from firstline.knowledge.refresh import add_source, refresh_source
from firstline.knowledge.sources.port import Materials
from firstline.knowledge.sources.url import pages

from .pipeline import Folder, a_business, a_workshop, live
from .test_crawl import LONG, acme
from .website import Clock, Page, html, serving


@pytest.fixture
def site():
    with serving() as website:
        acme(website)
        yield website


@pytest.fixture
def workshop(door):
    made = a_workshop(door)
    yield made
    made.pool.close()


async def read(workshop, business, job_id, site):
    clock = Clock()
    sources = {**SOURCES, "url": partial(pages, clock=clock, sleep=clock.sleep)}
    return await ingest(workshop, Materials(business, Folder(), site.fetch()), job_id, sources=sources)


async def test_a_site_is_read_refreshed_and_pruned(door, workshop, site):
    business = await a_business(door)
    async with door.transaction(business.id) as tx:
        config = {"mode": "crawl", "rate_per_second": 10}
        source_id = await add_source(tx, "url", site.url + "/", {"config": config, "tags": ["web"]})
        job_id = (await source_queries.source_row(tx, source_id))["last_job_id"]

    async def again():
        async with door.transaction(business.id) as tx:
            wanted = await refresh_source(tx, source_id)
        return await read(workshop, business, wanted, site)

    first = await read(workshop, business, job_id, site)
    assert (first.status, first.stats["documents"]) == ("completed", 7)
    assert {error["code"] for error in first.errors} == {"not_found", "page_too_large"}

    site.pages["/prices/"] = html("Prices", LONG + "<p>Drain cleaning costs $175.</p>")
    del site.pages["/deep/1"]
    site.pages["/"] = html("Acme Plumbing", LONG + '<a href="/services">S</a><a href="/prices/">P</a>')
    site.pages["/latin"] = Page(status=301, headers={"Location": "/services"})
    second = await again()
    held = {uri.removeprefix(site.url): row for uri, row in (await live(workshop, business)).items()}
    assert second.status == "completed"
    assert set(held) == {"/", "/services", "/services/heaters", "/prices/", "/files/Price%20list.pdf"}

    site.pages = {"/robots.txt": Page(status=500)}
    third = await again()
    assert third.status == "failed"
    assert "robots.txt" in third.errors[-1]["message"]
    assert len(await live(workshop, business)) == 5
