"""Fifty questions through the very turn the chat takes, no network, no key: `python benchmarks/answers/run.py`.

The default prints the demo business and the held-out one; `--business SLUG` one of them, `--all` every answer,
`--json PATH` writes the result, `--keep PATH` seeds a data folder once. Scoring as README.md beside this file says.
"""

import argparse
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

from rehearsing import Outcome, Shopfront, with_businesses

from firstline.kit.money import find_amounts, find_percentages

HERE = Path(__file__).parent
RUNS = (("acme-plumbing", "questions.jsonl"), ("green-thumb", "second_business.jsonl"))
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


async def ask_all(front: Shopfront, file: str, show_all: bool) -> dict[str, Any]:
    """Every question of `file`, scored; the table and the misses are printed."""
    sources, slug = plain(front.corpus), front.business.slug
    right: Counter[tuple[str, str]] = Counter()
    total: Counter[tuple[str, str]] = Counter()
    wrong, misses = [], []
    for line in (HERE / file).read_text("utf-8").splitlines():
        row = json.loads(line)
        asked = datetime.fromisoformat(row["asked_at"])
        outcome = await front.ask(row["question"], row["history"], asked)
        good, bad, faults = score(row, outcome, sources, asked.astimezone(front.business.zone))
        total[row["kind"], row["lang"]] += 1
        right[row["kind"], row["lang"]] += good
        if bad:
            wrong.append(f"{row['id']}: {bad}")
        if not good or bad or show_all:
            misses.append((row, outcome, faults, bad))
    print_table(slug, right, total, wrong)
    for row, outcome, faults, bad in misses:
        print(f"\n{row['id']} [{row['kind']}] {' / '.join([*map(_said, row['history']), row['question']])}")
        print(f"   said: {outcome.text}\n   read: {outcome.note}")
        for fault in [*faults, *([f"WRONG {bad}"] if bad else [])]:
            print(f"   - {fault[:200]}")
    return {
        "business": slug,
        "right": right.total(),
        "asked": total.total(),
        "wrong": wrong,
        "by": {f"{kind} {lang}": [right[kind, lang], total[kind, lang]] for kind, lang in total},
    }


def print_table(slug: str, right: Counter[Any], total: Counter[Any], wrong: list[str]) -> None:
    """Right of asked, a row a kind and a column a language."""
    languages = sorted({lang for _, lang in total})
    print(f"\n{slug}: {right.total()} of {total.total()} right, {len(wrong)} wrong amounts or hours")
    print(f"  {'':20}" + "".join(f"{lang:>9}" for lang in languages))
    for kind in [*dict.fromkeys(k for k, _ in total), "all"]:
        cells = []
        for lang in languages:
            of = [n for (k, at), n in total.items() if at == lang and kind in (k, "all")]
            got = [n for (k, at), n in right.items() if at == lang and kind in (k, "all")]
            cells.append(f"{sum(got)}/{sum(of)}" if of else "")
        print(f"  {kind:20}" + "".join(f"{cell:>9}" for cell in cells))


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--business", default=None, choices=[slug for slug, _ in RUNS])
    options.add_argument("--all", action="store_true")
    options.add_argument("--json", default=None)
    options.add_argument("--keep", default=None, help="a data folder to seed once and use again")
    chosen = options.parse_args()
    runs = [(slug, file) for slug, file in RUNS if chosen.business in (None, slug)]

    async def body(fronts: dict[str, Shopfront]) -> list[dict[str, Any]]:
        return [await ask_all(fronts[slug], file, chosen.all) for slug, file in runs]

    results = with_businesses([slug for slug, _ in runs], body, chosen.keep)
    if chosen.json:
        Path(chosen.json).write_text(json.dumps(results, indent=1), "utf-8")
    first = results[0]
    return 0 if first["right"] >= 0.9 * first["asked"] and not first["wrong"] else 1


if __name__ == "__main__":
    sys.exit(main())
