"""What a process holds: honest about its bytes, bounded, built once, dropped when what it holds is of before; models never mix."""

import asyncio
import tracemalloc
from datetime import UTC, datetime, timedelta

import numpy as np

from firstline.embedding.catalog import Embedders
from firstline.embedding.fake import FakeEmbedder
from firstline.embedding.pool import EmbeddingPool
from firstline.kit.ids import new_id
from firstline.knowledge.held import Columns, HeldIndex, Parts, Scan
from firstline.knowledge.keywords import Keywords
from firstline.knowledge.model import Chunk
from firstline.knowledge.retrieve import Asked, Retriever
from firstline.knowledge.search_queries import bump_version

from .test_search_paths import EMBEDDER, a_business, add_document

SIZE, DIMENSIONS, PARTS = 3000, 128, 3


def an_index():
    rng = np.random.default_rng(1)
    postings = []
    for n in range(4000):
        rows = np.sort(rng.choice(SIZE, size=int(rng.integers(1, 60)), replace=False))
        postings.append((f"term{n:05d}", rows, np.ones(len(rows))))
    columns = Columns(
        ids=np.frombuffer(b"".join(sorted(new_id().bytes for _ in range(SIZE))), dtype="V16").copy(),
        languages=("en", "es"),
        language=np.zeros(SIZE, dtype=np.uint8),
        public=np.ones(SIZE, dtype=bool),
        faq=np.zeros(SIZE, dtype=bool),
        embedded=np.ones(SIZE, dtype=bool),
        day=np.zeros(SIZE, dtype=np.int32),
        tags={"pricing": np.arange(0, SIZE, 3, dtype=np.int32)},
    )
    scan = Scan(SIZE, DIMENSIONS)
    scan.put(np.arange(SIZE), rng.normal(size=(SIZE, DIMENSIONS)))
    parts = Parts(np.arange(0, SIZE * PARTS + 1, PARTS), rng.normal(size=(SIZE * PARTS, DIMENSIONS)).astype(np.float16))
    return HeldIndex(columns, Keywords.of_postings(np.full(SIZE, 30, dtype=np.int32), postings), scan, parts)


def test_an_index_takes_the_bytes_it_says():
    sought = Asked("term00001 trem00002", "en").sought(np.ones(DIMENSIONS, dtype=np.float32))
    an_index().find(sought)  # what is loaded once a process, such as the stemmer, is nobody's index
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        index = an_index()
        index.find(sought)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert abs(index.bytes - (after - before)) <= 0.25 * (after - before)


def test_the_byte_scan_is_near_the_exact_cosine():
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(700, 512))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    scan = Scan(700, 512)
    scan.put(np.arange(700), rows)
    assert np.abs(scan.nearness(rows[3].astype(np.float32)) - rows @ rows[3]).max() < 0.003


async def test_indexes_stay_within_their_bytes_and_the_least_asked_goes(door):
    names = [await a_business(door) for _ in range(3)]
    for name in names:
        await add_document(door, name, [(Chunk(f"Repair number {n} of pipes."), "en") for n in range(20)])
    one = Retriever(door, EMBEDDER)
    await one.built(names[0])
    small = Retriever(door, EMBEDDER, limit_bytes=int(one.bytes * 2.5))
    for name in names:
        await small.built(name)
    assert small.bytes <= one.bytes * 2.5
    assert [small._shelf.peek(name) is not None for name in names] == [False, True, True]
    assert (await small.ask(names[0], [Asked("repair pipes", "en")]))[0]  # from the database
    await small.close()


async def test_an_index_is_built_once_whoever_asks(door, monkeypatch):
    name = await a_business(door)
    await add_document(door, name, [(Chunk("We repair pipes."), "en")])
    retriever = Retriever(door, EMBEDDER)
    loads = []
    load = retriever._shelf._load

    async def counted(business_id):
        loads.append(business_id)
        await load(business_id)

    monkeypatch.setattr(retriever._shelf, "_load", counted)
    found = await asyncio.gather(*(retriever.ask(name, [Asked("repair pipes", "en")]) for _ in range(6)))
    await retriever.built(name)
    assert all(passages[0][0].text == "We repair pipes." for passages in found)
    assert len(loads) <= 2
    await retriever.close()


