"""Every benchmark, printed and written to docs/benchmarks.md with the machine: what `make bench` runs.

`python -m benchmarks [NAME ...]`: only those; the page then keeps nothing of the others, so write it with all of them.
Each runs in a process of its own, one after the other. 1 when one of them failed or missed its target.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
PARTS = {
    "speed": ("Speed and memory", "make bench-speed", ["-m", "benchmarks.speed.run"]),
    "answers": ("Fifty questions", "make bench-answers", ["benchmarks/answers/run.py"]),
    "retrieval": ("Retrieval", "make bench-retrieval", ["-m", "benchmarks.retrieval"]),
    "xquad": ("XQuAD", "make bench-xquad", ["-m", "benchmarks.xquad"]),
    "understanding": ("Understanding", "make bench-understanding", ["benchmarks/understanding.py"]),
}


def main(asked: list[str]) -> int:
    """Runs what is asked for, all of it when nothing is; writes the page when all of it ran."""
    status = 0
    page = [f"# Benchmarks\n\nWritten by `make bench` on {datetime.now(UTC):%Y-%m-%d}. {machine()}\n"]
    for name in asked or PARTS:
        title, command, arguments = PARTS[name]
        print(f"== {title}", flush=True)
        output, failed = run(arguments)
        status |= failed
        page.append(f"## {title}\n\n`{command}`{' (a target was missed)' if failed else ''}\n\n```\n{output}\n```\n")
    if not asked:
        PAGE.write_text("\n".join(page), encoding="utf-8")
        print(f"written to {PAGE.relative_to(ROOT)}")
    return status


def run(arguments: list[str]) -> tuple[str, int]:
    """One benchmark: its output, shown while it comes, and whether it failed."""
    lines: list[str] = []
    with subprocess.Popen([sys.executable, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    return "\n".join(lines).strip(), int(process.returncode != 0)


def machine() -> str:
    """What it ran on, in a sentence."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}."
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
