"""Quantities with their unit: "50 gallon", "40 guests", "600 sq ft", "tres habitaciones"."""

import re
from functools import cache
from typing import Any

from firstline.conversations.facts import Entity
from firstline.understanding.tables import table
from firstline.understanding.words import fold

__all__ = ["find_quantities"]

MAX_CHARS = 1000
MAX_FOUND = 4


@cache
def _pattern() -> re.Pattern[str]:
    units: dict[str, str] = table("quantities")["units"]
    numbers = "|".join(table("quantities")["numbers"])
    named = "|".join(f"(?P<{name}>{words})" for name, words in units.items())
    return re.compile(
        rf"(?<![\w$€£.,/])(?P<n>\d{{1,3}}(?:,\d{{3}})+|\d{{1,6}}(?:\.\d+)?|{numbers})[\s-]*(?:{named})(?!\w)"
    )


def find_quantities(text: str) -> list[Entity]:
    """At most four; the value is {"number": number, "unit": name}."""
    found = []
    for m in _pattern().finditer(fold(text[:MAX_CHARS])):
        raw = m["n"].replace(",", "")
        numbers: dict[str, int] = table("quantities")["numbers"]
        number = numbers[raw] if raw in numbers else float(raw) if "." in raw else int(raw)
        unit = next(name for name, words in m.groupdict().items() if name != "n" and words)
        value: dict[str, Any] = {"number": number, "unit": unit}
        found.append(Entity("quantity", text[m.start() : m.end()], m.start(), m.end(), value))
    return found[:MAX_FOUND]
