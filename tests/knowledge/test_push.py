"""Pushed documents: found when the call returns, replaced by their own id, gone when removed."""

import pytest

from firstline.embedding.fake import FakeEmbedder
from firstline.embedding.pool import EmbeddingPool
from firstline.ground.errors import Invalid
from firstline.ground.storage import LocalObjects
from firstline.kit.ids import new_id
from firstline.knowledge import queries
from firstline.knowledge.model import Parsed
from firstline.knowledge.pushing import Push, push_document, remove_pushed
from firstline.knowledge.retrieve import Retriever
from firstline.knowledge.sources.port import Materials
from firstline.knowledge.sources.push import pushes
from firstline.knowledge.store import Workshop
from firstline.tenancy.model import Business

PAGE = "<html><body><main><h1>Warranty</h1><p>Every repair carries a warranty of one year.</p></main></body></html>"


@pytest.fixture
async def acme(door):
    business = Business(id=new_id(), name="Acme Plumbing", slug=f"acme-{new_id().hex[-8:]}")
    async with door.transaction(business.id) as tx:
        await tx.execute("INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, $2, $3, 'UTC')", business.id, business.name, business.slug)  # fmt: skip
    return business


@pytest.fixture
def workshop(door, tmp_path):
    made = Workshop(door, EmbeddingPool(FakeEmbedder(256)), objects=LocalObjects(tmp_path))
    yield made
    made.pool.close()


async def found(workshop, business, text, visibility="public"):
    vector = await workshop.pool.embed_one(text)
    async with workshop.door.transaction(business.id) as tx:
        retriever = Retriever(workshop.door, workshop.pool.embedder)
        return [p.text for p in await retriever.recall(tx, text, vector, "en", visibility=visibility)]


async def test_what_was_pushed_is_found_when_the_call_returns(workshop, acme):
    pushed = await push_document(workshop, acme.id, Push("page-7", "Warranty", html=PAGE, url="https://acme.example/w"))
    assert pushed.changed
    assert pushed.job_id is None
    assert "one year" in (await found(workshop, acme, "warranty of a repair"))[0]
    async with workshop.door.transaction(acme.id) as tx:
        (row,) = await queries.list_documents(tx)
    assert row["source_uri"] == "push:page-7"
    assert row["metadata"]["url"] == "https://acme.example/w"


async def test_the_same_again_changes_nothing_and_other_words_replace_it(workshop, acme):
    first = await push_document(workshop, acme.id, Push("7", "Terms", markdown="We take cards and cash."))
    again = await push_document(workshop, acme.id, Push("7", "Terms", markdown="We take cards and cash."))
    assert (again.document_id, again.changed) == (first.document_id, False)
    await push_document(workshop, acme.id, Push("7", "Terms", markdown="We take cards only."))
    assert await found(workshop, acme, "do you take cards") == ["We take cards only."]


async def test_an_internal_document_is_not_public(workshop, acme):
    await push_document(
        workshop, acme.id, Push("n", "Note", markdown="The margin is 40 percent.", visibility="internal")
    )
    assert await found(workshop, acme, "margin percent") == []
    assert await found(workshop, acme, "margin percent", "internal")


async def test_a_removed_one_is_gone_and_may_be_pushed_again(workshop, acme):
    await push_document(workshop, acme.id, Push("7", "Terms", markdown="We take cards and cash."))
    assert await remove_pushed(workshop.door, acme.id, "7")
    assert not await remove_pushed(workshop.door, acme.id, "7")
    assert await found(workshop, acme, "cards and cash") == []
    await push_document(workshop, acme.id, Push("7", "Terms", markdown="We take cards and cash."))
    assert await found(workshop, acme, "cards and cash")


async def test_a_large_one_is_read_by_a_job(workshop, acme):
    text = "# Manual\n\n" + "\n\n".join(f"Step {n}: turn the valve number {n} a little." for n in range(1500))
    pushed = await push_document(workshop, acme.id, Push("manual", "Manual", markdown=text, tags=("how",)))
    assert pushed.document_id is None
    async with workshop.door.transaction(acme.id) as tx:
        job = await queries.get_job(tx, pushed.job_id)
        waiting = await tx.fetchval("SELECT args->>'job_id' FROM jobs.procrastinate_jobs ORDER BY id DESC LIMIT 1")
    assert (job.source, job.status, waiting) == ("push", "pending", str(pushed.job_id))
    (acquired,) = [a async for a in pushes(job, Materials(acme, workshop.objects))]
    assert isinstance(acquired.parsed, Parsed)
    assert "valve number 1499" in acquired.parsed.markdown
    assert (acquired.uri, acquired.external_id, acquired.tags) == ("push:manual", "manual", ("how",))


@pytest.mark.parametrize(
    ("push", "field"),
    [
        (Push("", markdown="x"), "external_id"),
        (Push("a\nb", markdown="x"), "external_id"),
        (Push("a" * 201, markdown="x"), "external_id"),
        (Push("a"), "html"),
        (Push("a", html="x", markdown="x"), "html"),
        (Push("a", markdown="  "), "markdown"),
        (Push("a", markdown="x", visibility="secret"), "visibility"),
        (Push("a", markdown="x", url="javascript:alert(1)"), "url"),
    ],
)
async def test_what_is_wrong_is_named_by_its_field(workshop, acme, push, field):
    with pytest.raises(Invalid) as why:
        await push_document(workshop, acme.id, push)
    assert [e["field"] for e in why.value.errors] == [field]
