"""Amounts, percentages and plain numbers in a plain text from which times, dates and phones have been blanked."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from firstline.answering.checks.mention import Mention
from firstline.answering.checks.plain import folded, folded_in_place
from firstline.answering.checks.words import any_of, mention_words
from firstline.kit.money import Amount, find_amounts, find_percentages
from firstline.kit.numerals import money_words, parse_digits, parse_words, words_pattern

__all__ = ["find_figures"]

_NUMBER = re.compile(r"(?<![\d.,])\d+(?:[.,'\u00a0]\d+)*(?![\d])")
_ORDERING = re.compile(r"^\s*(?:[-•]\s*)?\d{1,2}[.)](?=\s)")


def find_figures(text: str, *, small: int = 0) -> Iterator[Mention]:
    """Amounts, percentages, and every other number above `small` or followed by a unit ("2 years", "dos años").

    `small` is 0 for evidence; for a sentence counts up to it are let pass ("I have 2 questions").
    """
    percents = find_percentages(text)
    for percent in percents:
        yield Mention("percent", (percent.value,), percent.start, percent.end)
    masked = _blank(text, [(p.start, p.end) for p in percents])
    amounts = find_amounts(_apart(masked))
    for amount in amounts:
        values = (*amount.values, *_others_within(masked[amount.start : amount.end], amount))
        yield Mention("amount", values, amount.start, amount.end, amount.currency)
    masked = _blank(masked, [(a.start, a.end) for a in amounts])
    if ordering := _ORDERING.match(masked):
        masked = _blank(masked, [ordering.span()])
    yield from _numbers(masked, small)


def _others_within(words: str, amount: Amount) -> Iterator[Decimal]:
    """Ends of a range that is none ("from $900 to $11"): nothing written may get lost."""
    for found in _NUMBER.finditer(words):
        value = _value(found[0])
        if value is not None and len(list(_NUMBER.finditer(words))) > 1 and not _is_part(value, amount):
            yield value


def _is_part(value: Decimal, amount: Amount) -> bool:
    return any(value * scale in amount.values for scale in (1, 100, 1000, 1_000_000))


def _numbers(text: str, small: int) -> Iterator[Mention]:
    """Digits and counted words. With a unit their kind is "count:UNIT" (2 years is no support for 2 hours)."""
    bare = folded_in_place(text)
    for found in _NUMBER.finditer(text):
        value = _value(found[0])
        unit = _unit_after(bare, found.end())
        if value is None or (not unit and _is_small_talk(text, found.end(), value, small)):
            continue
        kind = f"count:{unit}" if unit else "amount" if _is_priced(bare, found.start(), found.end()) else "number"
        yield Mention(kind, (value,), found.start(), found.end())
    for found in _word_number().finditer(bare):
        word = parse_words(found[0])
        unit = _unit_after(bare, found.end())
        if word is None or word <= 1:
            continue
        if unit:
            yield Mention(f"count:{unit}", (word,), *found.span())
        elif word > _SPOKEN and _is_priced(bare, *found.span()):
            yield Mention("amount", (word,), *found.span())


_SPOKEN = 19  # number words above it, after a price word, are a price: "le sale en mil cuatrocientos"


@lru_cache(maxsize=1)
def _word_number() -> re.Pattern[str]:
    return re.compile(rf"\b{words_pattern()}\b", re.IGNORECASE)


def _is_small_talk(text: str, end: int, value: Decimal, small: int) -> bool:
    return value <= small and value == value.to_integral_value() and not text[end : end + 1].isalpha()


def _unit_after(bare: str, end: int) -> str | None:
    """The unit that a number has, also as the first of two: the 3 of "3 to 4 hours"."""
    found = _unit_pattern().match(bare, end)
    return mention_words()["unit_kinds"][found["unit"]] if found else None


@lru_cache(maxsize=1)
def _unit_pattern() -> re.Pattern[str]:
    units = any_of(mention_words()["unit_kinds"])
    number = rf"(?:\d+(?:[.,]\d+)?|{words_pattern()})"
    return re.compile(
        rf"(?:\s*(?:-|–|to|a|or|o|and|y)\s*{number})?[\s-]*(?:(?:full|business|working|whole|calendar)\s+)?(?P<unit>{units})\b"
    )


def _is_priced(bare: str, start: int, end: int) -> bool:
    """Whether a number without a currency is a price all the same: a price word before it and no unit after it."""
    after = re.match(r"[\s-]*([a-z]+|%|/)", bare[end:])
    if after and (after[1] in ("%", "/") or after[1] in _units()):
        return False
    if _RUNS.search(bare[:start]):
        return True
    return not set(re.findall(r"[a-z]+", bare[:start])).isdisjoint(mention_words()["price_words"]["list"])


_RUNS = re.compile(r"\bruns? (?:you|about|around|from|between|at|roughly|anywhere)\b")


@lru_cache(maxsize=1)
def _units() -> frozenset[str]:
    return frozenset(folded(u) for u in (*mention_words()["unit_kinds"], *money_words()["units"]["list"]))


def _value(text: str) -> Decimal | None:
    try:
        return parse_digits(text)
    except (ValueError, InvalidOperation):
        return None


_ENDS = re.compile(
    rf"\b(?P<word>entre|between)\s+(?P<low>{words_pattern()})\s(?P<and>y|and)\s(?={words_pattern()})", re.IGNORECASE
)


def _apart(text: str) -> str:
    """ "between nine hundred and fifteen hundred": two numbers, not one; same length, so that offsets hold."""

    def parted(found: re.Match[str]) -> str:
        return found[0][: found.start("and") - found.start()] + {"y": "a", "and": "to "}[found["and"].lower()] + " "

    return _ENDS.sub(parted, text)


def _blank(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text
