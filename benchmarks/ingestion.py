"""Ingestion: chunks a second without the model, the model's throughput in the pipeline, memory of a long PDF's reading.

`python -m benchmarks.ingestion` prints a table; `rows()` gives it to the report. An embedded server, no network, about a
minute and a half. Speed is by the clock, one job alone, median of several; processor seconds of this process and of
PostgreSQL stand beside it, for other work on the machine lengthens the first and not the second.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np

from firstline.embedding.bundled import BundledEmbedder
from firstline.embedding.pool import EmbeddingPool
from firstline.ground.db import create_pool
from firstline.ground.embedded import start_or_join
from firstline.ground.migrate import migrate
from firstline.ground.tenant import Door
from firstline.kit.ids import new_id
from firstline.knowledge import queries
from firstline.knowledge.ingest import SOURCES, ingest
from firstline.knowledge.parse import parse
from firstline.knowledge.parsing.pool import ParsingPool
from firstline.knowledge.sources.port import Acquired, Materials
from firstline.knowledge.store import Workshop
from firstline.tenancy.model import Business

__all__ = ["rows"]

WORDS = [
    "leak", "heater", "drain", "valve", "copper", "permit", "visit", "morning", "warranty", "labor", "tank", "pump", "filter",
    "street", "county", "gallon", "inspection",
]  # fmt: skip
Rows = list[tuple[str, str, str, bool | None, str]]
PLAIN_PAGES, MODEL_PAGES, PDF_PAGES = 120, 60, 300
PLAIN_RUNS, MODEL_RUNS = 5, 3


class Counting:
    """The bundled model's own tokenizer; vectors that cost nothing."""

    name = "use-multilingual-3"
    dimensions = 512

    def __init__(self, tokens: BundledEmbedder) -> None:
        self.count_tokens = tokens.count_tokens
        self._vector = np.full(512, 512**-0.5, dtype=np.float32)

    def embed(self, texts: Any) -> Any:
        """The same vector for every text."""
        return np.tile(self._vector, (len(texts), 1))


def page(n: int) -> bytes:
    """HTML with headings, prose, a list and a table: some four chunks of 160 tokens."""
    out = [f"<h1>Page {n}</h1>"]
    for part in range(3):
        prose = " ".join(
            f"The {WORDS[(n + part + i) % 17]} {n * 31 + i} takes {i + 1} hours and costs ${n + i * 7}."
            for i in range(9)
        )
        out.append(f"<h2>Part {part}</h2><p>{prose}</p>")
    table = "".join(f"<tr><td>{word} {n}</td><td>${n + len(word)}</td></tr>" for word in WORDS[:8])
    return f"<html lang='en'><body><main>{''.join(out)}<table><tr><th>Service</th><th>Price</th></tr>{table}</table></main></body></html>".encode()


class Pages:
    """A source of so many pages, parsed in its turn."""

    def __init__(self, first: int, count: int) -> None:
        self.range = range(first, first + count)

    async def __call__(self, _job: Any, _materials: Any) -> AsyncIterator[Acquired]:
        for n in self.range:
            yield Acquired(f"bench:{n}", await asyncio.to_thread(parse, page(n), "page.html", ""))


async def _run(door: Door, embedder: Any, source: Pages) -> tuple[int, float, float]:
    """(chunks, seconds, seconds of this process's processors)."""
    business = Business(new_id(), "Bench", f"bench-{new_id().hex}")
    async with door.transaction(business.id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'Bench', $2, 'UTC')",
            business.id,
            business.slug,
        )
        job_id = await queries.create_job(tx, "url", {})
    pool = EmbeddingPool(embedder)
    wall, cpu = time.perf_counter(), time.process_time()
    job = await ingest(Workshop(door, pool), Materials(business), job_id, sources={**SOURCES, "url": source})
    pool.close()
    assert job is not None
    assert job.status == "completed", job.errors
    return job.stats["chunks"], time.perf_counter() - wall, time.process_time() - cpu


class Noting(BundledEmbedder):
    """The bundled model, with the texts that it was given."""

    def __init__(self) -> None:
        super().__init__(cached_queries=0)
        self.given: list[list[str]] = []

    def embed(self, texts: Any) -> Any:
        """As the model."""
        self.given.append(list(texts))
        return super().embed(texts)


def _processors(server: int | None) -> float:
    """Seconds of processor that PostgreSQL (process `server` and its children) has used; 0 where the system does not tell."""
    total, ticks = 0, os.sysconf("SC_CLK_TCK")
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, _, rest = entry.read_text().rpartition(")")
        except OSError:
            continue
        fields = rest.split()
        if server is not None and (int(fields[1]) == server or name.split()[0] == str(server)):
            total += sum(map(int, fields[11:13]))
    return total / ticks


