"""Whether a price is for what the message states: its size, its kind, and how many of it."""

import re
from functools import cache

from firstline.answering.phrases import wordlist
from firstline.knowledge.wording import fold
from firstline.tenancy.model import Service
from firstline.understanding.quantities import find_quantities

__all__ = ["another_kind", "several"]

_SIZE = r"(?P<low>\d+(?:\.\d+)?)\s*(?:-|–|to|a|or|o)\s*(?P<high>\d+(?:\.\d+)?)"


def another_kind(service: Service, text: str) -> bool:
    """Whether `text` states a size outside the one in the service's name, or a kind that excludes the name's."""
    names = " | ".join(service.name.values())
    return _size_differs(names, text) or _kind_differs(
        fold(names), fold(" ".join(service.description.values())), fold(text)
    )


def _size_differs(names: str, text: str) -> bool:
    sizes: dict[str, list[float]] = {}
    ranges = {float(m["low"]): float(m["high"]) for m in re.finditer(_SIZE, names)}
    for entity in find_quantities(names):
        number = float(entity.value["number"])
        low = next((a for a, b in ranges.items() if b == number), number)
        sizes.setdefault(entity.value["unit"], []).extend((low, number))
    said = [e.value for e in find_quantities(text) if e.value["unit"] in sizes]
    return bool(said) and all(not min(sizes[v["unit"]]) <= float(v["number"]) <= max(sizes[v["unit"]]) for v in said)


def _kind_differs(names: str, description: str, text: str) -> bool:
    for group in wordlist("kinds")["groups"]:
        own = {kind for kind, pattern in group.items() if re.search(pattern, names)}
        own = own or {kind for kind, pattern in group.items() if re.search(pattern, description)}
        asked = {kind for kind, pattern in group.items() if re.search(pattern, text)}
        if own and asked and not own & asked:
            return True
    return False


def several(service: Service, text: str) -> bool:
    """Whether `text` asks for two or more of the service's thing ("two toilets", "3 calentadores")."""
    words = "|".join(sorted({re.escape(w) for name in _names(service) for w in re.findall(r"\w{4,}", fold(name))}))
    if not words:
        return False
    return re.search(rf"\b(?:{_numbers()})\s+(?:\w+\s+){{0,2}}?(?:{words})(?:s|es)\b", fold(text)) is not None


def _names(service: Service) -> list[str]:
    return [*service.name.values(), *(a for aliases in service.aliases.values() for a in aliases)]


@cache
def _numbers() -> str:
    return str(wordlist("kinds")["several"])