async def test_an_event_gives_the_memory_of_an_old_index_back_and_leaves_a_fresh_one(door):
    name = await a_business(door)
    await add_document(door, name, [(Chunk("We repair pipes."), "en")])
    retriever = Retriever(door, EMBEDDER)
    await retriever.built(name)
    retriever.heard(name, None)
    await asyncio.gather(*retriever._shelf._doubts.values())
    assert retriever._shelf.peek(name) is not None
    async with door.transaction(name) as tx:
        await bump_version(tx)
    retriever.heard(name, new_id())  # a conversation's event says nothing of knowledge
    assert not retriever._shelf._doubts
    retriever.heard(name, None)
    await asyncio.gather(*retriever._shelf._doubts.values())
    assert retriever._shelf.peek(name) is None
    await retriever.close()


class Other(FakeEmbedder):
    """Another model: other dimensions, another name."""

    name = "fake-other"


async def test_a_question_is_embedded_by_the_model_that_answers_also_right_after_a_switch(door):
    old, new = EmbeddingPool(EMBEDDER), EmbeddingPool(Other(48))
    name = await a_business(door)
    await add_document(door, name, [(Chunk("We repair pipes."), "en")])
    retriever = Retriever(door, Embedders(old, new))
    assert (await retriever.ask(name, [Asked("repair pipes", "en")]))[0]
    async with door.transaction(name) as tx:
        await tx.execute("UPDATE kb_embeddings SET embedding_model = 'fake-other', e = $2::text::halfvec WHERE business_id = $1",
                         name, str([1.0] + [0.0] * 47))  # fmt: skip
        await tx.execute(
            "INSERT INTO kb_models (business_id, active) VALUES ($1, 'fake-other') ON CONFLICT (business_id) DO UPDATE SET active = excluded.active", name
        )  # fmt: skip
        await bump_version(tx)
    assert (await retriever.ask(name, [Asked("repair pipes", "en")]))[0][0].text == "We repair pipes."
    assert retriever.model_of(name) == "fake-other"
    await retriever.close()
    old.close()
    new.close()


async def test_what_was_looked_at_says_why_the_assistant_would_not_see_it(door):
    name = await a_business(door)
    same = "A leak repair costs $165 in town."
    await add_document(door, name, [(Chunk(same), "en")])
    await add_document(
        door,
        name,
        [(Chunk("A  leak repair costs $165 in town"), "en"), (Chunk("Parking is free behind the house."), "en")],
    )
    await add_document(door, name, [(Chunk("A leak repair pays us $80."), "en")], visibility="internal")
    later = datetime.now(UTC).date() + timedelta(days=9)
    await add_document(door, name, [(Chunk("A leak repair costs $195 from then on."), "en")], on=later)
    looked = await Retriever(door, EMBEDDER).looked_at(name, Asked("what does a leak repair cost in town", "en", 3))
    cut = {one.passage.text: one.cut for one in looked}
    assert cut[same] is None
    assert cut["A  leak repair costs $165 in town"] == "duplicate"
    assert cut["A leak repair pays us $80."] == "filter"
    assert cut["A leak repair costs $195 from then on."] == "filter"
    assert cut["Parking is free behind the house."] == "floor"
    assert all({"dense", "keyword", "fused", "support"} == one.passage.scores.keys() for one in looked)


async def test_a_passage_that_breaks_off_is_joined_with_what_follows_and_the_overlap_is_said_once(door):
    name = await a_business(door)
    first = Chunk(
        "Before the visit please clear the sink:\n- move the bottles out of the cabinet\n- put a towel down",
        section="Visits",
    )
    second = Chunk("- put a towel down\n- switch the disposal off", section="Visits")
    await add_document(
        door, name, [(first, "en"), (second, "en"), (Chunk("We park in the street.", section="Parking"), "en")]
    )
    found = (
        await Retriever(door, EMBEDDER).ask(name, [Asked("clear the sink before the visit, bottles cabinet", "en", 1)])
    )[0]
    assert found[0].text == f"{first.text}\n- switch the disposal off"
