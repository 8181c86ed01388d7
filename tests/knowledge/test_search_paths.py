"""Memory and PostgreSQL alone give the same passages with the same scores, on a real database; what may not be seen is not found."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from firstline.embedding.fake import FakeEmbedder
from firstline.kit.ids import new_id
from firstline.knowledge import cold, queries
from firstline.knowledge import retrieve as retrieving
from firstline.knowledge import shelf as shelving
from firstline.knowledge.model import Chunk
from firstline.knowledge.retrieve import Asked, Retriever, recall_cold
from firstline.knowledge.search_queries import bump_version

EMBEDDER = FakeEmbedder(96)
PLUMBING = "water heater repair drain leak pipe price hour warranty kitchen bathroom sewer pump faucet toilet inspection weekend invoice deposit visit"
GARDEN = "gutters cleaning lawn mowing hedge roof winter snow removal seasonal contract crew estimate discount member card cash insurance licence"
SPANISH = "calentador agua reparacion tuberia fuga precio hora garantia cocina baño cloaca bomba grifo inodoro inspeccion fin semana factura"
OTHER_EN, OTHER_ES = (
    ["quote", "tap", "insured", "charge", "furnace", "trash"],
    ["coste", "avería", "urgencias", "garantizado"],
)
EN, ES = [PLUMBING.split(), GARDEN.split()], SPANISH.split()
TODAY = datetime.now(UTC).date()
TAGS = ("pricing", "policy", "winter")


async def a_business(door):
    business_id = new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'Acme', $2, 'UTC')",
            business_id,
            f"s-{business_id.hex[-12:]}",
        )
    return business_id


async def add_document(
    door,
    business_id,
    chunks,
    *,
    uri=None,
    visibility="public",
    tags=(),
    on=None,
    complete=True,
    content=None,
    embedder=EMBEDDER,
):
    """Stores (chunk, language) as a document the way ingestion does; -> its id."""
    row = {
        "job_id": None, "source_type": "text", "source_uri": uri or f"doc:{new_id()}", "title": "Doc", "raw_text": "t",
        "metadata": {"tags": list(tags)}, "visibility": visibility, "language": "en", "content_hash": (content or new_id().hex).encode(),
        "effective_date": on,
    }  # fmt: skip
    async with door.transaction(business_id) as tx:
        document_id, generation = await queries.save_document(tx, row)
        rows = [
            (ordinal, chunk, language, list(embedder.embed([chunk.searchable, *chunk.parts])))
            for ordinal, (chunk, language) in enumerate(chunks)
        ]
        assert await queries.add_chunks(
            tx, document_id, generation, rows, visibility=visibility, model=embedder.name, metadata={"tags": list(tags)}
        )
        if complete:
            await queries.complete_document(tx, document_id, generation)
        else:
            await bump_version(tx)
    return document_id


def a_text(rng):
    spanish = rng.random() < 0.3
    words = ES if spanish else rng.choice(EN)
    sentences = [" ".join(rng.choices(words, k=rng.randint(3, 9))).capitalize() + "." for _ in range(rng.randint(1, 4))]
    text = " ".join(sentences)
    question = " ".join(rng.choices(words, k=4)) + "?" if rng.random() < 0.2 else None
    title = rng.choice(["", "Prices", "Services"])
    return Chunk(
        text=text, title=title, question=question, answer=text if question else None
    ), "es" if spanish else "en"


async def a_corpus(door, rng, documents):
    """Deleted documents, internal ones, tags, dates to come, changed ones, and one whose change is under way."""
    business_id = await a_business(door)
    for number in range(documents):
        chunks = [a_text(rng) for _ in range(rng.randint(1, 6))]
        face = {
            "visibility": "internal" if rng.random() < 0.15 else "public",
            "tags": rng.sample(TAGS, rng.randint(0, 2)),
            "on": TODAY + timedelta(days=rng.choice([-30, 30])) if rng.random() < 0.2 else None,
        }
        uri = f"doc:{number}"
        document_id = await add_document(door, business_id, chunks, uri=uri, **face)
        if rng.random() < 0.2:
            await add_document(
                door, business_id, [a_text(rng), *chunks[:2]], uri=uri, complete=rng.random() < 0.5, **face
            )
        elif rng.random() < 0.15:
            async with door.transaction(business_id) as tx:
                await queries.delete_document(tx, document_id)
    return business_id


def a_question(rng):
    spanish = rng.random() < 0.3
    words = rng.choices([*ES, *OTHER_ES] if spanish else [*EN[0], *EN[1], *OTHER_EN], k=rng.randint(1, 6))
    if rng.random() < 0.5:
        at = rng.randrange(len(words))
        word = words[at]
        cut = rng.randrange(1, len(word))
        words[at] = word[:cut] + rng.choice("aeioux") + word[cut:]
    return Asked(
        " ".join(words), "es" if spanish else "en", rng.randint(1, 8), rng.choice(["public", "public", "internal"]),
        rng.choice([None, None, ["pricing"], ["policy", "winter"]]), rng.choice([None, None, TODAY + timedelta(days=60)]),
    )  # fmt: skip


def told(passages):
    return [(p.chunk_id, p.above_floor, p.text, {k: round(v, 6) for k, v in p.scores.items()}) for p in passages]


def assert_same(hot, cold_ones):
    assert len(hot) == len(cold_ones)
    for one, other in zip(hot, cold_ones, strict=True):
        assert one.scores == pytest.approx(other.scores, abs=1e-3)
        if one.chunk_id != other.chunk_id:  # equals may change places within the tolerance
            assert one.scores["fused"] == pytest.approx(other.scores["fused"], abs=1e-3)
    assert sorted(p.chunk_id for p in hot)[:1] == sorted(p.chunk_id for p in cold_ones)[:1] or len(hot) > 1


@pytest.mark.parametrize(("whole", "documents", "seed"), [(True, 25, 1), (False, 25, 2), (True, 90, 3), (False, 90, 4)])
async def test_memory_and_database_alone_find_the_same(door, monkeypatch, whole, documents, seed):
    rng = random.Random(seed)
    if not whole:
        monkeypatch.setattr(shelving, "WHOLE_BYTES", 0)
    business_id = await a_corpus(door, rng, documents)
    retriever = Retriever(door, EMBEDDER)
    await retriever.built(business_id)
    compared = 0
    for _ in range(40):
        asked = a_question(rng)
        vector = EMBEDDER.embed([asked.text])[0]
        sought = asked.sought(vector)
        async with door.transaction(business_id) as tx:
            index, _ = await retriever._index(tx, EMBEDDER.name)
            assert index is not None
            assert (index.parts is not None) == whole
            hot = await retrieving._ranked(tx, index, EMBEDDER.name, sought)
            alone = await retrieving._ranked(tx, None, EMBEDDER.name, sought)
        assert {one.id for one in hot} == {one.id for one in alone}
        by_id = {one.id: one for one in alone}
        for one in hot:
            assert one.scores == pytest.approx(by_id[one.id].scores, abs=1e-3)
        for one, other in zip(hot, alone, strict=True):
            assert one.scores["fused"] == pytest.approx(other.scores["fused"], abs=1e-3)
        compared += len(hot)
    assert compared > 300
    await retriever.close()


SAID = "The margin on water heaters is forty percent."


async def both(door, business_id, text, **kwargs):
    """The passages' texts of both paths, which must be equal."""
    retriever = Retriever(door, EMBEDDER)
    await retriever.built(business_id)
    vector = EMBEDDER.embed([text])[0]
    async with door.transaction(business_id) as tx:
        hot = await retriever.recall(tx, text, vector, "en", **kwargs)
        alone = await recall_cold(tx, EMBEDDER.name, text, vector, "en", 6, **kwargs)
    assert [p.text for p in hot] == [p.text for p in alone]
    await retriever.close()
    return [p.text for p in hot]


