"""The model changes beside use: every question is answered by one model alone, and never by nothing."""

import asyncio

import pytest

from firstline.embedding.catalog import Embedders, UnknownModel, embedder_named
from firstline.embedding.fake import FakeEmbedder
from firstline.embedding.pool import EmbeddingPool
from firstline.knowledge import model_queries, queries
from firstline.knowledge.ingest import ingest
from firstline.knowledge.reading_again import reindex
from firstline.knowledge.reembed import drop_former, queue_due, reembed
from firstline.knowledge.retrieve import Asked, Retriever
from firstline.knowledge.sources.port import Materials
from firstline.knowledge.store import Workshop

from .pipeline import Folder, Given, a_business, page, run, value


def model(name, dimensions):
    made = FakeEmbedder(dimensions)
    made.name = name
    return EmbeddingPool(made)


@pytest.fixture
async def acme(door):
    return await a_business(door)


@pytest.fixture
def models():
    """The old one (64 dimensions), and all, of which the new one (96) is wanted."""
    old, new = model("old", 64), model("new", 96)
    made = Embedders(new, old)
    yield old, made
    made.close()


PAGES = [
    page(f"https://acme.example/{n}", f"Service number {n} costs ${n}5 a visit. It takes {n} hours.") for n in range(20)
]


QUESTION = Asked("what does service number 7 cost", "en", 3)


async def asked(retriever, business):
    """(model that answered, best text)."""
    (passages,) = await retriever.ask(business.id, [QUESTION])
    assert passages
    return retriever.model_of(business.id), passages[0].text


async def test_questions_during_the_change_are_answered_by_one_model_and_never_by_nothing(door, acme, models):
    old, embedders = models
    await run(Workshop(door, old), acme, Given(*PAGES))
    workshop = Workshop(door, embedders.default, embedders)
    retrievers = [Retriever(door, embedders), Retriever(door, embedders, limit_bytes=0)]  # hot, and cold always
    seen, stop = [], asyncio.Event()

    async def ask(retriever):
        while not stop.is_set():
            seen.append(await asked(retriever, acme))

    async def write():
        for n in range(20, 32):
            await run(
                workshop, acme, Given(page(f"https://acme.example/{n}", f"Service number {n} costs ${n}5 a visit."))
            )

    asking = [asyncio.create_task(ask(retriever)) for retriever in retrievers]
    writing = asyncio.create_task(write())
    while not await reembed(door, embedders, acme.id, grace_seconds=0.2):
        pass
    await writing
    async with asyncio.timeout(20):
        while not seen or seen[-1][0] != "new":
            await asyncio.sleep(0)
        while await value(workshop, acme, "SELECT former FROM kb_models"):
            await drop_former(door, acme.id, 0.2)
            await asyncio.sleep(0.01)
    stop.set()
    await asyncio.gather(*asking)
    assert {text for _, text in seen} == {"Service number 7 costs $75 a visit. It takes 7 hours."}
    assert {name for name, _ in seen} == {"old", "new"}
    assert await value(workshop, acme, "SELECT array_agg(DISTINCT embedding_model) FROM kb_embeddings") == ["new"]
    chunks = await value(workshop, acme, "SELECT count(*) FROM kb_chunks")
    assert await value(workshop, acme, "SELECT count(*) FROM kb_embeddings WHERE part = 0") == chunks == 32


async def test_a_change_that_died_goes_on_where_it_was(door, acme, models, monkeypatch):
    old, embedders = models
    await run(Workshop(door, old), acme, Given(*PAGES))
    pool = embedders.default
    embed, calls = pool.embed, []

    async def dies(texts):
        if len(calls) == 1:
            raise ConnectionError("killed")
        calls.append(len(texts))
        return await embed(texts)

    with monkeypatch.context() as patch:
        patch.setattr(pool, "embed", dies, raising=False)
        with pytest.raises(ConnectionError):
            await reembed(door, embedders, acme.id)
    workshop = Workshop(door, pool, embedders)
    some = await value(workshop, acme, "SELECT count(*) FROM kb_embeddings WHERE embedding_model = 'new' AND part = 0")
    assert 0 < some < len(PAGES)
    assert (await asked(Retriever(door, embedders), acme))[0] == "old"
    before = pool.embedder.calls
    assert await reembed(door, embedders, acme.id)
    assert pool.embedder.calls - before == 1  # the rest in one batch
    assert (await asked(Retriever(door, embedders), acme))[0] == "new"


