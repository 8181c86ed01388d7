"""Ingestion against a real PostgreSQL: resumable, free when nothing changed, isolated, found at once."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from firstline.embedding.fake import FakeEmbedder
from firstline.embedding.pool import EmbeddingPool
from firstline.kit.ids import new_id
from firstline.knowledge import progress as ingestion
from firstline.knowledge import queries, search_queries, store
from firstline.knowledge.faqs import publish_faq, retire_faq
from firstline.knowledge.ingest import ingest
from firstline.knowledge.model import Faq
from firstline.knowledge.retrieve import Retriever, recall_cold
from firstline.knowledge.sources.port import Materials
from firstline.knowledge.store import Workshop
from firstline.tenancy.model import Business, EmergencyLine, Holiday, Interval


class Folder:
    """An object store of one dict."""

    def __init__(self, **files: bytes) -> None:
        self.files = files

    async def get(self, key: str) -> bytes:
        return self.files[key]


@pytest.fixture
async def acme(door):
    """A business without knowledge."""
    business = Business(id=new_id(), name="Acme Plumbing", slug=f"acme-{new_id().hex[-8:]}")
    async with door.transaction(business.id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, $2, $3, 'UTC')",
            business.id,
            business.name,
            business.slug,
        )
    return business


@pytest.fixture
def workshop(door):
    made = Workshop(door, EmbeddingPool(FakeEmbedder(256)))
    yield made
    made.pool.close()


PAGE = b"""<html lang="en"><body><main><h1>Our prices</h1><p>Leak repair costs $165 to $480 for a visit in town.</p>
<h2>Warranty</h2><p>Every repair carries a warranty of one year on our labor.</p></main></body></html>"""


async def run(workshop, business, source="upload", job_input=None, **config):
    async with workshop.door.transaction(business.id) as tx:
        job_id = await queries.create_job(tx, source, job_input or {}, config)
    objects = Folder(
        a=PAGE, broken=b"%PDF-1.7 nonsense", faq=b"question,answer,tags\nDo you take cards?,We take all cards.,pay\n"
    )
    return await ingest(workshop, Materials(business, objects), job_id)


async def recall(workshop, business, text, **kwargs):
    vector = await workshop.pool.embed_one(text)
    async with workshop.door.transaction(business.id) as tx:
        hot = await Retriever(workshop.door, workshop.pool.embedder).recall(tx, text, vector, "en", **kwargs)
        cold = await recall_cold(tx, workshop.pool.embedder.name, text, vector, "en", kwargs.pop("limit", 6), **kwargs)
    assert [p.chunk_id for p in hot][:1] == [p.chunk_id for p in cold][:1]
    return hot


A = {"files": [{"key": "a", "name": "prices.html"}]}


async def test_an_uploaded_page_is_found_by_what_it_says(workshop, acme):
    job = await run(workshop, acme, job_input=A)
    assert (job.status, job.stats) == ("completed", {"documents": 1, "chunks": 2, "errors": 0})
    best = (await recall(workshop, acme, "how long is the warranty on a repair"))[0]
    assert "one year" in best.text
    assert best.section == "Warranty"


async def test_an_unchanged_document_is_not_embedded_again(workshop, acme):
    await run(workshop, acme, job_input=A)
    calls = workshop.pool.embedder.calls
    job = await run(workshop, acme, job_input=A)
    assert job.stats["chunks"] == 2
    assert workshop.pool.embedder.calls == calls


async def test_a_run_that_died_in_the_middle_is_taken_up_without_a_chunk_twice(workshop, acme, monkeypatch):
    monkeypatch.setattr(store, "BATCH", 1)
    embed = workshop.pool.embed
    count = 0

    async def dies(texts):
        nonlocal count
        count += 1
        if count == 2:
            raise ConnectionError("killed")
        return await embed(texts)

    monkeypatch.setattr(workshop.pool, "embed", dies, raising=False)
    async with workshop.door.transaction(acme.id) as tx:
        job_id = await queries.create_job(tx, "upload", A)
    materials = Materials(acme, Folder(a=PAGE))
    with pytest.raises(ConnectionError):
        await ingest(workshop, materials, job_id)
    assert await ingest(workshop, materials, job_id) is None  # the lease still runs
    async with workshop.door.transaction(acme.id) as tx:
        await tx.execute("UPDATE kb_ingestion_jobs SET lease_until = now() - interval '1 second'")
    job = await ingest(workshop, materials, job_id)
    assert job.status == "completed"
    async with workshop.door.transaction(acme.id) as tx:
        assert await search_queries.count_chunks(tx) == 2
    assert count == 3


async def interrupted(workshop, business, monkeypatch, batches=1):
    """A job whose process died after `batches` batches of one chunk, its lease over; -> its id."""
    monkeypatch.setattr(store, "BATCH", 1)
    embed, count = workshop.pool.embed, 0

    async def dies(texts):
        nonlocal count
        count += 1
        if count == batches + 1:
            raise ConnectionError("killed")
        return await embed(texts)

    async with workshop.door.transaction(business.id) as tx:
        job_id = await queries.create_job(tx, "upload", A)
    with monkeypatch.context() as patch:
        patch.setattr(workshop.pool, "embed", dies, raising=False)
        with pytest.raises(ConnectionError):
            await ingest(workshop, Materials(business, Folder(a=PAGE)), job_id)
    async with workshop.door.transaction(business.id) as tx:
        await tx.execute("UPDATE kb_ingestion_jobs SET lease_until = now() - interval '1 second' WHERE id = $1", job_id)
    return job_id


async def test_what_somebody_deleted_stays_deleted_when_an_interrupted_job_goes_on(workshop, acme, monkeypatch):
    job_id = await interrupted(workshop, acme, monkeypatch)
    async with workshop.door.transaction(acme.id) as tx:
        (half,) = await queries.list_documents(tx)
        assert await queries.delete_document(tx, half["id"])
    job = await ingest(workshop, Materials(acme, Folder(a=PAGE)), job_id)
    assert (job.status, job.stats) == ("completed", {"documents": 0, "chunks": 0, "errors": 0})
    async with workshop.door.transaction(acme.id) as tx:
        assert await queries.list_documents(tx) == []
    assert await recall(workshop, acme, "warranty") == []
    assert (await run(workshop, acme, job_input=A)).stats["documents"] == 1  # a new upload is a new wish
    assert await recall(workshop, acme, "warranty")


async def test_a_deletion_while_a_job_runs_ends_its_document_and_is_not_counted(workshop, acme, monkeypatch):
    monkeypatch.setattr(store, "BATCH", 1)
    embed = workshop.pool.embed

    calls = 0

    async def deleted_meanwhile(texts):
        nonlocal calls
        calls += 1
        gone = calls == 1  # the first is embedded before the document has a row
        while not gone:  # the next one is embedded while the row is written
            async with workshop.door.transaction(acme.id) as tx:
                for document in await queries.list_documents(tx):
                    gone = await queries.delete_document(tx, document["id"])
        return await embed(texts)

    monkeypatch.setattr(workshop.pool, "embed", deleted_meanwhile, raising=False)
    job = await run(workshop, acme, job_input=A)
    assert (job.status, job.stats["documents"], job.stats["chunks"]) == ("completed", 0, 0)
    async with workshop.door.transaction(acme.id) as tx:
        assert await queries.list_documents(tx) == []


async def test_progress_is_told_during_the_first_document_and_kept(workshop, acme, monkeypatch):
    half = await interrupted(workshop, acme, monkeypatch)
    async with workshop.door.transaction(acme.id) as tx:
        assert (await queries.get_job(tx, half)).stats == {"documents": 0, "chunks": 1, "errors": 0}
        for document in await queries.list_documents(tx):
            await queries.delete_document(tx, document["id"])
    told = []
    monkeypatch.setattr(store, "BATCH", 1)
    async with workshop.door.transaction(acme.id) as tx:
        job_id = await queries.create_job(tx, "upload", A)
    await ingest(workshop, Materials(acme, Folder(a=PAGE)), job_id, progress=told.append)
    assert [(s["documents"], s["chunks"]) for s in told] == [(0, 1), (1, 2)]


async def test_a_job_in_hand_keeps_its_lease_while_a_document_takes_long(workshop, acme, monkeypatch):
    monkeypatch.setattr(ingestion, "BEAT_SECONDS", 0.01)
    async with workshop.door.transaction(acme.id) as tx:
        job_id = await queries.create_job(tx, "upload", A)

    async def lease():
        async with workshop.door.transaction(acme.id) as tx:
            return await tx.fetchval("SELECT lease_until FROM kb_ingestion_jobs WHERE id = $1", job_id)

    class Slow(Folder):
        async def get(self, key):
            first = await lease()
            async with asyncio.timeout(20):
                while await lease() == first:
                    await asyncio.sleep(0.01)
            return await super().get(key)

    assert (await ingest(workshop, Materials(acme, Slow(a=PAGE)), job_id)).status == "completed"
    assert await lease() is None


async def test_a_broken_file_is_told_and_the_rest_goes_on(workshop, acme):
    job = await run(workshop, acme, job_input={"files": [{"key": "broken", "name": "b.pdf"}, *A["files"]]})
    assert job.status == "completed"
    assert job.stats["errors"] == 1
    assert job.errors[0]["code"] == "broken"
    assert "damaged" in job.errors[0]["message"]


async def test_a_job_of_nothing_but_a_broken_file_failed(workshop, acme):
    job = await run(workshop, acme, job_input={"files": [{"key": "broken", "name": "b.pdf"}]})
    assert job.status == "failed"


async def test_internal_chunks_are_never_public(workshop, acme):
    files = {"files": [{"key": "a", "name": "notes.html", "visibility": "internal"}]}
    await run(workshop, acme, job_input=files)
    assert await recall(workshop, acme, "warranty") == []
    assert await recall(workshop, acme, "warranty", visibility="internal")


async def test_private_documents_are_left_out_unless_asked_for(workshop, acme):
    files = {"files": [{"key": "a", "name": "p.html", "private": True}]}
    assert (await run(workshop, acme, job_input=files)).stats["documents"] == 0
    await run(workshop, acme, job_input=files, include_private_docs=True)
    assert await recall(workshop, acme, "warranty") == []


async def test_another_business_finds_nothing(workshop, acme, door):
    await run(workshop, acme, job_input=A)
    other = replace(acme, id=new_id(), slug="other-" + new_id().hex[-8:])
    assert await recall(workshop, other, "warranty on a repair") == []


async def test_an_edited_faq_is_found_by_the_next_question_and_a_retired_one_is_not(workshop, acme):
    retriever = Retriever(workshop.door, workshop.pool.embedder)

    async def answers(text):
        vector = await workshop.pool.embed_one(text)
        async with workshop.door.transaction(acme.id) as tx:
            return [p.answer for p in await retriever.recall(tx, text, vector, "en")]

    faq_id = await publish_faq(workshop, acme.id, Faq("Do you take checks?", "Yes, from local banks."))
    assert await answers("do you take checks") == ["Yes, from local banks."]
    assert (
        await publish_faq(workshop, acme.id, Faq("Do you take checks?", "No, not any more."), faq_id=faq_id) == faq_id
    )
    assert await answers("do you take checks") == ["No, not any more."]
    assert await retire_faq(workshop.door, acme.id, faq_id)
    assert await answers("do you take checks") == []
    assert not await retire_faq(workshop.door, acme.id, faq_id)


async def test_faq_rows_of_a_csv_become_rows_to_edit_once(workshop, acme):
    files = {"files": [{"key": "faq", "name": "faq.csv"}]}
    await run(workshop, acme, "faq", files)
    await run(workshop, acme, "faq", files)
    async with workshop.door.transaction(acme.id) as tx:
        rows = await queries.list_faqs(tx)
    assert [(r["question"], r["tags"]) for r in rows] == [("Do you take cards?", ["pay"])]
    found = (await recall(workshop, acme, "take cards", tags=["pay"]))[0]
    assert found.answer == "We take all cards."


async def test_a_changed_page_replaces_its_old_chunks(workshop, acme):
    await run(workshop, acme, job_input=A)
    async with workshop.door.transaction(acme.id) as tx:
        job_id = await queries.create_job(tx, "upload", A)
    await ingest(workshop, Materials(acme, Folder(a=PAGE.replace(b"one year", b"two years"))), job_id)
    texts = [p.text for p in await recall(workshop, acme, "warranty repair labor")]
    assert any("two years" in text for text in texts)
    assert not any("one year" in text for text in texts)


async def test_one_changed_price_embeds_one_passage(workshop, acme, monkeypatch):
    page = b"<html><body><h1>Prices</h1>%s<h2>Drains</h2><p>Cleaning a drain costs $%d.</p></body></html>"
    others = b"".join(b"<h2>Service %d</h2><p>Service number %d costs $%d0.</p>" % (n, n, n) for n in range(9))

    async def read(price):
        async with workshop.door.transaction(acme.id) as tx:
            job_id = await queries.create_job(tx, "upload", A)
        await ingest(workshop, Materials(acme, Folder(a=page % (others, price))), job_id)

    await read(90)
    texts = []
    embed = workshop.pool.embed

    async def counted(wanted):
        texts.extend(wanted)
        return await embed(wanted)

    monkeypatch.setattr(workshop.pool, "embed", counted)
    await read(95)
    assert texts, "the changed passage is embedded"
    assert all("drain" in text for text in texts), "and no other"
    monkeypatch.undo()
    found = await recall(workshop, acme, "what does cleaning a drain cost")
    assert "$95" in found[0].text
    assert "$90" not in str(found)


async def test_a_deleted_document_is_not_found_until_it_is_restored(workshop, acme):
    await run(workshop, acme, job_input=A)
    async with workshop.door.transaction(acme.id) as tx:
        document = (await queries.list_documents(tx))[0]["id"]
        assert await queries.delete_document(tx, document)
    assert await recall(workshop, acme, "warranty") == []
    async with workshop.door.transaction(acme.id) as tx:
        assert await queries.restore_document(tx, document)
    assert await recall(workshop, acme, "warranty")


async def test_the_profile_becomes_documents_in_each_language(workshop, acme):
    business = replace(acme, service_area_city="Madison", service_area_places=("Verona", "Monona"))
    job = await run(workshop, business, "profile")
    assert job.stats["documents"] == 2
    assert "Verona" in (await recall(workshop, business, "towns we serve Verona"))[0].text


async def test_the_hours_of_the_profile_are_a_document_for_the_team(workshop, acme):
    business = replace(
        acme,
        business_hours={"mon": (Interval("08:00", "17:00"),)},
        holidays=(Holiday({"en": "Christmas"}, None, "12-25"),),
        emergency_line=EmergencyLine("+16085550100", {}, Decimal(95)),
    )
    assert (await run(workshop, business, "profile")).stats["documents"] == 4
    assert not any("Monday" in p.text for p in await recall(workshop, business, "hours on Monday"))
    found = "\n".join(
        p.text for p in await recall(workshop, business, "hours on Monday, Christmas", visibility="internal")
    )
    for said in ("Monday: 08:00-17:00", "Tuesday: closed", "Christmas (12-25): closed", "+16085550100", "$95"):
        assert said in found
