"""Times of day in English and Spanish: "10:30 am", "half past 3", "between 9 and 11", "a las 5 y media de la tarde"."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from firstline.understanding.date_words import DateWords, date_words

__all__ = ["ClockTime", "find_clock_times"]

_HOUR = r"(?:[01]?\d|2[0-4])"
_EN_NUMBERS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_ES_NUMBERS = ["una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"]


@dataclass(frozen=True, slots=True)
class ClockTime:
    """Minutes after midnight; `until` is set for a range or a part of the day. `part` says that it is one."""

    minute: int
    until: int | None
    start: int
    end: int
    part: str | None = None


@cache
def _patterns(language: str) -> dict[str, re.Pattern[str]]:
    words = date_words(language)
    if words.language == "es":
        hour = rf"(?:{_HOUR}|{'|'.join(_ES_NUMBERS)})"
        mark = r"\s*(?:a\.?\s?m\.?|p\.?\s?m\.?|hrs?|h|horas)"
        tail = r"(?:\s+(?:de|por|en) la (?:manana|tarde|noche|madrugada)|\s+del mediodia)"
        clock = rf"{hour}(?:[:.h][0-5]\d)?(?:\s+y (?:media|cuarto|[0-5]?\d)|\s+menos (?:cuarto|[0-5]?\d))?(?:{mark})?(?:{tail})?"
        lead = r"(?:a|desde|hacia|sobre|antes de|despues de|a partir de|como a|para)\s+las?\s+"
        span = rf"(?:entre|de|desde)\s+(?:las?\s+)?(?P<a>{clock})\s+(?:y|a|hasta)\s+(?:las?\s+)?(?P<b>{clock})"
        bare = rf"\d{{1,2}}[:.][0-5]\d(?:{mark})?(?:{tail})?|\d{{1,2}}\s*(?:a\.?\s?m\b\.?|p\.?\s?m\b\.?)|(?<!\d){_HOUR}\s?h(?:rs?)?\b"
        part = rf"(?:(?:por|en|de|a) la\s+|esta\s+)(?P<p>{words.part})"
        noon = r"(?:al?\s+|a la\s+)?(?P<noon>mediodia|medio dia|medianoche|media noche)"
    else:
        hour = rf"(?:{_HOUR}|{'|'.join(_EN_NUMBERS)})"
        mark = r"\s*(?:a\.?\s?m\b\.?|p\.?\s?m\b\.?|o.?\s?clock|ish)"
        tail = r"(?:\s+in the (?:morning|afternoon|evening)|\s+at night|\s+tonight)"
        clock = rf"(?:(?:half past|quarter past|quarter to|half)\s+{hour}|{hour}(?:[:.][0-5]\d|\s+(?:thirty|fifteen|forty five|[0-5]\d)(?!\d))?)(?:{mark})?(?:{tail})?"
        lead = r"(?:at|around|about|by|after|before|from|since|until|till|past)\s+(?:about\s+|around\s+)?"
        span = rf"(?:(?:between|from)\s+(?P<a>{clock})\s*(?:and|to|until|till|-)\s*(?P<b>{clock}))|(?P<c>{_HOUR}(?::[0-5]\d)?(?:{mark})?)\s*(?:to|-|until)\s*(?P<d>{_HOUR}(?::[0-5]\d)?{mark})"
        bare = rf"\d{{1,2}}[:.][0-5]\d(?:{mark})?(?:{tail})?|{hour}(?:\s*:\s*[0-5]\d)?{mark}(?:{tail})?|{hour}{tail}|(?:half past|quarter past|quarter to)\s+{hour}(?:{mark})?(?:{tail})?"
        part = (
            rf"(?<!good )(?<!last )(?<!every )(?:in the\s+|this\s+|at\s+|early\s+|late\s+)?(?P<p>{words.part}|tonight)"
        )
        noon = r"(?:at\s+|around\s+|by\s+)?(?P<noon>noon|midday|midnight)"
    edge = r"(?<![\w$€£.:/-])"
    return {
        "span": re.compile(rf"{edge}(?:{span})(?![\w/])"),
        "noon": re.compile(rf"{edge}{noon}(?!\w)"),
        "lead": re.compile(
            rf"{edge}{lead}(?P<t>{clock})(?!\w|[:.,/-]?\d|\s*(?:%|people|guests|dollars|usd|days?|weeks?|months?|hours?|minutes?|personas|dolares|dias?|semanas?|meses|mes|horas?|minutos?|years?|feet|miles|gallons?))"
        ),
        "bare": re.compile(rf"{edge}(?P<t>{bare})(?![\w/])"),
        "part": re.compile(rf"{edge}{part}(?!\w)"),
    }


def find_clock_times(folded: str, language: str) -> list[ClockTime]:
    """Every time of day in a folded text, none overlapping, in order."""
    found: list[ClockTime] = []
    for time in _all(folded, date_words(language), _patterns(language)):
        if not any(time.start < f.end and f.start < time.end for f in found):
            found.append(time)
    return sorted(found, key=lambda t: t.start)


def _all(folded: str, words: DateWords, patterns: dict[str, re.Pattern[str]]) -> Iterator[ClockTime]:
    for m in patterns["span"].finditer(folded):
        first, last = (g for g in m.groups() if g is not None)
        end = _minute(last)
        start = _minute(first, like=end)
        if start is not None and end is not None:
            yield ClockTime(start, end, m.start(), m.end())
    for m in patterns["noon"].finditer(folded):
        yield ClockTime(
            12 * 60 if m["noon"] in ("noon", "midday", "mediodia", "medio dia") else 24 * 60, None, m.start(), m.end()
        )
    for name in ("lead", "bare"):
        for m in patterns[name].finditer(folded):
            minute = _minute(m["t"])
            if minute is not None:
                yield ClockTime(minute, None, m.start(), m.end())
    for m in patterns["part"].finditer(folded):
        part = "night" if m["p"] == "tonight" else words.part_of(m["p"])
        if m["p"] in ("am", "a.m.", "a.m"):
            continue
        since, until = words.parts[part]
        yield ClockTime(since * 60, until * 60, m.start(), m.end(), part)


_NUMBER_VALUES = {w: i + 1 for names in (_EN_NUMBERS, _ES_NUMBERS) for i, w in enumerate(names)}
_MINUTES = {"thirty": 30, "fifteen": 15, "forty five": 45, "media": 30, "cuarto": 15}
_READ = re.compile(
    r"(?P<before>half past|quarter past|quarter to|half)?\s*(?P<h>\d{1,2}|[a-z]+)"
    r"(?:\s*[:.h]\s*(?P<m>[0-5]\d)|\s+y (?P<y>media|cuarto|\d{1,2})|\s+menos (?P<x>cuarto|\d{1,2})|\s+(?P<w>thirty|fifteen|forty five|[0-5]\d)(?!\d))?"
)


def _minute(text: str, like: int | None = None) -> int | None:
    """Minutes after midnight. Without am or pm a shop's day is meant: 1-6 are afternoon, 7-11 morning (or as `like`)."""
    m = _READ.match(text)
    if m is None:
        return None
    hour = int(m["h"]) if m["h"].isdigit() else _NUMBER_VALUES.get(m["h"], 99)
    if hour > 24:
        return None
    minute = int(m["m"] or 0)
    for group, sign in (("y", 1), ("x", -1), ("w", 1)):
        if m[group]:
            minute += sign * (_MINUTES.get(m[group]) or (int(m[group]) if m[group].isdigit() else 0))
    minute += {"half past": 30, "half": 30, "quarter past": 15, "quarter to": -15}.get(m["before"] or "", 0)
    rest = text[m.end() :]
    afternoon = re.search(r"p\.?\s?m\b|afternoon|evening|night|tarde|noche|mediodia", rest)
    morning = re.search(r"a\.?\s?m\b|morning|manana|madrugada", rest)
    if afternoon and hour < 12:
        hour += 12
    elif morning and hour == 12:
        hour = 0
    elif (
        not morning and not afternoon and hour < 12 and (hour < 7 if like is None else 0 < like - 720 - hour * 60 < 600)
    ):
        hour += 12 if hour or like is not None else 0
    total = hour * 60 + minute
    return total if 0 <= total <= 24 * 60 else None
