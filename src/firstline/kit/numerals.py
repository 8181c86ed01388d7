"""Numbers as people write them: "1,500", "1.500,00", "fifteen hundred", "mil quinientos".

Separators: of two kinds the last is the decimal one; a single separator before exactly three digits groups thousands
(money and counts never carry three decimals), anything else is decimal. So "1.500" and "1,500" are both 1500 in either
language, which is what both Spanish conventions (Spain, Mexico) need.
"""

import re
import tomllib
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any

__all__ = ["DIGITS", "money_words", "number_words", "parse_digits", "parse_words", "words_pattern"]

# Thousands grouped by , . ' or a non-breaking space; or plain digits with at most two decimals.
DIGITS = r"(?:\d{1,3}(?:[.,'’\u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?)(?![\d])"
_GLUE = {"and", "y", "a", "un", "an"}
_SCALES = {
    "hundred": 100,
    "thousand": 1000,
    "mil": 1000,
    "million": 10**6,
    "millón": 10**6,
    "millon": 10**6,
    "millones": 10**6,
    "grand": 1000,
}


@lru_cache(maxsize=1)
def money_words() -> dict[str, Any]:
    """The word lists of `data/money.toml`, read once."""
    return tomllib.loads((files("firstline.kit") / "data" / "money.toml").read_text("utf-8"))


@lru_cache(maxsize=1)
def number_words() -> dict[str, int]:
    """Every number word of every language we have (they do not collide) with its value."""
    return {word: value for table in money_words()["numbers"].values() for word, value in table.items()}


@lru_cache(maxsize=1)
def words_pattern() -> str:
    """A pattern for a run of number words: "one thousand two hundred", "treinta y cinco", "a hundred"."""
    plain = "|".join(sorted(map(re.escape, number_words()), key=len, reverse=True))
    scale = "|".join(sorted(map(re.escape, _SCALES), key=len, reverse=True))
    first = rf"(?:(?:a|an|un)\s+(?:{scale})|{plain}|mil)"
    return rf"(?:{first}(?:(?:[\s-]+(?:and|y))?[\s-]+(?:{plain}|{scale}))*)"


def parse_digits(text: str) -> Decimal:
    """The value of what `DIGITS` matched; ValueError when it is no number."""
    text = re.sub(r"['’\u00a0\u202f\s]", "", text)
    kinds = {c for c in text if c in ".,"}
    if not kinds:
        return Decimal(text)
    last = max(text.rfind("."), text.rfind(","))
    head, tail = text[:last], text[last + 1 :]
    grouped = len(kinds) == 1 and (len(tail) == 3 and head != "0")
    head = re.sub(r"[.,]", "", head)
    return Decimal(head + tail) if grouped else Decimal(f"{head or '0'}.{tail}")


def parse_words(text: str) -> Decimal | None:
    """The value of a run of number words, or None: "fifteen hundred" is 1500, "dos mil quinientos" 2500."""
    total = group = 0
    seen = False
    for word in re.split(r"[\s-]+", text.lower().strip()):
        if word in _GLUE:
            continue
        if word in _SCALES:
            scale = _SCALES[word]
            if scale == 100:
                group = (group or 1) * 100
            else:
                total += (group or 1) * scale
                group = 0
        elif word in number_words():
            group += number_words()[word]
        else:
            return None
        seen = True
    return Decimal(total + group) if seen else None
