"""Which days and what time a message about hours means: "Saturday at 3", "mañana", "on Thanksgiving", "los domingos".

Only reads; word lists in `data/days.toml`. A weekday in the plural, and "weekends", mean the usual week, not a date.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from firstline.answering.phrases import wordlist
from firstline.knowledge.wording import fold
from firstline.tenancy.model import Business

__all__ = ["AskedDays", "asked_days"]

_TIME = re.compile(
    r"\b(?:at|by|until|till|before|after|from|around|a las?|las|hasta las?|despues de las?|antes de las?)\s+(?P<h>\d{1,2})(?::(?P<m>\d\d))?\b"
    r"(?!\s*(?:%|/|de enero|de \w+bre))\s*(?P<half>a\.?m\b|p\.?m\b|de la (?:mañana|tarde|noche)|in the (?:morning|afternoon|evening)|at night)?"
    r"|\b(?P<h2>\d{1,2})(?::(?P<m2>\d\d))?\s*(?P<half2>a\.?m\b|p\.?m\b|de la (?:mañana|tarde|noche)|o'?clock)"
    r"|\b(?P<h3>\d{1,2}):(?P<m3>\d\d)\b"
)
_NOON = re.compile(r"\b(?:at|by|until|a|al) (?:12 )?(?:noon|mediodia|medio dia)\b|\bat lunch ?time\b")
_MIDNIGHT = re.compile(r"\b(?:at|by|until|a|a la) (?:midnight|medianoche|media noche)\b")


@dataclass(frozen=True, slots=True)
class AskedDays:
    """`dates` in order of mention, `weekdays` (0 = Monday) of the usual week, `minutes` of the day, "now" asked for."""

    dates: tuple[date, ...] = ()
    weekdays: tuple[int, ...] = ()
    minutes: int | None = None
    now: bool = False

    def __bool__(self) -> bool:
        return bool(self.dates or self.weekdays or self.now or self.minutes is not None)


def asked_days(text: str, business: Business, now: datetime) -> AskedDays:
    """The days and time that `text` names, seen from `now` in the business's zone."""
    words = wordlist("days")
    folded = re.sub(r"[’`]", "'", fold(text))
    today = now.astimezone(business.zone).date()
    dates, rest = [], folded
    for day, span in _holidays(folded, business, today):
        dates.append(day)
        rest = rest[: span[0]] + " " * (span[1] - span[0]) + rest[span[1] :]
    for day, span in _calendar_dates(rest, business.country, today):
        dates.append(day)
        rest = rest[: span[0]] + " " * (span[1] - span[0]) + rest[span[1] :]
    singles, plurals = _weekdays(rest, today)
    dates += singles
    dates += [today + timedelta(days=n) for pattern, n in words["relative"].items() if re.search(pattern, rest)]
    return AskedDays(
        tuple(dict.fromkeys(dates)), plurals, _minutes(rest), bool(re.search(words["now"]["pattern"], rest))
    )


def _weekdays(text: str, today: date) -> tuple[list[date], tuple[int, ...]]:
    """Dates of weekdays in the singular, and weekdays of the usual week ("Saturdays", "weekends", "Monday to Friday")."""
    singles: list[date] = []
    plurals: list[int] = []
    names = wordlist("days")["weekdays"]
    pattern = rf"\b(?P<which>next |proximo |every |each |cada |los |todos los |on )?(?P<day>{'|'.join(sorted(names, key=len, reverse=True))})(?P<s>'?s)?\b"
    for match in re.finditer(pattern, text):
        day, which = names[match["day"]], (match["which"] or "").strip()
        if match["s"] or which in ("every", "each", "cada", "los", "todos los"):
            plurals.append(day)
            continue
        ahead = (day - today.weekday()) % 7
        singles.append(today + timedelta(days=7 if ahead == 0 and which in ("next", "proximo") else ahead))
    if re.search(r"\b(?:this|coming|next) weekend\b|\b(?:este|el proximo) fin de semana\b", text):
        singles += [today + timedelta(days=(day - today.weekday()) % 7) for day in (5, 6)]
    elif re.search(r"\bweek ?ends?\b|\bfin(?:es)? de semana\b", text):
        plurals += [5, 6]
    if re.search(r"\bweek ?days?\b|\bentre semana\b|\bdias de semana\b", text):
        plurals += [0, 1, 2, 3, 4]
    return singles, tuple(dict.fromkeys(plurals))


