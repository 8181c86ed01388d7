"""Fifty questions through the whole turn in this process, no network, no key: `python benchmarks/answers/run.py`.

Options: `--file second_business.jsonl --business green-thumb` for the held-out one (the default prints both), `--all`
prints every answer, `--json PATH` writes the result. Scoring as README.md beside this file says.
"""

import argparse
import asyncio
import json
import os
import re
import sys
import unicodedata
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).parent))

from turn import Outcome, Rehearsal
from world import EXAMPLES

from firstline.kit.money import find_amounts, find_percentages

HERE = Path(__file__).parent
CLOCK = re.compile(
    r"\b(\d{1,2})(?:[:.](\d\d))?\s*([ap])\.?\s?m\b|\b(\d{1,2}):(\d\d)\b|\b(12)\s+(?:noon|del mediod)", re.IGNORECASE
)


def plain(text: str) -> str:
    """The text as the README's step 2 brings it."""
    text = unicodedata.normalize("NFC", text)
    for pattern, to in (("[\u00a0\u2007\u2009\u202f]", " "), ("[‘’]", "'"), ("[‐‑‒–—−]", "-")):
        text = re.sub(pattern, to, text)
    return text


def times(text: str) -> set[int]:
    """Clock times as minutes after midnight."""
    found = set()
    for h, m, half, h2, m2, noon in CLOCK.findall(text):
        if noon:
            found.add(720)
        elif half:
            found.add((int(h) % 12 + (12 if half.lower() == "p" else 0)) * 60 + int(m or 0))
        elif int(h2) < 24:
            found.add(int(h2) * 60 + int(m2))
    return found


def numbers_wrong(text: str, sources: str, asked: datetime) -> str | None:
    """An amount, percentage or time of the answer that stands nowhere (step 5b)."""
    known = {v for a in find_amounts(sources) for v in a.values} | {p.value for p in find_percentages(sources)}
    known |= {float(n.replace(",", "")) for n in re.findall(r"\d[\d,]*(?:\.\d+)?", sources) if n.replace(",", "")}
    for value in [v for a in find_amounts(text) for v in a.values] + [p.value for p in find_percentages(text)]:
        if value not in known and float(value) not in known:
            return f"amount {value}"
    allowed = times(sources) | {asked.hour * 60 + asked.minute} | {t + 720 for t in times(sources)} | {0}
    bare = times(text) - allowed
    return f"time {sorted(bare)}" if bare else None


def _said(earlier: Any) -> str:
    return str(earlier["text"]) if isinstance(earlier, dict) else str(earlier)


def outcome_fits(expect: str, outcome: Outcome) -> bool:
    if expect == "answer":
        return outcome.escalation in ("none", "offered") and not outcome.unknown
    if expect == "refuse":
        return outcome.escalation in ("none", "offered")
    return expect == "either" or outcome.escalation in ("offered", "requested", "forced")


def score(row: dict[str, Any], outcome: Outcome, sources: str, asked: datetime) -> tuple[bool, str | None, list[str]]:
    """Right, wrong amount or hour (why), what is missing."""
    text = plain(outcome.text)
    flags = re.IGNORECASE | re.MULTILINE
    missed = [f"must {group}" for group in row["must"] if not any(re.search(p, text, flags) for p in group)]
    hit = [f"must_not {p}" for p in row["must_not"] if re.search(p, text, flags)]
    faults = missed + hit
    if not outcome_fits(row["expect"], outcome):
        faults.append(f"expected {row['expect']}, was {outcome.escalation}{' unknown' if outcome.unknown else ''}")
    if outcome.language != row["lang"]:
        faults.append(f"language {outcome.language}")
    said = sources + "\n" + plain(row["question"] + "\n" + "\n".join(map(_said, row["history"])))
    wrong = hit[0] if hit else numbers_wrong(text, said, asked)
    if (
        wrong is None
        and row["kind"] in ("hours", "price", "follow_up")
        and missed
        and (find_amounts(text) or times(text))
    ):
        wrong = missed[0]
    return not faults, wrong, faults


async def run(slug: str, file: str, show_all: bool) -> dict[str, Any]:
    rehearsal = Rehearsal(slug)
    profile = (EXAMPLES / slug / "business.json").read_text("utf-8")
    sources = plain(rehearsal.corpus + "\n" + profile)
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    wrong, misses = [], []
    for line in (HERE / file).read_text("utf-8").splitlines():
        row = json.loads(line)
        asked = datetime.fromisoformat(row["asked_at"])
        outcome = await rehearsal.ask(row["question"], row["history"], asked)
        good, bad, faults = score(row, outcome, sources, asked.astimezone(rehearsal.business.zone))
        for key in (row["lang"], row["kind"], "all"):
            total[key] += 1
            right[key] += good
        if bad:
            wrong.append(f"{row['id']}: {bad}")
        if not good or bad or show_all:
            misses.append((row, outcome, faults, bad))
    print(f"\n{slug}: {right['all']} of {total['all']} right, {len(wrong)} wrong amounts or hours")
    print("  " + " · ".join(f"{key} {right[key]}/{total[key]}" for key in total if key != "all"))
    for row, outcome, faults, bad in misses:
        print(f"\n{row['id']} [{row['kind']}] {' / '.join([*map(_said, row['history']), row['question']])}")
        print(f"   said: {outcome.text}\n   read: {outcome.note}")
        for fault in [*faults, *([f"WRONG {bad}"] if bad else [])]:
            print(f"   - {fault[:200]}")
    return {
        "business": slug,
        "right": right["all"],
        "asked": total["all"],
        "wrong": wrong,
        "by": {k: [right[k], total[k]] for k in total},
    }


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--business", default=None)
    options.add_argument("--file", default=None)
    options.add_argument("--all", action="store_true")
    options.add_argument("--json", default=None)
    chosen = options.parse_args()
    runs = [("acme-plumbing", "questions.jsonl"), ("green-thumb", "second_business.jsonl")]
    if chosen.business:
        runs = [(s, chosen.file or f) for s, f in runs if s == chosen.business]
    results = [asyncio.run(run(slug, file, chosen.all)) for slug, file in runs]
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(results, indent=1), "utf-8")
    first = results[0]
    return 0 if first["right"] >= 0.9 * first["asked"] and not first["wrong"] else 1


if __name__ == "__main__":
    sys.exit(main())