async def test_a_document_that_is_embedded_while_the_models_switch_gets_the_new_one_s_vectors(
    door, acme, models, monkeypatch
):
    old, embedders = models
    workshop = Workshop(door, old, embedders)
    await run(workshop, acme, Given(PAGES[0]))
    embed, switched = old.embed, []

    async def switches(texts):
        if not switched:
            switched.append(await reembed(door, embedders, acme.id))
        return await embed(texts)

    monkeypatch.setattr(old, "embed", switches, raising=False)
    await run(workshop, acme, Given(PAGES[1]))
    assert switched == [True]
    missing = """SELECT count(*) FROM kb_chunks c WHERE NOT EXISTS (SELECT FROM kb_embeddings e
                   WHERE e.business_id = c.business_id AND e.chunk_id = c.id AND e.embedding_model = 'new')"""
    assert await value(workshop, acme, missing) == 0


async def test_a_deleted_document_can_be_restored_after_the_change(door, acme, models):
    old, embedders = models
    workshop = Workshop(door, old, embedders)
    await run(workshop, acme, Given(*PAGES))
    async with door.transaction(acme.id) as tx:
        held = await queries.held_document(tx, PAGES[7].uri)
        await queries.delete_document(tx, held.id)
    await reembed(door, embedders, acme.id, grace_seconds=0)
    async with door.transaction(acme.id) as tx:
        assert await queries.restore_document(tx, held.id)
    assert (await asked(Retriever(door, embedders), acme))[1].startswith("Service number 7")


async def test_a_setting_that_is_changed_back_ends_the_change(door, acme, models):
    old, embedders = models
    workshop = Workshop(door, old, embedders)
    await run(workshop, acme, Given(*PAGES))
    async with door.transaction(acme.id) as tx:
        assert await model_queries.start_building(tx, "new")
    assert await reembed(door, Embedders(old, embedders.default), acme.id, grace_seconds=0)
    assert (
        await value(workshop, acme, "SELECT active || coalesce(building, '') || coalesce(former, '') FROM kb_models")
        == "old"
    )


async def test_only_businesses_with_other_vectors_are_queued(door, acme, models):
    old, _ = models
    await run(Workshop(door, old), acme, Given(*PAGES))
    queued = "SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'reembed' AND args->>'business_id' = $1"
    await queue_due(door, "old")
    assert await value(Workshop(door, old), acme, queued, str(acme.id)) == 0
    await queue_due(door, "new")
    await queue_due(door, "new")
    assert await value(Workshop(door, old), acme, queued, str(acme.id)) == 1


LIVE = """SELECT count(*) FROM kb_chunks c JOIN kb_source_documents d ON d.id = c.document_id AND d.deleted_at IS NULL
            AND c.generation = (d.metadata->>'ready')::int"""


async def test_reindexing_makes_every_chunk_anew_without_a_gap(door, acme, models, monkeypatch):
    old, embedders = models
    workshop = Workshop(door, old, embedders)
    await run(workshop, acme, Given(*PAGES))
    before = await value(workshop, acme, "SELECT array_agg(id) FROM kb_chunks")
    async with door.transaction(acme.id) as tx:
        job_id = await reindex(tx)
    embed = old.embed

    async def looks(texts):
        async with door.transaction(acme.id) as tx:
            assert await tx.fetchval(LIVE) == len(PAGES)
        return await embed(texts)

    monkeypatch.setattr(old, "embed", looks, raising=False)
    job = await ingest(workshop, Materials(acme, Folder()), job_id)
    assert (job.status, job.stats["documents"]) == ("completed", len(PAGES))
    after = await value(workshop, acme, "SELECT array_agg(id) FROM kb_chunks")
    assert len(after) == len(before)
    assert not set(before) & set(after)


async def test_reindexing_keeps_questions_and_their_answers(door, acme, models):
    from firstline.knowledge.faqs import publish_faq
    from firstline.knowledge.model import Faq

    old, embedders = models
    workshop = Workshop(door, old, embedders)
    await publish_faq(workshop, acme.id, Faq("Do you take cards?", "All of them.", "en", ("pay",)))
    async with door.transaction(acme.id) as tx:
        job_id = await reindex(tx)
    await ingest(workshop, Materials(acme, Folder()), job_id)
    assert (
        await value(workshop, acme, "SELECT question || answer || (metadata->>'tags') FROM kb_chunks")
        == 'Do you take cards?All of them.["pay"]'
    )
    assert await value(workshop, acme, "SELECT count(*) FROM kb_faqs WHERE deleted_at IS NULL") == 1


def test_a_model_that_is_not_installed_says_so():
    with pytest.raises(UnknownModel, match="no embedding model"):
        embedder_named("nobody-has-this")
    assert embedder_named("use-multilingual-3").dimensions == embedder_named("bundled").dimensions == 512
