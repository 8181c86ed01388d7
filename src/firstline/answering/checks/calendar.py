"""Dates, weekdays and times of day in a plain text, as values that can be compared between languages and spellings."""

import re
from collections.abc import Iterator
from functools import lru_cache

from firstline.answering.checks.mention import Mention
from firstline.answering.checks.plain import folded, folded_in_place
from firstline.answering.checks.words import any_of, mention_words

__all__ = ["find_dates", "find_times", "find_weekdays", "minutes"]

_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_SLASHED = re.compile(r"(?<![\d/$])(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?(?![\d/%])")
_FRACTION_OF = re.compile(r"\s*(?:-?\s?inch|in\b|\"|cup|hp|gal|de pulgada|pulgada|page|star)", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?<![\d:$.])([01]?\d|2[0-4])[:.]([0-5]\d)(?![\d:])\s*(?:(a|p)\.?\s?m\b\.?|h(?:rs?|oras)?\b)?", re.IGNORECASE
)
_MERIDIEM = re.compile(r"(?<![\d:$.,])(1[0-2]|0?[1-9])\s*(a|p)\.?\s?m\b\.?", re.IGNORECASE)
_SHARED_MERIDIEM = re.compile(
    r"(?<![\d:$.,])(1[0-2]|0?[1-9])(?=\s*(?:-|–|—|to|until|till|a|hasta|y|and)\s*(?:las\s+)?(?:1[0-2]|0?[1-9])(?:[:.][0-5]\d)?\s*[ap]\.?\s?m\b)",
    re.IGNORECASE,
)
_TWENTY_FOUR = re.compile(r"(?<![\d:$.,])([01]?\d|2[0-4])\s?h\b", re.IGNORECASE)
_NOON = re.compile(r"\b(?:(noon|midday|mediodia|mediodía)|(midnight|medianoche))\b", re.IGNORECASE)
_PARTS = {
    "manana": "a",
    "madrugada": "a",
    "morning": "a",
    "tarde": "p",
    "afternoon": "p",
    "evening": "p",
    "noche": "p",
    "night": "p",
}


def minutes(clock: str) -> int:
    """Minutes after midnight of "HH:MM"; "24:00" is 0, like midnight."""
    hours, _, rest = clock.partition(":")
    return (int(hours) * 60 + int(rest or 0)) % 1440


@lru_cache(maxsize=1)
def _date_pattern() -> re.Pattern[str]:
    months = any_of(mention_words()["months"])
    day = r"([0-3]?\d)(?:st|nd|rd|th|º|°)?"
    return re.compile(
        rf"\b(?P<m1>{months})\.?\s+(?:the\s+)?{day.replace('(', '(?P<d1>', 1)}\b(?!:\d)|\b{day.replace('(', '(?P<d2>', 1)}\s+(?:de\s+|of\s+)?(?P<m2>{months})\b",
        re.IGNORECASE,
    )


def find_dates(text: str) -> Iterator[Mention]:
    """Dates as (month, day); a numeric one has both readings, "7/4" is 4 July or 7 April."""
    months = mention_words()["months"]
    for found in _date_pattern().finditer(folded_in_place(text)):
        month = months[(found["m1"] or found["m2"]).lower()]
        day = int(found["d1"] or found["d2"])
        if 1 <= day <= 31:
            yield Mention("date", ((month, day),), found.start(), found.end())
    for found in _ISO.finditer(text):
        yield Mention("date", ((int(found[2]), int(found[3])),), found.start(), found.end())
    for found in _SLASHED.finditer(text):
        if "/" not in found[0] and not found[3]:
            continue
        one, two = int(found[1]), int(found[2])
        values = tuple((m, d) for m, d in ((one, two), (two, one)) if 1 <= m <= 12 and 1 <= d <= 31)
        if values and not _FRACTION_OF.match(text, found.end()) and found[0] != "24/7":
            yield Mention("date", values, found.start(), found.end())


@lru_cache(maxsize=1)
def _weekday_pattern() -> re.Pattern[str]:
    return re.compile(rf"\b({any_of(mention_words()['weekdays'])})\b", re.IGNORECASE)


def find_weekdays(text: str) -> Iterator[Mention]:
    """Weekdays, Monday 0."""
    days = mention_words()["weekdays"]
    for found in _weekday_pattern().finditer(folded_in_place(text)):
        yield Mention("weekday", (days[found[1].lower()],), found.start(), found.end())


