"""Sizes and names that the house allows (design rules 1 and 2): what `make check-sizes` runs.

A file over 250 lines or a function over 40 asks to be split and is listed; a file over 400 or a function over 60 is
refused, and so is a drawer without a name (service.py, utils.py, ...). Tests, migrations and data files are free.
A function is counted from its `def` to its last line, docstring and signature too.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PLACES = ("src", "scripts", "benchmarks")
KINDS = {".py", ".js", ".mjs"}
FREE = {"migrations", "data", "vendor", "__pycache__"}
FILE_ASKS, FILE_LIMIT = 250, 400
FUNCTION_ASKS, FUNCTION_LIMIT = 40, 60
# "services" is no drawer here: it is what a plumber offers.
DRAWERS = {"service", "util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"}


def main() -> int:
    """Prints what asks and what is refused; 1 when something is refused."""
    asks: list[str] = []
    refused: list[str] = []
    for path in files():
        name = str(path.relative_to(ROOT))
        if path.stem in DRAWERS:
            refused.append(f"{name}: a drawer; name the file by what it makes possible")
        text = path.read_text(encoding="utf-8")
        sort(name, len(text.splitlines()), FILE_ASKS, FILE_LIMIT, asks, refused)
        if path.suffix == ".py":
            for function, line, length in functions(ast.parse(text)):
                sort(f"{name}:{line} {function}()", length, FUNCTION_ASKS, FUNCTION_LIMIT, asks, refused)
    for line in asks:
        print(f"asks to be split: {line}")
    for line in refused:
        print(f"REFUSED: {line}")
    print(f"sizes: {len(asks)} ask to be split, {len(refused)} refused")
    return int(bool(refused))


def sort(what: str, lines: int, asks_at: int, limit: int, asks: list[str], refused: list[str]) -> None:
    """Puts `what` on the list that its length calls for, if any."""
    if lines > limit:
        refused.append(f"{what}: {lines} lines, {limit} at most")
    elif lines > asks_at:
        asks.append(f"{what}: {lines} lines")


def files() -> Iterator[Path]:
    """Our own source files, without what is free of limits."""
    for place in PLACES:
        for path in sorted((ROOT / place).rglob("*")):
            if path.suffix in KINDS and path.is_file() and FREE.isdisjoint(path.relative_to(ROOT).parts):
                yield path


def functions(tree: ast.Module) -> Iterator[tuple[str, int, int]]:
    """(name, first line, length in lines) of every function and method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1


if __name__ == "__main__":
    sys.exit(main())
