"""Money in text, both ways: finding amounts, ranges and percentages in English and Spanish, and writing them.

Used by the gate (what amounts does this sentence claim?) and by computed answers. Words are in `data/money.toml`.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from babel.numbers import NumberPattern, format_currency, format_decimal

from firstline.kit.numerals import DIGITS, money_words, parse_digits, parse_words, words_pattern

__all__ = ["Amount", "Percentage", "find_amounts", "find_percentages", "format_money", "format_range"]


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount or a range of money in a text.

    `value` is the lower end, `upper` the upper one (equal when it is no range). `start`, `end` are character offsets.
    `currency` is an ISO code, "$" when only that sign (or "dollars", "pesos") was written, None for a bare number.
    """

    value: Decimal
    upper: Decimal
    start: int
    end: int
    currency: str | None = None

    @property
    def values(self) -> tuple[Decimal, ...]:
        """One value, or both ends of the range."""
        return (self.value,) if self.value == self.upper else (self.value, self.upper)

    @property
    def is_range(self) -> bool:
        """Whether two ends were written."""
        return self.value != self.upper


@dataclass(frozen=True, slots=True)
class Percentage:
    """A percentage in a text: `value` 9.99 for "9.99 %"; of "5-10 %" both ends are given, one each."""

    value: Decimal
    start: int
    end: int


def _any(words: list[str]) -> str:
    return "|".join(sorted((re.escape(w).replace(r"\ ", r"\s+") for w in words), key=len, reverse=True))