def _minutes(text: str) -> int | None:
    """The time of day asked about, in minutes; a bare 1 to 6 is the afternoon, as nobody asks a shop about 3 a.m."""
    if _NOON.search(text):
        return 720
    if _MIDNIGHT.search(text):
        return 0
    match = _TIME.search(text)
    if match is None:
        return None
    group = next(n for n in ("", "2", "3") if match[f"h{n}"] is not None)
    hour, minute = int(match[f"h{group}"]), int(match[f"m{group}"] or 0)
    half = re.sub(r"\W", "", (match[f"half{group}"] or "") if group != "3" else "")
    if hour > 24 or minute > 59:
        return None
    if (half in ("pm", "delatarde", "delanoche", "intheafternoon", "intheevening", "atnight") and hour < 12) or (
        half in ("", "oclock") and 1 <= hour <= 6 and group != "3"
    ):
        hour += 12
    elif half in ("am", "delamañana", "inthemorning") and hour == 12:
        hour = 0
    return (hour * 60 + minute) % 1440


def _calendar_dates(text: str, country: str, today: date) -> Iterator[tuple[date, tuple[int, int]]]:
    """Dates by day and month, the next such day from today on, with their place in `text`."""
    months = wordlist("days")["months"]
    names = "|".join(sorted(months, key=len, reverse=True))
    for pattern in (
        rf"\b(?P<month>{names})\.? (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:)",
        rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)? (?:of |de )?(?P<month>{names})\b",
        r"\b(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)\b",
        r"\b(?P<first>\d{1,2})/(?P<second>\d{1,2})\b",
        r"(?<![\w.$€£])(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})?(?!\d)",
    ):
        for match in re.finditer(pattern, text):
            found = match.groupdict()
            if "first" in found:
                month, day = (found["first"], found["second"]) if country == "US" else (found["second"], found["first"])
            else:
                month, day = found["month"], found["day"]
            number = int(month) if str(month).isdigit() else months[month]
            when = _next(number, int(day), today, found.get("year"))
            if when is not None:
                yield when, match.span()


def _next(month: int, day: int, today: date, year: str | None = None) -> date | None:
    """That day of the given year, else of this year or the next one it exists in; None when there is no such day."""
    for candidate in [int(year)] if year else range(today.year, today.year + 5):
        try:
            when = date(candidate, month, day)
        except ValueError:
            continue
        if year or when >= today:
            return when
    return None


def _holidays(text: str, business: Business, today: date) -> list[tuple[date, tuple[int, int]]]:
    """Holidays named in `text`: the profile's own names first, then the well-known ones; longest name first."""
    named: list[tuple[str, date]] = []
    for holiday in business.holidays:
        month, _, day = (holiday.yearly or "").partition("-")
        when = holiday.date or (_next(int(month), int(day), today) if day else None)
        if when is not None and when >= today:
            named += [(n, when) for name in holiday.name.values() for n in _names(name)]
    named.sort(key=lambda pair: pair[1])
    named += [(name, when) for names, when in _known(business.country, today) for name in names]
    found: list[tuple[date, tuple[int, int]]] = []
    taken: list[tuple[int, int]] = []
    for name, when in sorted(named, key=lambda pair: -len(pair[0])):
        match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text)
        if match and not any(match.start() < end and start < match.end() for start, end in taken):
            taken.append(match.span())
            found.append((when, match.span()))
    return sorted(found, key=lambda pair: pair[1])


def _names(name: str) -> list[str]:
    """A holiday's name as people write it: without brackets, without "day" at the end, without accents."""
    bare = re.sub(r"\s*\(.*?\)", "", fold(name).replace("’", "'")).strip()
    short = re.sub(r"^dia de (?:la |los |las )?|^el dia de |\s+day$", "", bare)
    plain = short not in wordlist("days")["not_alone"]["words"]
    return [n for n in dict.fromkeys((bare, bare.replace("'", ""), *([short] if plain else ()))) if len(n) > 3]


@cache
def _known(country: str, today: date) -> tuple[tuple[tuple[str, ...], date], ...]:
    out = []
    for entry in wordlist("days")["known"]:
        only = entry.get("country", "")
        if only and (country == only[1:] if only.startswith("-") else country != only):
            continue
        when = next(d for year in (today.year, today.year + 1) if (d := _by_rule(entry["rule"], year)) >= today)
        out.append((tuple(entry["names"]), when))
    return tuple(out)


def _by_rule(rule: str, year: int) -> date:
    """The date of "MM-DD", "n weekday month [+days]" or "easter±days" in `year`."""
    if rule.startswith("easter"):
        return _easter(year) + timedelta(days=int(rule[6:]))
    if "-" in rule[1:]:
        month, day = map(int, rule.split("-"))
        return date(year, month, day)
    nth, weekday, month, *more = map(int, rule.split())
    if nth < 0:
        last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (nth - 1) + sum(more))


def _easter(year: int) -> date:
    """Western Easter by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, ch. 8)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (b - (b + 8) // 25 + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
