"""Retrieval on the public sets, beside BM25 alone and vectors alone, on the tenants that no weight was fitted on.

Run: python -m benchmarks.retrieval [--json] [--embedder e5] [--vectors FOLDER]. The table is of the default model and, when
the extra is installed and --all is given, of e5 (some 15 minutes the first time; its vectors are then kept in FOLDER).
Speed is benchmarks/search_speed.py. Targets (issue 3): fused R@1 above both parts on the average by 3 points; on no set more
than 1 point below the better part at R@1, 6 at R@3; Spanish on English R@3 >= 93; AUROC >= .80 over all, >= .84
answerable against unanswerable.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.retrieval.quality import answerable, known, table
from benchmarks.retrieval.sets import Kept, asked

from firstline.embedding.catalog import embedder_named
from firstline.knowledge.tuning import tuning


def measured(name: str, vectors: Path) -> dict[str, Any]:
    """{"rows": [...], "answerable": {...}} of one model."""
    questions = asked(Kept(embedder_named(name), vectors))
    rows = table([known(q) for q in questions if q.held_out and q.gold], tuning())
    return {"rows": rows, "answerable": answerable([known(q) for q in questions if q.set == "mtrag_un"], tuning())}


def _line(row: dict[str, Any]) -> str:
    cells = "  ".join(f"{row[way][0]:5.1f}/{row[way][1]:5.1f}" for way in ("bm25", "dense", "fused"))
    better = [max(row["bm25"][at], row["dense"][at]) for at in (0, 1)]
    gain = "  ".join(f"{row['fused'][at] - better[at]:+5.1f}" for at in (0, 1))
    return f"{row['set']:20} {row['n']:5}  {cells}  {gain}"


def main() -> None:
    """See the module."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--json", action="store_true")
    options.add_argument("--all", action="store_true", help="the e5 extra too")
    options.add_argument("--embedder", default="bundled")
    options.add_argument("--vectors", type=Path, default=Path(tempfile.gettempdir()) / "firstline-vectors")
    chosen = options.parse_args()
    names = ["bundled", "e5"] if chosen.all else [chosen.embedder]
    found = {name: measured(name, chosen.vectors) for name in names}
    if chosen.json:
        print(json.dumps({"retrieval": _flat(found), "models": found, "latency_ms": {}}))
        return
    for name, report in found.items():
        print(f"{name}: R@1/R@3 on the held-out half; the last two columns: fused less the better part")
        print(f"{'set':20} {'n':>5}  {'bm25':>11}  {'dense':>11}  {'fused':>11}")
        print("\n".join(_line(row) for row in report["rows"]))
        print("mtrag_un, answerable or not:", report["answerable"], "\n")


def _flat(found: dict[str, Any]) -> dict[str, dict[str, Any]]:
    out = {}
    for name, report in found.items():
        before = "" if len(found) == 1 else f"{name}: "
        for row in report["rows"]:
            shares = {way: f"{row[way][0]}/{row[way][1]}" for way in ("fused", "bm25", "dense")}
            out[before + row["set"]] = {"n": row["n"], **shares}
        out[f"{before}mtrag_un, answerable or not"] = report["answerable"]
    return out


if __name__ == "__main__":
    main()
