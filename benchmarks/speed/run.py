"""All measurements of speed and memory: `python -m benchmarks.speed.run [--quick] [--json]`.

Every process is the real one, the database writes through (fsync on), row-level security, outbox and receipts are on.
The client and the stub model share the machine's cores with what is measured. Targets: issue 2.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import uvloop
from benchmarks.speed import measures, processes
from benchmarks.speed.questions import wordings
from benchmarks.speed.world import CONSERVATIVE, EXAMPLE, seed_both

from firstline.ground.embedded import EmbeddedServer, start_or_join
from firstline.ground.migrate import migrate
from firstline.ground.settings import read_settings

__all__ = ["Row", "measure"]

T = TypeVar("T")
AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class Size:
    """How long each part takes."""

    turns: int = 400
    seconds: float = 15.0
    streams: int = 500
    starts: int = 3


QUICK = Size(turns=50, seconds=4.0, streams=100, starts=1)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `limit`: what is to be reached, "" where nothing was set; `good` is None then."""

    what: str
    value: str
    limit: str = ""
    good: bool | None = None
    note: str = ""


def percentile(values: Sequence[float], share: int) -> float:
    """By rank; 0 for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share / 100 * (len(ordered) - 1)))] if ordered else 0.0


def at_most(what: str, value: float, limit: float, unit: str, note: str = "") -> Row:
    """A row that is good when `value` is not above `limit`."""
    return Row(what, f"{value:.1f} {unit}", f"<= {limit:g} {unit}", value <= limit, note)


def _go(work: Coroutine[Any, Any, T]) -> T:
    return uvloop.run(work)


def measure(size: Size) -> list[Row]:
    """Runs everything, in a folder of its own under /tmp."""
    os.environ["OMP_NUM_THREADS"] = "1"
    with processes.temporary_folder() as folder:
        settings = read_settings(FIRSTLINE_DATA=folder / "data", DATABASE_URL="")
        server = start_or_join(settings.data)
        try:
            migrate(server.url)
            seed_both(settings, server.url, folder)
            environment = {"DATABASE_URL": server.url, "FIRSTLINE_DATA": str(settings.data), "FIRSTLINE_LLM": ""}
            rows = _without_model(environment, server, size) + _with_model(environment, size)
        finally:
            server.stop()
        return rows + _starting({"DATABASE_URL": "", "FIRSTLINE_DATA": str(settings.data)}, size)


def _without_model(environment: dict[str, str], server: EmbeddedServer, size: Size) -> list[Row]:
    port, texts = processes.free_port(), wordings()
    base = f"http://127.0.0.1:{port}"
    rows = []
    with processes.serving(environment, port) as (web, _):
        rows += _memory(web.pid, server, environment)
        very_first = _go(measures.first_deltas(base, EXAMPLE, texts, 1))
        rows.append(Row("very first turn after start, first delta", f"{sum(very_first.first):.1f} ms"))
        for slug, profile in ((EXAMPLE, "balanced"), (CONSERVATIVE, "conservative")):
            _go(measures.first_deltas(base, slug, texts, 20))
            found = _go(measures.first_deltas(base, slug, texts, size.turns))
            note = f"{len(found.first)} turns, whole turn p50 {percentile(found.whole, 50):.1f} ms"
            note += f", {found.silent} without a delta" if found.silent else ""
            for share, limit in ((50, 40), (99, 150)):
                what = f"request to first delta, extractive, {profile}, p{share}"
                value = percentile(found.first, share)
                rows.append(
                    at_most(what, value, limit, "ms", note)
                    if profile == "balanced"
                    else Row(what, f"{value:.1f} ms", "", None, note)
                )
        load = _go(measures.sustained(base, EXAMPLE, texts, AT_ONCE, size.seconds))
        rows.append(_load_row("extractive composer, 16 at a time", load, web.pid, ""))
        rows.append(_streams(base, web.pid, size))
    return rows


def _memory(web: int, server: EmbeddedServer, environment: dict[str, str]) -> list[Row]:
    _go(asyncio.sleep(6))  # until what is loaded beside the first requests is there
    held = processes.memory_of([web])
    rows = [at_most("memory of the web process after start (RSS)", held["rss"], 300, "MB", f"PSS {held['pss']:.0f} MB")]
    if server.process is not None:
        database = processes.memory_of(processes.family(server.process.pid))
        rows.append(Row("memory of PostgreSQL (PSS of its processes)", f"{database['pss']:.0f} MB"))
    with processes.process([sys.executable, "-m", "firstline.cli", "worker"], environment) as worker:
        _go(asyncio.sleep(6))
        held = processes.memory_of([worker.pid])
    rows.append(Row("memory of the worker, idle (RSS)", f"{held['rss']:.0f} MB", "", None, f"PSS {held['pss']:.0f} MB"))
    return rows


def _streams(base: str, web: int, size: Size) -> Row:
    async def hold() -> processes.Memory:
        held = await measures.open_streams(base, EXAMPLE, size.streams)
        memory = processes.memory_of([web])
        for connection in held:
            connection.close()
        return memory

    memory = _go(hold())
    note = f"after the load above; PSS {memory['pss']:.0f} MB"
    return at_most(f"memory with {size.streams} open streams (RSS)", memory["rss"], 400, "MB", note)


def _with_model(environment: dict[str, str], size: Size) -> list[Row]:
    port, stub_port, texts = processes.free_port(), processes.free_port(), wordings()
    base, stub = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{stub_port}"
    command = [sys.executable, "-m", "firstline.llm.stub", "--port", str(stub_port), "--mode", "instant"]
    told = {**environment, "FIRSTLINE_LLM": f"{stub}/v1#instant"}
    rows = []
    with processes.process(command, {}), processes.serving(told, port) as (web, _):
        own = statistics.median(_go(measures.own_time_of(stub)))
        _go(measures.first_deltas(base, EXAMPLE, texts, 20))
        found = _go(measures.first_deltas(base, EXAMPLE, texts, size.turns))
        beyond = percentile(found.first, 50) - own
        note = f"p99 {percentile(found.first, 99) - own:.1f} ms; the stub's own {own:.1f} ms taken off; {len(found.first)} turns"
        rows.append(at_most("our overhead to the first released sentence, instant stub, p50", beyond, 25, "ms", note))
        load = _go(measures.sustained(base, EXAMPLE, texts, AT_ONCE, size.seconds))
        rows.append(_load_row("instant stub, 16 at a time, no worker beside", load, web.pid, ">= 60 /s"))
        with processes.process([sys.executable, "-m", "firstline.cli", "worker"], environment):
            _go(asyncio.sleep(4))
            load = _go(measures.sustained(base, EXAMPLE, texts, AT_ONCE, size.seconds))
            rows.append(_load_row("instant stub, 16 at a time, worker beside", load, web.pid, ">= 60 /s"))
    return rows


def _load_row(what: str, load: measures.Load, web: int, limit: str) -> Row:
    rate = load.turns / load.seconds
    note = f"first delta p50 {percentile(load.first, 50):.0f} ms, p99 {percentile(load.first, 99):.0f} ms"
    note += f", {load.failed} FAILED" if load.failed else ""
    good = rate >= 60 and not load.failed if limit else None
    return Row(f"turns a second, {what}", f"{rate:.1f} /s", limit, good, note)


def _starting(environment: dict[str, str], size: Size) -> list[Row]:
    """With the embedded database stopped: `firstline serve` brings it up, looks at the schema, loads the model."""
    times = []
    for _ in range(size.starts):
        with processes.serving(environment, processes.free_port()) as (_, seconds):
            times.append(seconds)
    note = f"second start on the same data, database included; median of {len(times)}"
    return [at_most("start of `firstline serve` until /readyz", statistics.median(times), 3, "s", note)]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--quick", action="store_true")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    rows = measure(QUICK if chosen.quick else Size())
    for row in rows:
        state = {True: "ok", False: "MISSED", None: ""}[row.good]
        print(f"{row.what:70} {row.value:>12} {row.limit:>12} {state:7} {row.note}")
    if chosen.json:
        fields = ("what", "value", "limit", "good", "note")
        chosen.json.write_text(json.dumps([{f: getattr(r, f) for f in fields} for r in rows], indent=1), "utf-8")


if __name__ == "__main__":
    main()
