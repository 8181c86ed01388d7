"""Days and stretches of days in English and Spanish, resolved against today: dates, weekdays, "in two weeks", holidays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from firstline.understanding import day_meanings as mean
from firstline.understanding.date_words import date_words
from firstline.understanding.tables import table

__all__ = ["DaySpan", "find_days"]


@dataclass(frozen=True, slots=True)
class DaySpan:
    """A day, or the days from `day` to `last` (both within). `weekday` says that only a weekday was named."""

    day: date
    last: date
    start: int
    end: int
    weekday: bool = False


Rule = tuple[re.Pattern[str], mean.Resolver]
Pattern = tuple[str, mean.Resolver]


def find_days(folded: str, language: str, today: date, *, day_first: bool = False) -> list[DaySpan]:
    """Every day named in a folded text, the longest reading of each place, in order. Impossible dates are skipped."""
    words = date_words(language)
    found: list[DaySpan] = []
    for pattern, resolve in _rules(words.language, day_first):
        for m in pattern.finditer(folded):
            if any(m.start() < f.end and f.start < m.end() for f in found):
                continue
            try:
                days = resolve(m, words, today)
            except (ValueError, OverflowError, StopIteration):
                continue
            if days is not None:
                found.append(DaySpan(*days, m.start(), m.end(), weekday=resolve is mean.weekday))
    return sorted(found, key=lambda d: d.start)


@cache
def _rules(language: str, day_first: bool) -> Sequence[Rule]:
    patterns = [*_dates(language, day_first), *_weeks(language), *_days(language)]
    return [(re.compile(rf"(?<![\w$€£.:/-])(?:{p})(?!\w)"), resolve) for p, resolve in patterns]


def _dates(language: str, day_first: bool) -> list[Pattern]:
    """Calendar dates, and spans counted from today."""
    w = date_words(language)
    es = language == "es"
    unit = "|".join(w.units.values())
    year = r"(?:(?:,?\s*(?:(?:de|del|of)\s+)?|[-/])(?P<y>(?:19|20)\d\d))?"
    word = "|".join(sorted(table("dates")["ordinals"], key=len, reverse=True))
    digits = r"(?P<d>[0-3]?\d)(?:st|nd|rd|th|º|o)?(?!\d|[:.]\d|\s*(?:am|pm|a\.m|p\.m)\b)"
    day = rf"(?:{digits}|(?P<o>{word})(?!\w))"
    number_day = rf"{day}(?:\s+(?:de\s+|of\s+)?|[-/])(?P<m>{w.month})\.?{year}"
    month_day = rf"(?P<m>{w.month})\.?\s+(?:the\s+|el\s+)?{day}{year}"
    ahead = r"(?:dentro de|en|de aqui a)" if es else r"(?:in|within)"
    return [
        (r"(?P<y>(?:19|20)\d\d)-(?P<m>[01]?\d)-(?P<d>[0-3]?\d)(?!\d)", mean.iso),
        (rf"(?:(?:{w.weekday}),?\s+(?:the\s+)?)?(?:the\s+|el\s+(?:dia\s+)?)?{number_day}", mean.month_day),
        (rf"(?:(?:{w.weekday}),?\s+)?{month_day}", mean.month_day),
        (
            r"(?P<a>\d{1,2})(?P<s>[/.-])(?P<b>\d{1,2})(?:(?P=s)(?P<y>(?:20)?\d\d))?(?![\d/])",
            mean.day_first if day_first else mean.month_first,
        ),
        (rf"(?P<n>{w.number})\s+(?P<u>{unit})\s+(?:from|after)\s+(?P<r>today|tomorrow|now|{w.weekday})", mean.from_day),
        (rf"{ahead}\s+(?:the next\s+|about\s+|unos\s+)?(?P<n>{w.number})\s+(?P<u>{unit})(?:\s+time)?", mean.ahead),
        (rf"(?P<n>{w.number})\s+(?P<u>{unit})\s+(?:from now|later|despues|mas tarde)", mean.ahead),
    ]


def _weeks(language: str) -> list[Pattern]:
    """Weeks, weekends, months and weekdays within them."""
    w = date_words(language)
    es = language == "es"
    week = r"(?:semana|fin de semana|finde|mes|quincena)" if es else r"(?:weekend|week|month)"
    after = rf"(?:que viene|{w.next}|entrante)" if es else "$^"
    prefix = r"(?:(?:el|los|este|esta|para el|proximo)\s+)?" if es else r"(?:on\s+|the\s+)?"
    return [
        (rf"(?:(?:el|la)\s+)?(?P<k>{w.next}|{w.this}|{w.last})\s+(?P<w>{week})", mean.week),
        (rf"(?:(?:el|la)\s+)?(?P<w>{week})\s+(?P<k>{after})", mean.week),
        (
            r"(?:(?:el|los|en el|on the|over the|the|at the)\s+)(?P<w>fin(?:es)? de semana|finde|weekends?)",
            mean.weekend,
        ),
        (
            rf"(?:(?:on|el)\s+)?(?P<wd>{w.weekday})\s+(?:of\s+|de\s+)?(?:(?:la\s+)?(?P<k>{w.next}|{w.this})\s+(?:week|semana)|la semana (?P<k2>que viene|{w.next}|entrante))",
            mean.weekday_of_week,
        ),
        (rf"(?:(?:on|el|los|this|la)\s+)*(?P<wd>{w.weekday})\s+(?P<k>{after})", mean.weekday),
        (
            rf"(?P<wd>{w.weekday}),?\s+(?:the\s+)?(?P<d>[0-3]?\d)(?:st|nd|rd|th)(?!\w)"
            if not es
            else rf"(?:el\s+)?(?P<wd>{w.weekday}),?\s+(?P<d>[0-3]?\d)(?!\w|[:.]\d)",
            mean.weekday_number,
        ),
        (rf"(?:(?:on|el|la)\s+)?(?P<k>{w.next}|{w.this}|{w.last})\s+(?P<wd>{w.weekday})", mean.weekday),
        (rf"{prefix}(?P<wd>{w.weekday})", mean.weekday),
    ]


def _days(language: str) -> list[Pattern]:
    """Days told by a word or a number alone, and whole months."""
    w = date_words(language)
    es = language == "es"
    return [
        *(
            (
                rf"(?:(?:for|para)\s+)?(?:{word})" if not (es and shift == 1) else rf"(?<!la )(?<!las ){word}",
                mean.shift(shift),
            )
            for word, shift in w.relative.items()
        ),
        (
            r"(?:on\s+|for\s+|by\s+)?the\s+(?P<d>[0-3]?\d)(?:st|nd|rd|th)"
            if not es
            else r"(?:para\s+)?el\s+(?:dia\s+)?(?P<d>[0-3]?\d)(?:\s+de (?:este|el) mes)?(?!\s+de\b|[:.]\d|\s*%)",
            mean.day_number,
        ),
        (
            rf"(?:(?:in|during|by|until|next|this|early|late|mid)\s+)(?P<m>{w.month})(?:\s+(?P<y>20\d\d))?"
            if not es
            else rf"(?:(?:en|para|de|durante|hasta|este|proximo)\s+)(?P<m>{w.month})(?:\s+(?:de\s+)?(?P<y>20\d\d))?",
            mean.month,
        ),
    ]
