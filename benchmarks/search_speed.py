"""Search at 5,000 and 50,000 chunks, the question's embedding included: hot, cold, memory, and recall against all chunks judged.

Run: python -m benchmarks.search_speed [--quick] [--json]. Starts a database of its own (DATABASE_URL when set).
Targets (issue 3): 5,000 chunks p50 <= 18 ms hot, <= 45 ms cold, p99 <= 80 ms; 50,000 p50 <= 150 ms, recall >= 0.98.

Texts are made of service words by a Zipf-like draw, vectors drawn around real ones of the bundled model: what a search
costs depends on how many and how alike they are, not on what they say.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import numpy as np

from firstline.embedding.bundled import BundledEmbedder
from firstline.ground.db import create_pool
from firstline.ground.embedded import start_or_join
from firstline.ground.migrate import migrate
from firstline.ground.tenant import Door
from firstline.kit.ids import new_id
from firstline.knowledge.cold_queries import _as_tsvector
from firstline.knowledge.held import HeldIndex
from firstline.knowledge.retrieve import Asked, Retriever
from firstline.knowledge.sought import Cosines, rank
from firstline.knowledge.wording import stems

PARTS = 4  # sentences a chunk
NOISE = 0.035  # a dimension: a drawn sentence is at cosine .78 of the real one that its chunk is drawn around
DEEDS = "repair replace install clean inspect flush unclog tune seal paint mow trim haul wash test schedule cancel refund quote visit".split()  # noqa: SIM905
THINGS = "heater sink sewer toilet faucet pump disposal pipe lawn menu gutter roof fence drain boiler filter thermostat valve shower deck".split()  # noqa: SIM905
WORDS = [f"{deed}{thing[:3]}{n}" for n in range(20) for deed in DEEDS for thing in THINGS] + [*DEEDS, *THINGS] * 3


def rows(quick: bool = False) -> list[dict[str, Any]]:
    """One row a tenant: chunks, p50 and p99 in ms of both paths, the index's megabytes, recall, seconds to fill."""
    return asyncio.run(_run((1000, 5000) if quick else (5000, 50000), 30 if quick else 120))


