"""Findings in a real database: kept with their decisions, gone with their documents, and two prices told once."""

import pytest

from firstline.embedding.fake import FakeEmbedder
from firstline.embedding.pool import EmbeddingPool
from firstline.kit.ids import new_id
from firstline.knowledge import finding_queries, queries
from firstline.knowledge.document_queries import chunks_of_document
from firstline.knowledge.findings import badge, compare_hours, decide, words_of
from firstline.knowledge.model import Faq, JobConfig, Parsed
from firstline.knowledge.sources.port import Acquired
from firstline.knowledge.store import Workshop, keep_document


@pytest.fixture
async def acme(door):
    """A business without knowledge; -> its id."""
    business_id = new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'Acme', $2, 'UTC')",
            business_id,
            f"acme-{business_id.hex[-8:]}",
        )
    return business_id


@pytest.fixture
def workshop(door):
    made = Workshop(door, EmbeddingPool(FakeEmbedder(64)))
    yield made
    made.pool.close()


async def keep(workshop, business_id, uri, text, **options):
    parsed = Parsed(uri, text, "html", metadata=options.pop("metadata", {}))
    kept = await keep_document(workshop, business_id, Acquired(uri, parsed, **options), JobConfig())
    return kept.document_id


async def page(workshop, business_id, **options):
    async with workshop.door.transaction(business_id) as tx:
        return await finding_queries.findings_page(tx, **options)


async def test_a_secret_reaches_neither_chunk_nor_stored_text_and_is_told(workshop, acme):
    document = await keep(workshop, acme, "a", "# Stay\n\nThe door code is 4471. Breakfast is at eight.")
    async with workshop.door.transaction(acme) as tx:
        stored = await tx.fetchval("SELECT raw_text FROM kb_source_documents WHERE id = $1", document)
        chunks = await chunks_of_document(tx, document)
        assert await badge(tx) == 1
    assert "4471" not in stored
    assert all("4471" not in chunk["text"] for chunk in chunks)
    (found,) = await page(workshop, acme)
    assert (found["kind"], found["action"], found["document_title"]) == ("secret", "redacted", "a")
    assert "puerta" in words_of(found["detail"], found["action"], "es")


async def test_what_the_owner_allows_stays_at_the_next_reading_and_the_decision_too(workshop, acme):
    text = "The door code is 4471. Breakfast is at eight."
    document = await keep(workshop, acme, "https://acme.example/a", text)
    (found,) = await page(workshop, acme)
    async with workshop.door.transaction(acme) as tx:
        decided = await decide(tx, found["id"], "allowed", None)
    assert decided.read_again == document
    await keep(workshop, acme, "https://acme.example/a", text)
    async with workshop.door.transaction(acme) as tx:
        assert "4471" in await tx.fetchval("SELECT raw_text FROM kb_source_documents WHERE id = $1", document)
        assert await badge(tx) == 0
    (again,) = await page(workshop, acme, state=None)
    assert (again["id"], again["state"], again["action"]) == (found["id"], "allowed", "flagged")


async def test_dismissed_asks_for_no_reading_and_an_unknown_decision_is_refused(workshop, acme):
    await keep(workshop, acme, "a", "The door code is 4471.")
    (found,) = await page(workshop, acme)
    async with workshop.door.transaction(acme) as tx:
        assert (await decide(tx, found["id"], "dismissed", None)).read_again is None
        assert await decide(tx, new_id(), "dismissed", None) is None
        with pytest.raises(ValueError, match="no decision"):
            await decide(tx, found["id"], "maybe", None)
    assert await page(workshop, acme) == []
    assert len(await page(workshop, acme, state="dismissed", kind="secret")) == 1
    assert await page(workshop, acme, state=None, kind="injection") == []


async def test_two_prices_for_one_thing_are_told_with_both_sides_until_one_is_mended(workshop, acme):
    one = await keep(workshop, acme, "one", "Drain cleaning costs $120 per visit.")
    two = await keep(workshop, acme, "two", "## Prices\n\n| Service | Price |\n|---|---|\n| Drain cleaning | $150 |")
    (found,) = await page(workshop, acme, kind="contradiction")
    assert {found["document_id"], found["other_document_id"]} == {one, two}
    assert {found["detail"]["first"], found["detail"]["second"]} == {"120", "150"}
    assert len(await page(workshop, acme, document_id=two)) == 1
    await keep(workshop, acme, "two", "Drain cleaning costs $120.")
    assert await page(workshop, acme, kind="contradiction") == []


