"""Retrieval: recall@1 and @3 on the public sets beside BM25 and vectors alone, the floor, and latency at 5,000 chunks.

Run: python -m benchmarks.retrieval [--json] [--latency] [--quality]. Latency starts a database of its own (DATABASE_URL
when set). Targets of issue 2: hot p50 <= 12 ms, cold <= 35 ms, without the query's embedding.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import numpy as np

from firstline.embedding.bundled import BundledEmbedder
from firstline.kit.ids import new_id
from firstline.knowledge.index import TenantIndex
from firstline.knowledge.model import Chunk, StoredChunk
from firstline.knowledge.wording import stems

SHARED = Path(os.environ.get("FIRSTLINE_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
SETS = ("dstc_hotel_faq", "dstc11_reviews_faq", "faq_answer_only", "stackfaq", "mtrag_un", "xquad_es_en")


class Sets:
    """Passages and queries of the named sets."""

    def __init__(self, names: Sequence[str] = SETS) -> None:
        self.passages, self.queries = {}, {}
        for name in names:
            folder = SHARED / "faq_retrieval" / name
            self.passages[name] = [json.loads(line) for line in (folder / "passages.jsonl").open(encoding="utf-8")]
            self.queries[name] = [json.loads(line) for line in (folder / "queries.jsonl").open(encoding="utf-8")]


def plain(text: str) -> str:
    """For comparing words only."""
    return " ".join(text.casefold().split())


def embed_all(embedder: BundledEmbedder, texts: Sequence[str]) -> Any:
    """Vectors in slices, so that memory stays flat."""
    parts = [embedder.embed(texts[at : at + 256]) for at in range(0, len(texts), 256)]
    return np.concatenate(parts)


def indexes(embedder: BundledEmbedder, passages: Sequence[dict[str, Any]]) -> dict[str, TenantIndex]:
    """An index a tenant; a passage with a question mark for a title is an FAQ row."""
    chunks = [_chunk(passage) for passage in passages]
    texts = [text for chunk in chunks for text in (chunk.searchable, *chunk.parts)]
    vectors = embed_all(embedder, texts)
    grouped: dict[str, list[StoredChunk]] = defaultdict(list)
    start = 0
    for passage, chunk in zip(passages, chunks, strict=True):
        stop = start + 1 + len(chunk.parts)
        stored = StoredChunk(
            new_id(),
            new_id(),
            chunk,
            passage["lang"],
            "public",
            passage["pid"],
            "text",
            vectors[start],
            vectors[start + 1 : stop],
        )
        grouped[passage["tenant"]].append(stored)
        start = stop
    return {tenant: TenantIndex(held) for tenant, held in grouped.items()}


def _chunk(passage: dict[str, Any]) -> Chunk:
    title = passage["title"]
    if title.rstrip().endswith("?"):
        return Chunk(text=passage["text"], question=title, answer=passage["text"])
    return Chunk(text=passage["text"], title=title)


def quality() -> dict[str, dict[str, Any]]:
    """R@1/R@3 of BM25, of vectors alone and of the fusion; and what the floor lets pass where nothing answers."""
    embedder = BundledEmbedder(cached_queries=0)
    sets = Sets()
    out = {}
    for name in SETS:
        held = indexes(embedder, sets.passages[name])
        queries = sets.queries[name]
        vectors = embed_all(embedder, [q["query"] for q in queries])
        hits: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
        kept: dict[str, list[bool]] = defaultdict(list)
        for query, vector in zip(queries, vectors, strict=True):
            index, gold = held[query["tenant"]], set(query["gold"])
            found = index.search(query["query"], vector, query["lang"], 3)
            if not gold:
                kept["unanswerable"].append(any(p.above_floor for p in found[:1]))
                continue
            ranked = {"fused": [p.source_uri for p in found], **_baselines(index, query, vector)}
            for way, ids in ranked.items():
                group = f"{way} across" if "cross" in query.get("kind", "") else way
                hits[group].append((bool(ids) and ids[0] in gold, not gold.isdisjoint(ids)))
            if found and found[0].source_uri in gold:
                kept["answerable"].append(found[0].above_floor)
        out[name] = {
            way: "/".join(f"{100 * sum(col) / len(col):.1f}" for col in zip(*rows, strict=True))
            for way, rows in hits.items()
        }
        out[name] |= {f"above floor, {kind}": f"{100 * sum(rows) / len(rows):.0f}" for kind, rows in kept.items()}
    return out


def _baselines(index: TenantIndex, query: dict[str, Any], vector: Any) -> dict[str, list[str]]:
    words = index._keywords.scores(stems(query["query"], query["lang"]))
    near = index._dense @ vector
    names = [chunk.source_uri for chunk in index.chunks]
    return {
        "bm25": [names[row] for row in np.argsort(-words, kind="stable")[:3]],
        "dense": [names[row] for row in np.argsort(-near, kind="stable")[:3]],
    }


async def latency(chunks: int = 5000, queries: int = 60) -> dict[str, float]:
    """p50 and p95 in ms of a whole recall (transaction, version, search), hot and cold, one at a time."""
    from firstline.ground.db import create_pool
    from firstline.ground.embedded import start_or_join
    from firstline.ground.migrate import migrate
    from firstline.ground.tenant import Door

    folder = tempfile.mkdtemp(prefix="fl-bench-")
    Path(folder).chmod(0o755)
    server = None if os.environ.get("DATABASE_URL") else start_or_join(Path(folder))
    admin = os.environ.get("DATABASE_URL") or (server.url if server else "")
    name = f"fl_bench_{new_id().hex[-12:]}"
    await _sql(admin, f'CREATE DATABASE "{name}"')
    url = urlunsplit(urlsplit(admin)._replace(path=f"/{name}"))
    try:
        await asyncio.to_thread(migrate, url)
        pool = await create_pool(url, least=1, most=4)
        try:
            return await _measure(Door(pool), chunks, queries)
        finally:
            await pool.close()
    finally:
        await _sql(admin, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        if server:
            server.stop()


async def _sql(url: str, sql: str) -> None:
    import asyncpg

    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()


async def _measure(door: Any, chunks: int, queries: int) -> dict[str, float]:
    from firstline.knowledge.retrieve import Retriever, recall_cold

    embedder = BundledEmbedder()
    business_id = new_id()
    asked = [f"how much is {word} for a {thing}" for word, thing in _pairs(queries)]
    vectors = embed_all(embedder, asked)
    await _fill(door, business_id, chunks, embedder)
    retriever = Retriever(door, embedder, limit_bytes=1 << 30)
    await retriever.built(business_id)
    times: dict[str, list[float]] = {"hot": [], "cold": []}
    for text, vector in zip(asked, vectors, strict=True):
        for way, taken in times.items():
            start = time.perf_counter()
            async with door.transaction(business_id) as tx:
                if way == "hot":
                    await retriever.recall(tx, text, vector, "en", 6)
                else:
                    await recall_cold(tx, embedder.name, text, vector, "en", 6)
            taken.append((time.perf_counter() - start) * 1000)
    return {
        f"{way} p{q}": round(float(np.percentile(found[5:], q)), 1) for way, found in times.items() for q in (50, 95)
    } | {"index MB": round(retriever._indexes[business_id][1].bytes / 1e6, 1)}


def _pairs(count: int) -> list[tuple[str, str]]:
    rng = random.Random(7)
    words = ["repair", "replacement", "cleaning", "inspection", "installation", "warranty", "surcharge", "flushing"]
    things = [
        "water heater",
        "kitchen sink",
        "sewer line",
        "toilet",
        "faucet",
        "sump pump",
        "garbage disposal",
        "frozen pipe",
        "lawn",
        "wedding menu",
    ]
    return [(rng.choice(words), rng.choice(things)) for _ in range(count)]


def _texts(count: int) -> list[str]:
    """Real passages where the public sets are at hand (their words set the cost of keyword search), else made ones."""
    rng = random.Random(3)
    if SHARED.is_dir():
        found = [p["text"][:1200] for rows in Sets().passages.values() for p in rows if p["lang"] == "en"]
    else:
        found = [
            f"The {word} of a {thing} takes {n} hours and costs ${n * 35}."
            for n, (word, thing) in enumerate(_pairs(2000))
        ]
    rng.shuffle(found)
    return [f"{found[n % len(found)]} Item {n}." for n in range(count)]


async def _fill(door: Any, business_id: Any, chunks: int, embedder: BundledEmbedder) -> None:
    """Chunks with their parts; the vectors are random, which costs a search the same."""
    from firstline.knowledge import queries, search_queries

    rng = np.random.default_rng(3)
    texts = _texts(chunks)
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'Bench', $2, 'UTC')",
            business_id,
            f"bench-{business_id.hex}",
        )
    for at in range(0, chunks, 500):
        rows = []
        for ordinal, text in enumerate(texts[at : at + 500]):
            chunk = Chunk(text=text, title="Prices")
            vectors = rng.normal(size=(1 + len(chunk.parts), 512)).astype(np.float32)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            rows.append((ordinal, chunk, "en", list(vectors)))
        async with door.transaction(business_id) as tx:
            document = {
                "job_id": None, "source_type": "text", "source_uri": f"bench:{at}", "title": "t", "raw_text": "t", "metadata": {},
                "visibility": "public", "language": "en", "content_hash": b"x",
            }  # fmt: skip
            document_id, generation = await queries.save_document(tx, document)
            await queries.add_chunks(
                tx, document_id, generation, rows, visibility="public", model=embedder.name, metadata={}
            )
            await search_queries.bump_version(tx)


if __name__ == "__main__":
    everything = "--latency" not in sys.argv and "--quality" not in sys.argv
    report: dict[str, Any] = {}
    if everything or "--quality" in sys.argv:
        report["retrieval"] = quality()
    if everything or "--latency" in sys.argv:
        report["latency_ms"] = asyncio.run(latency())
    if "--json" in sys.argv:
        print(json.dumps(report))
    else:
        for part, values in report.items():
            print(part)
            for key, value in values.items():
                print(f"  {key}: {value}")
