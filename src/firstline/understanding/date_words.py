"""The words of the date grammar as patterns, one set a language, built from `data/dates.toml`."""

import re
from dataclasses import dataclass
from functools import cache

from firstline.understanding.tables import table

__all__ = ["DateWords", "date_words", "number"]

NUMBER = r"\d{1,3}"


@dataclass(frozen=True, slots=True)
class DateWords:
    """Alternations ready to be set into a pattern; lists are in calendar order (Monday first, January first)."""

    language: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    short: frozenset[str]
    units: dict[str, str]
    next: str
    this: str
    last: str
    parts: dict[str, tuple[int, int]]
    part_words: dict[str, str]
    relative: dict[str, int]
    number: str

    @property
    def weekday(self) -> str:
        """Any weekday."""
        return "|".join(self.weekdays)

    @property
    def month(self) -> str:
        """Any month."""
        return "|".join(self.months)

    @property
    def part(self) -> str:
        """Any part of the day."""
        return "|".join(self.part_words.values())

    def weekday_of(self, word: str) -> int:
        """0 for Monday."""
        return _index(self.weekdays, word)

    def month_of(self, word: str) -> int:
        """1 for January."""
        return _index(self.months, word) + 1

    def unit_of(self, word: str) -> str:
        """day, week, month, hour, minute or year."""
        return next(name for name, pattern in self.units.items() if re.fullmatch(pattern, word))

    def part_of(self, word: str) -> str:
        """morning, afternoon, evening or night."""
        return next(name for name, pattern in self.part_words.items() if re.fullmatch(pattern, word))


def _index(patterns: tuple[str, ...], word: str) -> int:
    return next(i for i, pattern in enumerate(patterns) if re.fullmatch(pattern, word))


@cache
def date_words(language: str) -> DateWords:
    """The words of `language`; English when there are none."""
    every = table("dates")
    words = every.get(language) if language in ("en", "es") else every["en"]
    assert words is not None
    numbers = "|".join(sorted(every["number_units"], key=len, reverse=True))
    return DateWords(
        language="es" if language == "es" else "en",
        weekdays=tuple(words["weekdays"]),
        months=tuple(words["months"]),
        short=frozenset(words["weekdays_short_need_cue"]),
        units=words["units"],
        next=words["next"],
        this=words["this"],
        last=words["last"],
        parts={name: (span[0], span[1]) for name, span in words["parts"].items()},
        part_words=words["part_words"],
        relative=words["relative"],
        number=f"{NUMBER}|{numbers}",
    )


def number(text: str) -> int:
    """The value of what `DateWords.number` matched."""
    return int(text) if text.isdigit() else int(table("dates")["number_units"][text])
