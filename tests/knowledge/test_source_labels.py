"""A source's changed labels are on its documents at once, but for what the owner decided about one of them."""

from datetime import timedelta

import pytest

from firstline.knowledge import source_queries
from firstline.knowledge.labelling import update_document
from firstline.knowledge.refresh import add_source, change_source

from .pipeline import Given, a_business, a_workshop, live, page, run_job, value

SITE = "https://acme.example/"
HOME = page(SITE, "We repair leaks.", tags=("own",))
PRICES = page(SITE + "prices", "A leak costs $165.")


@pytest.fixture
async def acme(door):
    return await a_business(door)


@pytest.fixture
def workshop(door):
    made = a_workshop(door)
    yield made
    made.pool.close()


async def read_source(workshop, business, **values):
    async with workshop.door.transaction(business.id) as tx:
        source_id = await add_source(tx, "url", SITE, {"refresh_every": timedelta(days=1), **values})
        job_id = (await source_queries.source_row(tx, source_id))["last_job_id"]
    await run_job(workshop, business, job_id, Given(HOME, PRICES))
    return source_id


async def labels(workshop, business):
    return {
        uri: (found["visibility"], found["metadata"]["tags"]) for uri, found in (await live(workshop, business)).items()
    }


async def test_a_source_that_becomes_internal_hides_all_it_gave_at_once(workshop, acme):
    source_id = await read_source(workshop, acme)
    before = await value(workshop, acme, "SELECT version FROM kb_versions")
    async with workshop.door.transaction(acme.id) as tx:
        assert await change_source(tx, source_id, {"visibility": "internal"})
    assert {seen for seen, _ in (await labels(workshop, acme)).values()} == {"internal"}
    for table in ("kb_chunks", "kb_words"):
        assert await value(workshop, acme, f"SELECT array_agg(DISTINCT visibility) FROM {table}") == ["internal"]
    assert await value(workshop, acme, "SELECT array_agg(DISTINCT metadata->>'visibility') FROM kb_chunks") == [
        "internal"
    ]
    assert await value(workshop, acme, "SELECT version FROM kb_versions") > before


async def test_its_tags_take_the_place_of_those_it_had_and_a_pages_own_stay(workshop, acme):
    source_id = await read_source(workshop, acme, tags=["site", "old"])
    async with workshop.door.transaction(acme.id) as tx:
        assert await change_source(tx, source_id, {"tags": ["site", "new"]})
    assert await labels(workshop, acme) == {
        SITE: ("public", ["own", "site", "new"]),
        SITE + "prices": ("public", ["site", "new"]),
    }
    found = await value(workshop, acme, "SELECT tags FROM kb_words WHERE 'own' = ANY(tags)")
    assert found == ["own", "site", "new"]


async def test_what_the_owner_decided_of_a_document_stays(workshop, acme):
    source_id = await read_source(workshop, acme)
    document_id = (await live(workshop, acme))[SITE]["id"]
    async with workshop.door.transaction(acme.id) as tx:
        assert await update_document(tx, document_id, {"visibility": "public", "tags": ["mine"]})
    async with workshop.door.transaction(acme.id) as tx:
        assert await change_source(tx, source_id, {"visibility": "internal", "tags": ["site"]})
    assert await labels(workshop, acme) == {SITE: ("public", ["mine"]), SITE + "prices": ("internal", ["site"])}


async def test_nothing_becomes_public_before_it_is_read_again(workshop, acme):
    source_id = await read_source(workshop, acme, visibility="internal")
    async with workshop.door.transaction(acme.id) as tx:
        assert await change_source(tx, source_id, {"visibility": "public"})
    assert {seen for seen, _ in (await labels(workshop, acme)).values()} == {"internal"}