async def test_what_is_internal_is_found_by_internal_eyes_only_and_at_once_when_it_changes(door):
    business_id = await a_business(door)
    document_id = await add_document(door, business_id, [(Chunk(SAID), "en")], visibility="internal")
    assert await both(door, business_id, "margin on heaters") == []
    assert await both(door, business_id, "margin on heaters", visibility="internal") == [SAID]
    async with door.transaction(business_id) as tx:
        await queries.label_document(tx, document_id, "public", ["sales"], None)
    assert await both(door, business_id, "margin on heaters", tags=["sales"]) == [SAID]
    assert await both(door, business_id, "margin on heaters", tags=["other"]) == []


async def test_what_takes_effect_later_is_not_there_yet_for_customers(door):
    business_id = await a_business(door)
    day = TODAY + timedelta(days=10)
    await add_document(door, business_id, [(Chunk("From then on a visit costs $99."), "en")], on=day)
    await add_document(door, business_id, [(Chunk("Today a visit costs $89 in town."), "en")], on=TODAY)
    assert await both(door, business_id, "visit costs") == ["Today a visit costs $89 in town."]
    assert len(await both(door, business_id, "visit costs", on=day)) == 2
    assert len(await both(door, business_id, "visit costs", visibility="internal")) == 2


async def test_a_typo_finds_what_the_word_would_and_an_accent_is_no_matter(door):
    business_id = await a_business(door)
    await add_document(
        door, business_id, [(Chunk("Warranty claims are settled in a week."), "en"), (Chunk("We mow lawns."), "en")]
    )
    assert (await both(door, business_id, "waranty claims"))[0].startswith("Warranty")
    assert (await both(door, business_id, "wárranty"))[0].startswith("Warranty")


async def test_chunks_of_before_their_stems_were_kept_get_them_when_the_index_is_built(door):
    business_id = await a_business(door)
    await add_document(door, business_id, [(Chunk(SAID), "en")])
    async with door.transaction(business_id) as tx:
        await tx.execute("DELETE FROM kb_words WHERE business_id = $1", business_id)
    assert await both(door, business_id, "margin on heaters") == [SAID]


async def test_another_business_is_never_looked_at(door):
    business_id, other = await a_business(door), await a_business(door)
    await add_document(door, business_id, [(Chunk(SAID), "en")])
    assert await both(door, other, "margin on heaters", visibility="internal") == []
    async with door.transaction(other) as tx:
        found = await cold.find(
            tx,
            Asked("margin on heaters", "en").sought(EMBEDDER.embed(["margin"])[0]),
            EMBEDDER.name,
            retrieving.tuning(),
        )
    assert found.ids == []