@lru_cache(maxsize=1)
def _amount_pattern() -> re.Pattern[str]:
    """[currency] number [magnitude] [separator [currency] number [magnitude]] [currency], named groups."""
    words = money_words()
    pre = rf"(?:{_any(list(words['symbols']))}|\b(?:{'|'.join(words['codes']['list'])})(?![^\W\d]))"
    # A sign right before a digit is that number's: "a 40-gallon one $1,200".
    post = rf"(?:(?:{_any(list(words['symbols']))})(?!\d)|(?:{_any([*words['names'], *words['codes']['list']])})\b)"
    magnitude = rf"(?:k\b|\s*(?:{_any([m for m in words['magnitudes'] if m != 'k'])})\b)"
    number = rf"(?:{DIGITS}|\b{words_pattern()}\b)"
    dash = r"[-–—~]"
    separator = (
        rf"(?:\s*{dash}\s*|\s+(?:{_any(words['range_words']['list'])}|(?P<and>{_any(words['and_words']['list'])}))\s+)"
    )
    return re.compile(
        rf"(?<![\w.,])(?P<pre>{pre})?\s*(?P<low>{number})(?P<lowmag>{magnitude})?(?:\s*(?P<mid>{post}))?"
        rf"(?:{separator}(?P<pre2>{pre})?\s*(?P<high>{number})(?P<highmag>{magnitude})?)?(?:\s*(?P<post>{post}))?",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _currencies() -> dict[str, str]:
    words = money_words()
    table = {k.lower(): v for k, v in {**words["symbols"], **words["names"]}.items()}
    return table | {code.lower(): code for code in words["codes"]["list"]}


def _currency(text: str | None) -> str | None:
    return _currencies().get(re.sub(r"\s+", " ", text.strip().lower())) if text else None


def _number(text: str, magnitude: str | None) -> Decimal | None:
    value = parse_digits(text) if text[0].isdigit() else parse_words(text)
    if value is None or not magnitude:
        return value
    return value * int(money_words()["magnitudes"][magnitude.strip().lower()])


def _follows(text: str, position: int) -> str:
    """The word (or %) right after `position`, lower case."""
    found = re.match(r"[\s-]*([^\W\d]+|%)", text[position:])
    return found[1].lower() if found else ""


def _bare_is_money(text: str, match: re.Match[str], end: int) -> bool:
    """Whether a number without any currency is money: grouped thousands or a price word before, and no unit after."""
    words = money_words()
    if text[match.start("low")].isdigit() is False or _follows(text, end) in {*words["units"]["list"], "%"}:
        return False
    if re.match(r"\s*[:/]\s*\d|\s*%", text[end:]):
        return False
    before = re.findall(r"[^\W\d]+", text[max(0, match.start() - 40) : match.start()].lower())[-4:]
    if re.fullmatch(r"(?:19|20)\d\d", match["low"]) and set(before[-2:]) & set(words["months"]["list"]):
        return False  # "Prices, October 2026" is a date
    return bool(set(before) & set(words["price_cues"]["list"]))


def _is_range(text: str, match: re.Match[str]) -> bool:
    """Whether the second number belongs to the first: a dash or "to"; "and" only after "between"."""
    if match["high"] is None:
        return False
    if match["and"]:
        before = re.findall(r"[^\W\d]+", text[max(0, match.start() - 25) : match.start()].lower())[-3:]
        return bool(set(before) & set(money_words()["between"]["list"]))
    return True


def _read(text: str, match: re.Match[str]) -> Amount | None:
    """The amount that a match stands for, or None when it is not money (or not a range: the first half alone)."""
    low = _number(match["low"], match["lowmag"])
    if low is None:
        return None
    high = _number(match["high"], match["highmag"]) if _is_range(text, match) else None
    shared = _currency(match["post"]) if match["high"] is None or high is not None else None
    if (
        high is not None
        and match["highmag"]
        and not match["lowmag"]
        and (scaled := _number(match["low"], match["highmag"]))
        and scaled <= high
    ):
        low = scaled
    own = _currency(match["pre"]) or _currency(match["mid"])
    if high is not None and high <= low and not match["pre2"]:
        high = shared = None
    end = (
        match.end()
        if high is not None or match["high"] is None
        else max(match.end("low"), match.end("lowmag"), match.end("mid"))
    )
    currency = own or (_currency(match["pre2"]) if high is not None else None) or shared
    implied = (match["lowmag"] or "").strip().lower() in money_words()["implies_money"]["list"] or "grand" in match[
        "low"
    ].lower()
    if currency is None and implied:
        currency = "$"
    start = match.start("pre") if match["pre"] else match.start("low")
    if currency is None and not _bare_is_money(text, match, end):
        return None
    return Amount(low, max(low, high) if high is not None else low, start, end, currency)


def find_amounts(text: str, language: str = "en") -> list[Amount]:  # noqa: ARG001 - words of all languages are matched
    """Every amount of money in `text`, in order, ranges as one. "50 gallon", "8-10", "30 days", "10 %" are not money.

    A bare number counts when a price word stands shortly before it ("it costs 1,500"); its currency is None then.
    """
    found: list[Amount] = []
    position = 0
    pattern = _amount_pattern()
    while match := pattern.search(text, position):
        amount = _read(text, match)
        if amount is not None and _follows(text, amount.end) == "%" and amount.currency is None:
            amount = None
        if amount is not None:
            found.append(amount)
            position = amount.end
        else:
            position = max(match.end("low"), match.start() + 1)
    return found


@lru_cache(maxsize=1)
def _percent_pattern() -> re.Pattern[str]:
    number = rf"(?:{DIGITS}|\b{words_pattern()}\b)"
    return re.compile(
        rf"(?<![\w.,])(?P<low>{number})(?:\s*(?:%\s*)?(?:[-–—]|\b(?:to|a|and|y|or|o)\b)\s*(?P<high>{number}))?\s*(?:{_any(money_words()['percent_words']['list'])})(?!\w)",
        re.IGNORECASE,
    )


def find_percentages(text: str, language: str = "en") -> list[Percentage]:  # noqa: ARG001 - as above
    """Every percentage in `text`, in order: "10%", "9,99 %", "ten percent", "diez por ciento", "5-10 %" as two."""
    found = []
    for match in _percent_pattern().finditer(text):
        for group in ("low", "high"):
            value = _number(match[group], None) if match[group] else None
            if value is not None:
                found.append(Percentage(value, match.start(group), match.end()))
    return found


@lru_cache(maxsize=64)
def _locale(language: str, territory: str) -> Locale:
    for name in (f"{language}_{territory}", f"{language}_US", language):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "US")


def format_money(value: Decimal, currency: str = "USD", language: str = "en", country: str | None = None) -> str:
    """`value` as the country writes it: "$1,500", "1.500 €", "$89.50"; no cents when whole. `country` is ISO 3166."""
    locale = _locale(language, country or money_words()["territory"].get(currency, "US"))
    if value != value.to_integral_value():
        return format_currency(value, currency, locale=locale).replace("\u00a0", " ")
    pattern: NumberPattern = locale.currency_formats["standard"]
    whole = re.sub(r"\.0+", "", pattern.pattern)
    return format_currency(value, currency, format=whole, locale=locale, currency_digits=False).replace("\u00a0", " ")


def format_range(
    low: Decimal, high: Decimal, currency: str = "USD", language: str = "en", country: str | None = None
) -> str:
    """Both ends with the language's word between: "$900 to $1,500", "$900 a $1,500"; one amount when they are equal."""
    first = format_money(low, currency, language, country)
    if low == high:
        return first
    return f"{first} {'a' if language == 'es' else 'to'} {format_money(high, currency, language, country)}"


def format_number(value: Decimal, language: str = "en", country: str = "US") -> str:
    """A plain number as the country writes it."""
    return format_decimal(value, locale=_locale(language, country))