async def test_a_contradiction_goes_with_its_document_into_the_bin_and_internal_ones_make_none(workshop, acme):
    await keep(workshop, acme, "one", "Drain cleaning costs $120.")
    await keep(workshop, acme, "two", "Drain cleaning costs $150.", visibility="internal")
    assert await page(workshop, acme) == []
    three = await keep(workshop, acme, "three", "Drain cleaning costs $180.")
    assert len(await page(workshop, acme)) == 1
    async with workshop.door.transaction(acme) as tx:
        await queries.delete_document(tx, three)
    assert await page(workshop, acme) == []


async def test_what_comes_out_of_the_bin_is_compared_again(workshop, acme):
    await keep(workshop, acme, "one", "Drain cleaning costs $120.")
    two = await keep(workshop, acme, "two", "Drain cleaning costs $120.")
    async with workshop.door.transaction(acme) as tx:
        await queries.delete_document(tx, two)
    await keep(workshop, acme, "one", "Drain cleaning costs $150.")
    async with workshop.door.transaction(acme) as tx:
        assert await queries.restore_document(tx, two)
    (found,) = await page(workshop, acme)
    assert two in {found["document_id"], found["other_document_id"]}
    async with workshop.door.transaction(acme) as tx:
        await queries.delete_document(tx, two)
    await keep(workshop, acme, "one", "Drain cleaning costs $120.")
    async with workshop.door.transaction(acme) as tx:
        assert await queries.restore_document(tx, two)
    assert await page(workshop, acme) == []


async def test_a_dismissed_contradiction_stays_dismissed_when_its_document_is_read_again(workshop, acme):
    await keep(workshop, acme, "one", "Drain cleaning costs $120.")
    await keep(workshop, acme, "two", "Drain cleaning costs $150.")
    (found,) = await page(workshop, acme)
    async with workshop.door.transaction(acme) as tx:
        await decide(tx, found["id"], "dismissed", None)
    await keep(workshop, acme, "two", "We are open on Sundays.\n\nDrain cleaning costs $150.")
    assert await page(workshop, acme) == []
    assert len(await page(workshop, acme, state="dismissed")) == 1


async def test_what_the_owner_typed_as_an_answer_is_told_but_never_changed(workshop, acme):
    parsed = Parsed("Door?", "", "faq", faqs=(Faq("How do I get in?", "The door code is 7788."),))
    await keep_document(workshop, acme, Acquired("faq:1", parsed), JobConfig())
    (found,) = await page(workshop, acme)
    assert found["action"] == "flagged"
    async with workshop.door.transaction(acme) as tx:
        assert "7788" in await tx.fetchval("SELECT answer FROM kb_faqs")


async def test_pages_of_findings_follow_one_another(workshop, acme):
    await keep(workshop, acme, "a", "The door code is 4471.\n\nThe gate code is 4472.\n\nThe alarm code is 4473.")
    first = await page(workshop, acme, most=2)
    rest = await page(workshop, acme, most=2, after=first[-1]["id"])
    assert (len(first), len(rest)) == (2, 1)


HOURS = {day: [{"open": "08:00", "close": "17:00"}] for day in ("mon", "tue", "wed", "thu", "fri")}


async def open_from(workshop, business_id, hours):
    async with workshop.door.transaction(business_id) as tx:
        await tx.execute("UPDATE businesses SET business_hours = $1 WHERE id = $2", hours, business_id)
        await compare_hours(tx)


async def test_hours_of_a_page_that_are_not_the_profiles_are_told_until_either_changes(workshop, acme):
    await open_from(workshop, acme, HOURS)
    text = "## Hours\n\nMonday to Friday: 9am - 6pm"
    document = await keep(workshop, acme, "https://acme.example/", text)
    await keep(workshop, acme, "internal", text, visibility="internal")
    (found,) = await page(workshop, acme)
    assert (found["kind"], found["document_id"], found["other_document_id"]) == ("contradiction", document, None)
    sentence = words_of(found["detail"], found["action"], "en")
    assert sentence == "Opening hours for Monday–Friday: 09:00-18:00 here, 08:00-17:00 in your profile"
    assert "lunes" in words_of(found["detail"], found["action"], "es")
    await keep(workshop, acme, "two", "Drain cleaning costs $150.")
    await keep(workshop, acme, "three", "Drain cleaning costs $120.")
    assert len(await page(workshop, acme, kind="contradiction")) == 2
    await open_from(workshop, acme, {day: [{"open": "09:00", "close": "18:00"}] for day in HOURS})
    assert len(await page(workshop, acme, kind="contradiction")) == 1
    await open_from(workshop, acme, HOURS)
    assert len(await page(workshop, acme, kind="contradiction")) == 2
    await keep(workshop, acme, "https://acme.example/", "## Hours\n\nMonday to Friday: 8am - 5pm")
    (other,) = await page(workshop, acme, kind="contradiction")
    assert other["detail"]["type"] == "price"
