"""What the understanding floor gets right, and how fast: `python benchmarks/understanding.py [--json FILE]`.

Read it with care. The bundled model was trained on part of the same shared files, so its rows there are *seen* data and
say little about strangers. The honest numbers on strangers are the out-of-fold ones of `scripts/train_understanding.py
--evaluate` (a whole source, or a whole conversation template, left out); this script prints those that were stored in
`data/model.json`, and measures latency itself, and dates, whose grammar was written by hand (its misses on these rows were looked at once).
"""

import argparse
import json
import os
import statistics
import time
from collections import defaultdict
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from firstline.embedding.bundled import BundledEmbedder
from firstline.tenancy.model import Business
from firstline.understanding.dates import When, find_times
from firstline.understanding.reading import Reader
from firstline.understanding.tables import data_bytes

SHARED = Path(os.environ.get("FIRSTLINE_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
SCORED = ("date", "datetime", "time", "daterange", "datetimerange", "timerange")
BUSINESS = Business(uuid4(), "Benchmark", "benchmark", timezone="America/Chicago", service_area_city="Madison")
NOW = datetime(2026, 2, 18, 15, 0, tzinfo=UTC)


def lines(name: str) -> list[dict]:
    path = SHARED / name
    return [json.loads(x) for x in path.read_text(encoding="utf-8").split("\n") if x] if path.exists() else []


def f1(pairs: list[tuple[str, str]]) -> float:
    """Macro-F1 of (gold, predicted) over the gold's classes."""
    scores = []
    for label in {g for g, _ in pairs}:
        hit = sum(g == p == label for g, p in pairs)
        scores.append(2 * hit / max(1, sum(g == label for g, _ in pairs) + sum(p == label for _, p in pairs)))
    return sum(scores) / len(scores)


def intents(reader: Reader) -> dict[str, float]:
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in lines("intents.jsonl"):
        if row["map"] == "strict" and row["origin"] == "human":
            reading = reader.read(row["text"], business=BUSINESS, now=NOW)
            pairs[row["src"]].append((row["label"], reading.intent))
            pairs["all"].append((row["label"], reading.intent))
    return {source: round(f1(found), 3) for source, found in sorted(pairs.items())}


def flags(reader: Reader) -> dict[str, dict[str, float]]:
    """Of the whole path (rules, model, keywords, sentences); `seen` data, as said above."""
    wanted = {
        "fraud_or_theft": "fraud",
        "medical_or_injury": "injury",
        "legal": "legal",
        "emergency": "emergency",
        "self_harm": "sensitive",
    }
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])  # hits, false, missed, negatives
    for row in lines("escalation.jsonl"):
        held = "asks_for_person" in reader.read(row["text"], business=BUSINESS, now=NOW).flags
        _count(counts["asks_for_person"], row["escalate"], held)
    safety = frozenset({"fraud", "injury", "legal", "emergency", "sensitive", "abuse"})
    for row in lines("safety_keywords.jsonl"):
        if row["reason"] in wanted or not row["escalate"]:
            _count(
                counts["any safety flag"],
                row["escalate"],
                bool(reader.read(row["text"], business=BUSINESS, now=NOW).flags & safety),
            )
    for row in lines("injection.jsonl"):
        _count(
            counts["injection"],
            row["label"] == "attack",
            "injection" in reader.read(row["text"], business=BUSINESS, now=NOW).flags,
        )
    return {
        name: {
            "precision": round(tp / max(1, tp + fp), 3),
            "recall": round(tp / max(1, tp + fn), 3),
            "false_alarms": round(fp / max(1, fp + tn), 3),
        }
        for name, (tp, fp, fn, tn) in counts.items()
    }


def _count(cell: list[int], gold: bool, held: bool) -> None:
    cell[0 if gold and held else 1 if held else 2 if gold else 3] += 1


def dates() -> dict[str, dict[str, float]]:
    """Is a place found that overlaps the gold one, and is its start a gold value?"""
    cells: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for row in (r for r in lines("datetime.jsonl") if r["ref_datetime"]):
        now = datetime.fromisoformat(row["ref_datetime"]).replace(tzinfo=ZoneInfo("UTC"))
        found = find_times(row["text"], row["lang"], now, country="US" if row["lang"] == "en" else "ES")
        for gold in row["expected"]:
            if gold["type"] not in SCORED:
                continue
            near = [w for w in found if w.begin <= gold["end"] and gold["start"] < w.finish]
            cell = cells[f"{row['lang']} {gold['type']}"]
            cell[0] += 1
            cell[1] += bool(near)
            cell[2] += any(_agrees(w, v, now.date()) for w in near for v in gold["values"] or ())
    return {
        name: {"n": n, "found": round(f / n, 2), "right": round(r / n, 2)} for name, (n, f, r) in sorted(cells.items())
    }


def _agrees(when: When, value: dict, today: date) -> bool:
    start = value.get("start") or value.get("value") or ""
    if value["type"] in ("time", "timerange"):
        return isinstance(when.start, datetime) and when.start.strftime("%H:%M:%S") == start
    if isinstance(when.start, datetime):
        return when.start.strftime("%Y-%m-%d %H:%M:%S") == start
    return when.start.isoformat() == start[:10] or (
        when.start == today and start[:10] < today.isoformat() <= value.get("end", "")
    )


def latency(reader: Reader) -> dict[str, float]:
    """Milliseconds a message with its embedding, one at a time, every text new to the embedder's cache."""
    taken = []
    for row in lines("intents.jsonl")[::20] or [{"text": f"How much for {n} rooms?"} for n in range(200)]:
        started = time.perf_counter()
        reader.read(row["text"] + ".", business=BUSINESS, now=NOW)
        taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    return {"p50": round(statistics.median(taken), 2), "p95": round(taken[int(len(taken) * 0.95)], 2), "n": len(taken)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    reader = Reader(BundledEmbedder())
    reader.warm(BUSINESS, NOW)
    result = {
        "latency_ms": latency(reader),
        "out_of_fold (strangers)": json.loads(data_bytes("model.json"))["out_of_fold"],
        "dates (misses were looked at once)": dates(),
        "intents macro-F1 (seen data)": intents(reader),
        "flags (seen data)": flags(reader),
    }
    text = json.dumps(result, indent=2)
    print(text)
    if args.json:
        args.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
