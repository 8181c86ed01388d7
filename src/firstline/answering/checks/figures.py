"""Amounts, percentages and plain numbers in a plain text from which times, dates and phones have been blanked."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from firstline.answering.checks.mention import Mention
from firstline.answering.checks.plain import folded
from firstline.answering.checks.words import any_of, mention_words
from firstline.kit.money import find_amounts, find_percentages
from firstline.kit.numerals import money_words, parse_digits, parse_words, words_pattern

__all__ = ["find_figures"]

_NUMBER = re.compile(r"(?<![\d.,])\d+(?:[.,'\u00a0]\d+)*(?![\d])")
_ORDERING = re.compile(r"^\s*(?:[-•]\s*)?\d{1,2}[.)](?=\s)")


@lru_cache(maxsize=1)
def _counted_words() -> re.Pattern[str]:
    units = any_of(mention_words()["units"]["list"])
    return re.compile(rf"\b({words_pattern()})[\s-]+(?:(?:full|business|working|whole)\s+)?({units})\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _unit_after() -> re.Pattern[str]:
    units = any_of(mention_words()["units"]["list"])
    return re.compile(rf"[\s-]*(?:(?:full|business|working|whole|calendar)\s+)?(?:{units})\b")


def find_figures(text: str, *, small: int = 0) -> Iterator[Mention]:
    """Amounts, percentages, and every other number above `small` or followed by a unit ("2 years", "dos años").

    `small` is 0 for evidence; for a sentence counts up to it are let pass ("I have 2 questions").
    """
    percents = find_percentages(text)
    for percent in percents:
        yield Mention("percent", (percent.value,), percent.start, percent.end)
    masked = _blank(text, [(p.start, p.end) for p in percents])
    amounts = find_amounts(masked)
    for amount in amounts:
        yield Mention("amount", amount.values, amount.start, amount.end, amount.currency)
    masked = _blank(masked, [(a.start, a.end) for a in amounts])
    if ordering := _ORDERING.match(masked):
        masked = _blank(masked, [ordering.span()])
    yield from _numbers(masked, small)


def _numbers(text: str, small: int) -> Iterator[Mention]:
    bare = "".join(folded(c) or " " for c in text)
    for found in _NUMBER.finditer(text):
        value = _value(found[0])
        if value is None or (value <= small and not _unit_after().match(bare, found.end())):
            continue
        priced = value > small and _is_priced(bare, found.start(), found.end())
        yield Mention("amount" if priced else "number", (value,), found.start(), found.end())
    for found in _counted_words().finditer(bare):
        word = parse_words(found[1])
        if word is not None and word > 1:
            yield Mention("number", (word,), found.start(1), found.end(1))


def _is_priced(bare: str, start: int, end: int) -> bool:
    """Whether a number without a currency is a price all the same: a price word before it and no unit after it."""
    words = mention_words()
    after = re.match(r"[\s-]*([a-z]+|%|/)", bare[end:])
    if after and (after[1] in ("%", "/") or after[1] in _units()):
        return False
    return not set(re.findall(r"[a-z]+", bare[:start])).isdisjoint(words["price_words"]["list"])


@lru_cache(maxsize=1)
def _units() -> frozenset[str]:
    return frozenset(folded(u) for u in (*mention_words()["units"]["list"], *money_words()["units"]["list"]))


def _value(text: str) -> Decimal | None:
    try:
        return parse_digits(text)
    except (ValueError, InvalidOperation):
        return None


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