async def _run(sizes: tuple[int, ...], questions: int) -> list[dict[str, Any]]:
    folder = tempfile.mkdtemp(prefix="fl-speed-")
    Path(folder).chmod(0o755)
    server = None if os.environ.get("DATABASE_URL") else start_or_join(Path(folder))
    admin = os.environ.get("DATABASE_URL") or (server.url if server else "")
    name = f"fl_speed_{new_id().hex[-12:]}"
    await _sql(admin, f'CREATE DATABASE "{name}"')
    url = urlunsplit(urlsplit(admin)._replace(path=f"/{name}"))
    try:
        await asyncio.to_thread(migrate, url)
        pool = await create_pool(url, least=1, most=4)
        try:
            return [await _measure(Door(pool), url, size, questions) for size in sizes]
        finally:
            await pool.close()
    finally:
        await _sql(admin, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if server:
            server.stop()


async def _sql(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


async def _measure(door: Door, url: str, chunks: int, questions: int) -> dict[str, Any]:
    embedder = BundledEmbedder(cached_queries=0)
    started = time.perf_counter()
    business_id, vectors = await asyncio.to_thread(lambda: asyncio.run(_fill(url, chunks, embedder)))
    filled = time.perf_counter() - started
    rng = random.Random(5)
    asked = [
        Asked(f"how much is it to {' '.join(rng.choices(WORDS, k=3))} before {n} pm", "en") for n in range(questions)
    ]
    hot, cold = Retriever(door, embedder), Retriever(door, embedder, limit_bytes=0)
    started = time.perf_counter()
    await hot.built(business_id)
    out: dict[str, Any] = {
        "chunks": chunks,
        "fill_s": round(filled, 1),
        "build_s": round(time.perf_counter() - started, 1),
    }
    out["index_mb"] = round(hot.bytes / 1e6, 1)
    for way, retriever in (("hot", hot), ("cold", cold)):
        took = []
        for question in asked:
            began = time.perf_counter()
            await retriever.ask(business_id, [question])
            took.append((time.perf_counter() - began) * 1000)
        out |= {f"{way}_p{q}_ms": round(float(np.percentile(took[5:], q)), 1) for q in (50, 99)}
    out["recall"] = await _recall(door, hot, business_id, vectors, asked[:20], embedder)
    await hot.close()
    await cold.close()
    return out


async def _recall(
    door: Door, hot: Retriever, business_id: UUID, vectors: Any, asked: list[Asked], embedder: Any
) -> float:
    """Share of the best six of all chunks, each judged by its exact cosines and words, that the index finds among its six."""
    found = wanted = 0
    for question in asked:
        sought = question.sought(embedder.embed([question.text])[0])
        async with door.transaction(business_id) as tx:
            index, model = await hot._index(tx, None)
            assert index is not None
            got = await hot.recall(tx, question.text, sought.vector, "en", 6, model=model)
        best = {one.id for one in _exact(index, sought, vectors)[:6]}
        found, wanted = found + len(best & {p.chunk_id for p in got}), wanted + len(best)
    return round(found / wanted, 4)


def _exact(index: HeldIndex, sought: Any, vectors: Any) -> Any:
    every = HeldIndex(
        index.columns, index.keywords, index.scan,
        numbers=replace(index.numbers, dense_candidates=index.size, keyword_candidates=index.size),
    )  # fmt: skip
    nearness = np.concatenate([block.astype(np.float32) @ sought.vector for block in np.array_split(vectors, 50)])
    nearness = nearness.reshape(index.size, 1 + PARTS)
    cosines = Cosines(nearness[:, 0], np.full(index.size, np.nan, np.float32), nearness[:, 1:].max(axis=1))
    return rank(every.find(sought), cosines, every.numbers)


async def _fill(url: str, chunks: int, embedder: BundledEmbedder) -> tuple[UUID, Any]:
    """Stores a tenant by COPY, as the owner of the tables; -> its id and all vectors, (chunks * (1 + PARTS), dimensions)."""
    noise = np.random.default_rng(chunks)
    business_id = new_id()
    ids = sorted(new_id() for _ in range(chunks))
    texts = _texts(chunks, noise)
    vectors = _vectors(texts, embedder, noise)
    connection = await asyncpg.connect(url)
    await connection.set_type_codec("halfvec", schema="public", encoder=bytes, decoder=bytes, format="binary")
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_jsonb, decoder=bytes, format="binary")
    await _store_texts(connection, business_id, ids, texts)
    await _store_vectors(connection, business_id, ids, embedder, vectors)
    await connection.execute("INSERT INTO kb_versions (business_id) VALUES ($1)", business_id)
    await connection.execute("VACUUM ANALYZE")  # as autovacuum does soon after such a load
    await connection.close()
    return business_id, vectors


def _texts(chunks: int, noise: np.random.Generator) -> list[str]:
    rng = random.Random(chunks)
    weights = 1 / (1 + np.arange(len(WORDS)))
    drawn = iter(noise.choice(len(WORDS), size=chunks * 48, p=weights / weights.sum()).tolist())
    shuffled = rng.sample(WORDS, len(WORDS))
    return [
        " ".join(" ".join(shuffled[next(drawn)] for _ in range(12)).capitalize() + "." for _ in range(PARTS))
        for _ in range(chunks)
    ]


def _vectors(texts: list[str], embedder: BundledEmbedder, noise: np.random.Generator) -> Any:
    real = embedder.embed([text[:90] for text in texts[:1500]])
    vectors = np.empty((len(texts), 1 + PARTS, embedder.dimensions), dtype=np.float16)
    for at in range(0, len(texts), 2000):
        base = real[noise.integers(len(real), size=len(vectors[at : at + 2000]))]
        parts = base[:, None] + noise.normal(scale=NOISE, size=(len(base), PARTS, base.shape[1])).astype(np.float32)
        block = np.concatenate([parts.mean(axis=1, keepdims=True), parts], axis=1)
        vectors[at : at + 2000] = block / np.linalg.norm(block, axis=2, keepdims=True)
    return vectors.reshape(-1, embedder.dimensions)


async def _store_texts(connection: Any, business_id: UUID, ids: list[UUID], texts: list[str]) -> None:
    """Documents of fifty chunks, the chunks, their stems, the vocabulary."""
    chunks = len(ids)
    documents = [new_id() for _ in range(max(chunks // 50, 1))]
    await connection.execute(
        "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'Bench', $2, 'UTC')",
        business_id,
        f"b-{business_id.hex}",
    )
    await _copy(connection, "kb_source_documents", [
        (business_id, d, "text", f"bench:{d}", "t", "t", b"x", '{"ready": 1}') for d in documents
    ], "business_id id source_type source_uri title raw_text content_hash metadata")  # fmt: skip
    held = [documents[n * len(documents) // chunks] for n in range(chunks)]
    await _copy(connection, "kb_chunks", [
        (business_id, i, d, 1, n, text, '{"title": "", "section": ""}', "en") for n, (i, d, text) in enumerate(zip(ids, held, texts, strict=True))
    ], "business_id id document_id generation ordinal text metadata language")  # fmt: skip
    counted = [Counter(stems(text, "en")) for text in texts]
    await connection.execute("CREATE TEMP TABLE words (id uuid, document uuid, length int, tsv text)")
    await _copy(connection, "words", [
        (i, d, count.total(), _as_tsvector(count)) for i, d, count in zip(ids, held, counted, strict=True)
    ], "id document length tsv")  # fmt: skip
    await connection.execute(
        """INSERT INTO kb_words (business_id, chunk_id, document_id, generation, language, visibility, faq, length, tsv)
           SELECT $1, id, document, 1, 'en', 'public', false, length, tsv::tsvector FROM words""", business_id,
    )  # fmt: skip
    await connection.execute("DROP TABLE words")
    terms = sorted(set().union(*counted))
    await _copy(connection, "kb_vocabulary", [(business_id, term) for term in terms], "business_id term")


async def _store_vectors(
    connection: Any, business_id: UUID, ids: list[UUID], embedder: BundledEmbedder, vectors: Any
) -> None:
    """In the order of ingestion, which stores sixteen chunks at a time, their own vectors before those of their parts."""
    head = embedder.dimensions.to_bytes(2, "big") + b"\0\0"
    span = 16 * (1 + PARTS)
    for at in range(0, len(vectors), span * 256):
        places = sorted(
            range(at, min(at + span * 256, len(vectors))), key=lambda n: (n // span, n % (1 + PARTS) != 0, n)
        )
        await _copy(connection, "kb_embeddings", [
            (business_id, ids[n // (1 + PARTS)], n % (1 + PARTS), embedder.name, head + vectors[n].astype(">f2").tobytes())
            for n in places
        ], "business_id chunk_id part embedding_model e")  # fmt: skip


def _jsonb(text: str) -> bytes:
    return b"\x01" + text.encode()  # its version stands before it on the wire


async def _copy(connection: Any, table: str, records: list[tuple[Any, ...]], columns: str) -> None:
    await connection.copy_records_to_table(table, records=records, columns=columns.split())


if __name__ == "__main__":
    report = rows("--quick" in sys.argv)
    if "--json" in sys.argv:
        print(json.dumps(report))
    else:
        for row in report:
            print(", ".join(f"{key} {value}" for key, value in row.items()))
