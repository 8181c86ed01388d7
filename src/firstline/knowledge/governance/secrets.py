"""Secrets: shapes that are nothing else, and values after a word that says what they are.

A page of a business is full of codes that are no secrets (promo, zip, error and building codes): a code needs a word of
its own kind before it, and a value that no sentence would have there.
"""

import math
import re
from collections import Counter
from collections.abc import Iterator

from firstline.knowledge.governance.model import Hit, cued, pattern, rules, running

__all__ = ["secrets"]

LEAST_BITS = 3.0  # bits a character; English words stay under 2.9 at this length, random keys above 3.5
MIXED = re.compile(r"[A-Za-z]\d|\d[A-Za-z]")
SHORTEST_KEY = 12
RANDOM_BITS = 4.2  # of forty random signs of base64 about 4.7; of a path or a run of words under 4
MOST_SLASHES = 4  # more: a path
SHORTEST_RANDOM, LEAST_TURNS, RANDOM_KEY_BITS = 16, 4, 3.5  # a part number has few turns between letters and digits
MONEY = re.compile(r"\s?(?:[€$£%]|USD|EUR|MXN|euros?|dollars|d[oó]lares|pesos)", re.I)
PIN_WORDS = re.compile(r"\d{3,10}[#*]?|[#*]\d{3,10}[#*]?|[A-Za-z]{0,3}\d{3,8}[A-Za-z]?")


def secrets(text: str, words: set[str]) -> Iterator[Hit]:
    """Every secret in `text`; stretches may overlap. `words`: model.triggers() of it."""
    for kind in ("key", "public_key", "private_key", "token", "connection_string"):
        if kind == "connection_string" and "@" not in text and "AccountKey" not in text:
            continue
        for match in pattern("secrets.shapes", kind, case=True).finditer(text):
            yield Hit("secret", kind, match.start(), match.end(), sure=kind != "public_key")
    for match in pattern("secrets.shapes", "bare_key", case=True).finditer(text):
        value = match.group()
        mixed = all(re.search(kind, value) for kind in ("[a-z]", "[A-Z]", r"\d"))
        if mixed and _bits(value) >= RANDOM_BITS and value.count("/") <= MOST_SLASHES:
            yield Hit("secret", "key", match.start(), match.end())
    for kind in ("password", "code", "key"):
        if kind in words:
            yield from _cued(text, kind)
        if f"running_{kind}" in words and MIXED.search(text):
            yield from _running(text, kind)


def _cued(text: str, kind: str) -> Iterator[Hit]:
    for match in cued(kind).finditer(text):
        value = match["value"].rstrip(".,;:!?)")
        stated = match["sign"] is not None or match["verb"] in (":", "=")
        alone = stated and match["sign"] != "|" and _ends_there(text, match.start("value") + len(match["value"]))
        if value.casefold() in rules()["secrets"]["cued"]["never"] or value.startswith(("[", "(", "•", "*", "http")):
            continue
        if _fits(kind, value, alone, stated, MONEY.match(text, match.end("value")) is not None):
            yield Hit("secret", kind, match.start("value"), match.start("value") + len(value))


def _running(text: str, kind: str) -> Iterator[Hit]:
    """Values that stand in running text, known by what they look like."""
    for found in running(kind):
        for match in found.finditer(text):
            value = match["value"].rstrip(".,;:!?)=")
            if kind == "key" and not _random(value):
                continue
            if kind == "password" and (re.fullmatch(r"\d+[-–]?[a-z]+|\d+(?:st|nd|rd|th)", value) or "://" in value):
                continue  # "password 24-hour reset"
            yield Hit("secret", kind, match.start("value"), match.start("value") + len(value))


def _random(value: str) -> bool:
    """Whether no word or number of a business would look so: letters and digits mixed all through."""
    turns = len(re.findall(r"(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)|(?<=[a-z])(?=[A-Z])", value))
    return len(value) >= SHORTEST_RANDOM and turns >= LEAST_TURNS and _bits(value) >= RANDOM_KEY_BITS


def _ends_there(text: str, at: int) -> bool:
    """Whether the clause ends after a value, so that it is not the first word of a sentence."""
    return (
        re.match(r"[*`\"']*\s*(?:$|\n|[|,;/]|[.!]\s|\()", text[at : at + 12]) is not None or text[at - 1 : at] in ".,;"
    )


def _fits(kind: str, value: str, alone: bool, stated: bool, priced: bool) -> bool:
    if kind == "code":
        return not priced and PIN_WORDS.fullmatch(value) is not None
    marked = any(c.isdigit() for c in value) or re.search(r"[a-z][A-Z]|[!@#$%^&*_+]", value) is not None
    if kind == "key":
        return len(value) >= SHORTEST_KEY and marked and _bits(value) >= LEAST_BITS
    wordy = re.fullmatch(r"\d+[a-z]{0,2}|\d+[-–]\w+", value) is not None and not alone  # "password: 8 characters"
    return len(value) >= 4 and (alone or marked) and not wordy and (stated or marked)


def _bits(value: str) -> float:
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
