"""Internal to public: customers never find the text that was cleared for the team only."""

import pytest

from firstline.knowledge import finding_queries
from firstline.knowledge.labelling import update_document

from .pipeline import Given, a_business, a_workshop, live, page, run, run_job, value

SITE = "https://acme.example/notes"
PERSONAL = "# Visits\n\nCustomer: Jane Roe, phone 608-555-0199.\n\nLeak repair costs $165."
PLAIN = "# Prices\n\nLeak repair costs $180."


@pytest.fixture
async def acme(door):
    return await a_business(door)


@pytest.fixture
def workshop(door):
    made = a_workshop(door)
    yield made
    made.pool.close()


async def label(workshop, business, uri, **changes):
    document_id = (await live(workshop, business))[uri]["id"]
    async with workshop.door.transaction(business.id) as tx:
        assert await update_document(tx, document_id, changes)
    return document_id


async def public_texts(workshop, business):
    """What a customer's question may find: chunks that are live, of documents and chunks both public."""
    async with workshop.door.transaction(business.id) as tx:
        rows = await tx.fetch(
            """SELECT c.text FROM kb_chunks c JOIN kb_source_documents d ON d.id = c.document_id AND d.deleted_at IS NULL
                 AND c.generation = coalesce((d.metadata->>'ready')::int, d.generation)
               WHERE c.visibility = 'public' AND d.visibility = 'public'"""
        )
        words = await tx.fetch("SELECT chunk_id FROM kb_words WHERE visibility = 'public'")
    return " ".join(row["text"] for row in rows), len(words)


async def waiting_job(workshop, business):
    return await value(
        workshop, business, "SELECT id FROM kb_ingestion_jobs WHERE source = 'reindex' AND status = 'pending' LIMIT 1"
    )


async def test_a_document_with_nothing_to_take_out_is_public_at_once_with_its_prices(workshop, acme):
    await run(workshop, acme, Given(page(SITE, PLAIN, visibility="internal")))
    await run(workshop, acme, Given(page(SITE + "2", "Leak repair costs $165.")))
    calls = workshop.pool.embedder.calls
    await label(workshop, acme, SITE, visibility="public")
    assert "$180" in (await public_texts(workshop, acme))[0]
    assert workshop.pool.embedder.calls == calls
    assert await waiting_job(workshop, acme) is None
    async with workshop.door.transaction(acme.id) as tx:
        assert len(await finding_queries.findings_page(tx, kind="contradiction")) == 1
    await label(workshop, acme, SITE, visibility="internal")
    async with workshop.door.transaction(acme.id) as tx:
        assert await finding_queries.findings_page(tx, kind="contradiction") == []


async def test_personal_data_of_the_teams_document_is_never_found_by_customers_on_its_way_to_public(workshop, acme):
    await run(workshop, acme, Given(page(SITE, PERSONAL, visibility="internal")))
    assert "555-0199" in await value(workshop, acme, "SELECT raw_text FROM kb_source_documents")
    document_id = await label(workshop, acme, SITE, visibility="public")
    assert await public_texts(workshop, acme) == ("", 0)
    job_id = await waiting_job(workshop, acme)
    seen = []

    async def looks(*_):
        async with workshop.door.transaction(acme.id) as tx:
            assert await update_document(tx, document_id, {"tags": [f"tag{len(seen)}"]})
        seen.append(await public_texts(workshop, acme))

    embed = workshop.pool.embed

    async def watched(texts):
        await looks()
        return await embed(texts)

    workshop.pool.embed = watched
    await run_job(workshop, acme, job_id, Given())
    del workshop.pool.embed
    text, _ = await public_texts(workshop, acme)
    assert "$165" in text
    for told in (
        text,
        *(one[0] for one in seen),
        await value(workshop, acme, "SELECT raw_text FROM kb_source_documents"),
    ):
        assert "555-0199" not in told


async def test_what_was_read_for_the_team_stays_internal_when_its_owner_opens_it_meanwhile(workshop, acme, monkeypatch):
    await run(workshop, acme, Given(page(SITE, PLAIN, visibility="internal")))
    embed, opened = workshop.pool.embed, []

    async def opens(texts):
        if not opened:
            opened.append(await label(workshop, acme, SITE, visibility="public"))
        return await embed(texts)

    workshop.pool.embed = opens
    await run(workshop, acme, Given(page(SITE, PERSONAL, visibility="internal")))
    del workshop.pool.embed
    assert opened
    assert "555-0199" not in (await public_texts(workshop, acme))[0]
    await run_job(workshop, acme, await waiting_job(workshop, acme), Given())
    text, _ = await public_texts(workshop, acme)
    assert "$165" in text
    assert "555-0199" not in text


async def test_an_unchanged_reading_for_the_team_opens_nothing_by_itself(workshop, acme):
    await run(workshop, acme, Given(page(SITE, PERSONAL, visibility="internal")))
    await label(workshop, acme, SITE, visibility="public")
    await run(workshop, acme, Given(page(SITE, PERSONAL, visibility="internal")))
    text, _ = await public_texts(workshop, acme)
    assert "555-0199" not in text
    assert "$165" in text


async def test_a_document_that_is_still_being_read_waits_for_its_job(workshop, acme):
    await run(workshop, acme, Given(page(SITE, PLAIN, visibility="internal")))
    async with workshop.door.transaction(acme.id) as tx:
        await tx.execute("UPDATE kb_source_documents SET metadata = metadata - 'ready'")
    await label(workshop, acme, SITE, visibility="public")
    assert await public_texts(workshop, acme) == ("", 0)
    await run_job(workshop, acme, await waiting_job(workshop, acme), Given())
    assert "$180" in (await public_texts(workshop, acme))[0]
