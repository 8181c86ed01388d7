"""All numbers of docs/benchmarks.md: `python -m benchmarks [speed knowledge answers xquad understanding] [--quick] [--no-write]`.

Each part runs in a process of its own and writes its section of the document, between its two markers; the others stay.
Without a part named: all. `--quick` is for CI: a short run, printed, nothing written. It fails only when a part cannot
run: these are measurements, not timed tests.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

__all__ = ["machine", "put_section"]

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "benchmarks.md"
RIGHT, ASKED_ENOUGH = 45, 50
XQUAD = {"en": 78.0, "es": 66.0}
Rows = list[tuple[str, str, str, str, str]]


def machine() -> str:
    """Cores, memory, processor, Python, date: what a number is worth nothing without."""
    memory, model = "?", platform.processor() or platform.machine()
    if Path("/proc/meminfo").exists():
        kilobytes = int(re.search(r"MemTotal:\s+(\d+)", Path("/proc/meminfo").read_text())[1])  # type: ignore[index]
        memory = f"{kilobytes / 1048576:.0f} GB"
        named = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
        model = named[1] if named else model
    load = f", load before the run {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{os.cpu_count()} cores ({model}), {memory}, {platform.system()}, Python {platform.python_version()}, "
        f"{datetime.now(UTC):%Y-%m-%d}{load}"
    )


def put_section(name: str, text: str) -> None:
    """Replaces what stands between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`."""
    begin, end = f"<!-- bench:{name} -->", f"<!-- /bench:{name} -->"
    document = DOCUMENT.read_text("utf-8")
    head, found, rest = document.partition(begin)
    if not found or end not in rest:
        raise ValueError(f"{DOCUMENT.name} has no section {name}")
    DOCUMENT.write_text(f"{head}{begin}\n{text.strip()}\n{end}{rest.partition(end)[2]}", "utf-8")


def _run(*command: str) -> str:
    """Runs a benchmark in a process of its own; its output goes on to the terminal's error line by line."""
    done = subprocess.run([sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode not in (0, 1):  # 1: ran, and missed its target
        raise subprocess.CalledProcessError(done.returncode, command, done.stdout)
    return done.stdout


def _json_file(*command: str) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "out.json"
        _run(*command, "--json", str(file))
        return json.loads(file.read_text("utf-8"))


def _state(good: bool | None) -> str:
    return {True: "reached", False: "**missed**", None: ""}[good]


def speed(quick: bool) -> Rows:
    """The processes of benchmarks/speed."""
    rows = _json_file("-m", "benchmarks.speed.run", *(["--quick"] if quick else []))
    return [(r["what"], r["value"], r["limit"], _state(r["good"]), r["note"]) for r in rows]


def knowledge(quick: bool) -> Rows:
    """Retrieval, its speed, ingestion, boilerplate, governance: benchmarks/knowledge.py."""
    rows = _json_file("-m", "benchmarks.knowledge", *(["--quick"] if quick else []))
    return [(what, value, limit, _state(good), note) for what, value, limit, good, note in rows]


def answers(_quick: bool) -> Rows:
    """Fifty questions to each example business."""
    found = _json_file("benchmarks/answers/run.py")
    out: Rows = []
    for result in found if isinstance(found, list) else [found]:
        right, asked, wrong = result["right"], result["asked"], result["wrong"]
        good = right >= RIGHT and not wrong if asked == ASKED_ENOUGH else None
        limit = f">= {RIGHT} of {ASKED_ENOUGH}, 0 wrong" if asked == ASKED_ENOUGH else ""
        note = "; ".join(f"{kind} {a}/{b}" for kind, (a, b) in result["by"].items())
        out.append(
            (
                f"{result['business']}: right answers",
                f"{right} of {asked}, {len(wrong)} wrong amounts or hours",
                limit,
                _state(good),
                note,
            )
        )
    return out


def xquad(_quick: bool) -> Rows:
    """Does the chosen sentence hold the gold answer?"""
    found = json.loads(_run("-m", "benchmarks.xquad", "--json"))["xquad"]
    return [
        (
            f"XQuAD {language}: the chosen sentence holds the answer",
            f"{share} %",
            f">= {XQUAD[language]:g} %",
            _state(share >= XQUAD[language]),
            "",
        )
        for language, share in found.items()
    ]


def understanding(_quick: bool) -> str:
    """Intents, flags, dates and language: its own words."""
    return f"```\n{_run('benchmarks/understanding.py').strip()}\n```"


PARTS: dict[str, Callable[[bool], Rows | str]] = {
    "speed": speed,
    "knowledge": knowledge,
    "answers": answers,
    "xquad": xquad,
    "understanding": understanding,
}
NEED_SHARED_DATA = {"xquad", "understanding"}


def table(rows: Rows) -> str:
    """Markdown, with the machine under it."""
    lines = ["| what | measured | to reach | | notes |", "|---|---|---|---|---|"]
    lines += ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows]
    return "\n".join(lines)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("parts", nargs="*", choices=[*PARTS, []])
    options.add_argument("--quick", action="store_true")
    options.add_argument("--no-write", action="store_true")
    chosen = options.parse_args()
    shared = Path(os.environ.get("FIRSTLINE_SHARED_DATA") or ROOT.parent / "shared" / "data").is_dir()
    failed = False
    for name in chosen.parts or PARTS:
        if name in NEED_SHARED_DATA and not shared:
            print(f"\n## {name}: skipped, the public data are not on this machine")
            continue
        where = machine()
        try:
            rows = PARTS[name](chosen.quick)
        except (subprocess.CalledProcessError, OSError, ValueError) as error:
            print(f"\n## {name}: could not run ({error})")
            failed = True
            continue
        print(f"\n## {name} on {where}\n")
        for what, value, limit, state, note in () if isinstance(rows, str) else rows:
            print(f"{what:68} {value:>14} {limit:>12} {state.strip('*'):8} {note}")
        shown = rows if isinstance(rows, str) else table(rows)
        if isinstance(rows, str):
            print(rows)
        if not (chosen.quick or chosen.no_write):
            put_section(name, f"{shown}\n\nMeasured on {where}.")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