@lru_cache(maxsize=1)
def _bare_pattern() -> re.Pattern[str]:
    """An hour without minutes or a.m., after words that speak of a time: "at 8", "a las ocho y media", "from 8 to 5"."""
    hour = rf"(?:1\d|2[0-4]|0?\d|{any_of(mention_words()['hours'])})"
    cue = r"(?:at|until|till|til|by|before|after|past|around|desde|hasta|a|de|from|opens?|closes?|abrimos|cerramos)(?:\s+las|\s+la)?"
    after = r"(?=\s*(?:[.,;:!?)]|$|o'clock|en punto|sharp|y media|y cuarto|on\b|every|each|to\b|until|till|and\b|y\b|a\b|hasta|in the|de la|por la|today|tomorrow|hoy|mañana|manana|[-–—]\s*\d|[ap]\.?\s?m\b|(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b))"
    return re.compile(
        rf"\b{cue}\s+(?P<h>{hour})(?![\d:%/]|[.,]\d|\s*%){after}(?P<half>\s+y media)?(?P<quarter>\s+y cuarto)?"
        rf"|\b(?P<h2>{hour})\s+(?:o'clock|en punto|in the (?:morning|afternoon|evening)|de la (?:mañana|manana|tarde|noche|madrugada))"
        rf"|\bhalf past (?P<h3>{hour})\b",
        re.IGNORECASE,
    )


_UNTIL = re.compile(
    r"(?<![\d:$.,])(\d{1,2})\s*(?:-|–|—|to|until|till|a|hasta)\s*(?:las\s+)?(\d{1,2})(?![\d:%/]|[.,]\d|[\s-]*(?:hours?|hrs?|horas?|days?|d[ií]as?|minut|gal|years?|inch))",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"\b(?:open|opens|hours|close|closes|closed|abrimos|abren|abierto|abiertos|horario|cerramos|cierra|cierran|atendemos)\b",
    re.IGNORECASE,
)


def find_times(text: str) -> Iterator[Mention]:
    """Times of day in minutes after midnight; without a.m. or p.m. both readings."""
    for found in _CLOCK.finditer(text):
        if "." in found[0][:5] and not found[3] and "h" not in found[0].lower():
            continue
        yield _time(found, int(found[1]), int(found[2]), found[3] or _part(text, found.end()))
    for found in _MERIDIEM.finditer(text):
        yield _time(found, int(found[1]), 0, found[2])
    for found in (*_SHARED_MERIDIEM.finditer(text), *_TWENTY_FOUR.finditer(text)):
        yield _time(found, int(found[1]), 0, None)
    for found in _NOON.finditer(text):
        yield Mention("time", (720 if found[1] else 0,), found.start(), found.end())
    yield from _bare_times(text)


def _bare_times(text: str) -> Iterator[Mention]:
    for found in _bare_pattern().finditer(text):
        group: str = next(g for g in ("h", "h2", "h3") if found[g])
        hour = _hour(found[group])
        past = 30 if found["half"] or found["h3"] else 15 if found["quarter"] else 0
        if hour <= 24:
            mention = _time(found, hour, past, _part(text, found.end(group)))
            yield Mention("time", mention.values, found.start(group), found.end())
    if _OPENING.search(text):
        for found in _UNTIL.finditer(text):
            for end in (1, 2):
                if int(found[end]) <= 24:
                    values = _time(found, int(found[end]), 0, None).values
                    yield Mention("time", values, found.start(end), found.end(end))


def _hour(text: str) -> int:
    return int(text) if text.isdigit() else int(mention_words()["hours"][text.lower()])


def _part(text: str, end: int) -> str | None:
    """a or p when a part of the day follows: "8 de la mañana", "5 in the afternoon"."""
    found = re.match(r"\s*(?:in the|de la|por la|at)\s+(\w+)", folded(text[end : end + 30]))
    return _PARTS.get(found[1]) if found else None


def _time(found: re.Match[str], hour: int, minute: int, half: str | None) -> Mention:
    if half:
        hours: tuple[int, ...] = (hour % 12 + (12 if half.lower() == "p" else 0),) if hour <= 12 else (hour,)
    else:
        hours = (hour, hour + 12) if 1 <= hour <= 12 else (hour,)
    return Mention("time", tuple((h * 60 + minute) % 1440 for h in hours), found.start(), found.end())