async def _plain(door: Door, tokens: BundledEmbedder, server: int | None) -> Rows:
    runs = []
    await _run(door, Counting(tokens), Pages(0, 10))
    for _ in range(PLAIN_RUNS):
        before = _processors(server)
        chunks, wall, cpu = await _run(door, Counting(tokens), Pages(0, PLAIN_PAGES))
        runs.append((chunks / wall, wall, cpu, _processors(server) - before, chunks))
    rate, wall, cpu, database, chunks = sorted(runs)[len(runs) // 2]
    note = (
        f"{chunks} chunks, by the clock {wall:.1f} s, this process {cpu:.1f} s, PostgreSQL {database:.1f} s of processor "
        f"({chunks / (cpu + database):.0f} chunks a second of both); median of {PLAIN_RUNS}, {min(runs)[0]:.0f} to {max(runs)[0]:.0f}"
    )
    return [("parse + chunk + index without the model", f"{rate:.0f} chunks/s", ">= 150", rate >= 150, note)]


async def _with_model(door: Door) -> Rows:
    shares, told = [], ""
    for run in range(MODEL_RUNS):
        noting = Noting()
        noting.warm()
        noting.given.clear()
        chunks, pipeline, _ = await _run(door, noting, Pages(5000 + run * MODEL_PAGES, MODEL_PAGES))
        flat = [text for batch in noting.given for text in batch]
        started = time.perf_counter()
        for at in range(0, len(flat), 32):
            BundledEmbedder.embed(noting, flat[at : at + 32])
        alone = time.perf_counter() - started
        shares.append(100 * alone / pipeline)
        told = f"{chunks} chunks, {len(flat)} texts: {pipeline:.1f} s in the pipeline, {alone:.1f} s alone"
    share = statistics.median(shares)
    note = f"{told}; median of {MODEL_RUNS}, {min(shares):.0f} to {max(shares):.0f}"
    return [
        (
            "embedding in the pipeline, of the model alone in batches of 32",
            f"{share:.0f} %",
            ">= 90 %",
            share >= 90,
            note,
        )
    ]


async def _measured(url: str, server: int | None) -> Rows:
    door = Door(await create_pool(url, least=1, most=6))
    tokens = BundledEmbedder()
    tokens.warm()
    try:
        return [*await _plain(door, tokens, server), *await _with_model(door)]
    finally:
        await door.pool.close()


def _pdf(pages: int) -> bytes:
    """A text PDF made by hand: no library is measured but the one that reads."""
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for n in range(pages):
        lines = "".join(
            f"(The {WORDS[(n + i) % 17]} number {n * 40 + i} takes {i} hours and costs ${n + i}.) Tj 0 -16 Td "
            for i in range(40)
        )
        stream = f"BT /F1 11 Tf 60 760 Td {lines}ET".encode()
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        kids.append(len(objects) + 1)
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>"
            % len(objects)
        )
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, b" ".join(b"%d 0 R" % kid for kid in kids))
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + b"".join(
        b"%010d 00000 n \n" % place for place in places
    )
    return bytes(out + b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, at))


async def _long_pdf() -> Rows:
    pool = ParsingPool(1)
    started = time.perf_counter()
    try:
        parsed = await pool.parse(_pdf(PDF_PAGES), "long.pdf", "")
    finally:
        await pool.close()
    took, peak = time.perf_counter() - started, pool.peak_bytes / 2**20
    note = (
        f"{took:.1f} s, {len(parsed.markdown) / 1000:.0f} thousand characters; as the pool counts its process's memory"
    )
    return [
        (f"a PDF of {PDF_PAGES} pages: peak memory of its process", f"{peak:.0f} MB", "<= 500 MB", peak <= 500, note)
    ]


def rows() -> Rows:
    """(what, measured, to reach, reached, notes) of each."""
    with tempfile.TemporaryDirectory(prefix="fl-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = start_or_join(Path(folder), durable=False)
        try:
            migrate(server.url)
            return [
                *asyncio.run(_measured(server.url, server.process and server.process.pid)),
                *asyncio.run(_long_pdf()),
            ]
        finally:
            server.stop()


if __name__ == "__main__":
    missed = False
    print(f"load before {os.getloadavg()[0]:.1f}, {os.cpu_count()} processors")
    for what, measured, limit, good, note in rows():
        missed |= good is False
        print(f"{what:66} {measured:>14} {limit:>10} {'reached' if good else 'missed':8} {note}")
    print(f"load after {os.getloadavg()[0]:.1f}")
    sys.exit(int(missed))
