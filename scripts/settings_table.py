"""Writes the README's table of settings from `firstline.ground.settings.ENVIRONMENT`: what `make docs` runs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from firstline.ground.settings import ENVIRONMENT

README = Path(__file__).resolve().parents[1] / "README.md"
PLACE = re.compile(r"(<!-- settings.*?\|---\|---\|---\|\n)(.*?)(\n<!-- /settings -->)", re.DOTALL)


def main() -> int:
    """Replaces the table's rows; 1 when the README has no place for them."""
    text = README.read_text(encoding="utf-8")
    if not PLACE.search(text):
        print("README.md has no <!-- settings --> table")
        return 1
    README.write_text(PLACE.sub(lambda found: found[1] + table() + found[3], text), encoding="utf-8")
    return 0


def written() -> str | None:
    """The rows as they stand in the README."""
    found = PLACE.search(README.read_text(encoding="utf-8"))
    return found[2] if found else None


def table() -> str:
    """The rows as they have to be."""
    rows = []
    for name, (default, meaning) in ENVIRONMENT.items():
        shown = f"`{default}` " if default else ""
        rows.append(f"| `{name}` | {shown}| {meaning.replace('|', chr(92) + '|')} |")
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
