"""Days and stretches of days in English and Spanish, resolved against today: dates, weekdays, "in two weeks", holidays."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from firstline.understanding.date_words import DateWords, date_words, number
from firstline.understanding.tables import table

__all__ = ["DaySpan", "add_months", "find_days"]


@dataclass(frozen=True, slots=True)
class DaySpan:
    """A day, or the days from `day` to `last` (both within). `weekday` says that only a weekday was named."""

    day: date
    last: date
    start: int
    end: int
    weekday: bool = False


Resolved = tuple[date, date] | None
Rule = tuple[re.Pattern[str], Callable[[re.Match[str], DateWords, date], Resolved]]


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
                found.append(DaySpan(*days, m.start(), m.end(), weekday=resolve is _weekday))
    return sorted(found, key=lambda d: d.start)


def add_months(day: date, months: int) -> date:
    """The same day so many months later, clipped to the month's end."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for d in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, d)
        except ValueError:
            continue
    raise ValueError(day)


@cache
def _rules(language: str, day_first: bool) -> Sequence[Rule]:
    w = date_words(language)
    es = language == "es"
    unit = "|".join(w.units.values())
    year = r"(?:(?:,?\s*(?:(?:de|del|of)\s+)?|[-/])(?P<y>(?:19|20)\d\d))?"
    day = r"(?P<d>[0-3]?\d)(?:st|nd|rd|th|º|o)?(?!\d|[:.]\d|\s*(?:am|pm|a\.m|p\.m)\b)"
    word = "|".join(sorted(table("dates")["ordinals"], key=len, reverse=True))
    day = rf"(?:{day}|(?P<o>{word})(?!\w))"
    number_day = rf"{day}(?:\s+(?:de\s+|of\s+)?|[-/])(?P<m>{w.month})\.?{year}"
    month_day = rf"(?P<m>{w.month})\.?\s+(?:the\s+|el\s+)?{day}{year}"
    week = r"(?:semana|fin de semana|finde|mes|quincena)" if es else r"(?:weekend|week|month)"
    ahead = r"(?:dentro de|en|de aqui a)" if es else r"(?:in|within)"
    after = rf"(?:que viene|{w.next}|entrante)" if es else "$^"
    prefix = r"(?:(?:el|los|este|esta|para el|proximo)\s+)?" if es else r"(?:on\s+|the\s+)?"
    patterns: list[tuple[str, Callable[[re.Match[str], DateWords, date], Resolved]]] = [
        (r"(?P<y>(?:19|20)\d\d)-(?P<m>[01]?\d)-(?P<d>[0-3]?\d)(?!\d)", _iso),
        (rf"(?:(?:{w.weekday}),?\s+(?:the\s+)?)?(?:the\s+|el\s+(?:dia\s+)?)?{number_day}", _month_day),
        (rf"(?:(?:{w.weekday}),?\s+)?{month_day}", _month_day),
        (
            r"(?P<a>\d{1,2})(?P<s>[/.-])(?P<b>\d{1,2})(?:(?P=s)(?P<y>(?:20)?\d\d))?(?![\d/])",
            _day_first if day_first else _month_first,
        ),
        (rf"(?P<n>{w.number})\s+(?P<u>{unit})\s+(?:from|after)\s+(?P<r>today|tomorrow|now|{w.weekday})", _from_day),
        (rf"{ahead}\s+(?:the next\s+|about\s+|unos\s+)?(?P<n>{w.number})\s+(?P<u>{unit})(?:\s+time)?", _ahead),
        (rf"(?P<n>{w.number})\s+(?P<u>{unit})\s+(?:from now|later|despues|mas tarde)", _ahead),
        (rf"(?:(?:el|la)\s+)?(?P<k>{w.next}|{w.this}|{w.last})\s+(?P<w>{week})", _week),
        (rf"(?:(?:el|la)\s+)?(?P<w>{week})\s+(?P<k>{after})", _week),
        (r"(?:(?:el|los|en el|on the|over the|the|at the)\s+)(?P<w>fin(?:es)? de semana|finde|weekends?)", _weekend),
        (
            rf"(?:(?:on|el)\s+)?(?P<wd>{w.weekday})\s+(?:of\s+|de\s+)?(?:(?:la\s+)?(?P<k>{w.next}|{w.this})\s+(?:week|semana)|la semana (?P<k2>que viene|{w.next}|entrante))",
            _weekday_of_week,
        ),
        (rf"(?:(?:on|el|los|this|la)\s+)*(?P<wd>{w.weekday})\s+(?P<k>{after})", _weekday),
        (
            rf"(?P<wd>{w.weekday}),?\s+(?:the\s+)?(?P<d>[0-3]?\d)(?:st|nd|rd|th)(?!\w)"
            if not es
            else rf"(?:el\s+)?(?P<wd>{w.weekday}),?\s+(?P<d>[0-3]?\d)(?!\w|[:.]\d)",
            _weekday_number,
        ),
        (rf"(?:(?:on|el|la)\s+)?(?P<k>{w.next}|{w.this}|{w.last})\s+(?P<wd>{w.weekday})", _weekday),
        (rf"{prefix}(?P<wd>{w.weekday})", _weekday),
        *(
            (
                rf"(?:(?:for|para)\s+)?(?:{word})" if not (es and shift == 1) else rf"(?<!la )(?<!las ){word}",
                _shift(shift),
            )
            for word, shift in w.relative.items()
        ),
        (
            r"(?:on\s+|for\s+|by\s+)?the\s+(?P<d>[0-3]?\d)(?:st|nd|rd|th)"
            if not es
            else r"(?:para\s+)?el\s+(?:dia\s+)?(?P<d>[0-3]?\d)(?:\s+de (?:este|el) mes)?(?!\s+de\b|[:.]\d|\s*%)",
            _day_number,
        ),
        (
            rf"(?:(?:in|during|by|until|next|this|early|late|mid)\s+)(?P<m>{w.month})(?:\s+(?P<y>20\d\d))?"
            if not es
            else rf"(?:(?:en|para|de|durante|hasta|este|proximo)\s+)(?P<m>{w.month})(?:\s+(?:de\s+)?(?P<y>20\d\d))?",
            _month,
        ),
    ]
    return [(re.compile(rf"(?<![\w$€£.:/-])(?:{p})(?!\w)"), resolve) for p, resolve in patterns]


def _one(day: date) -> Resolved:
    return day, day


def _iso(m: re.Match[str], _w: DateWords, _today: date) -> Resolved:
    return _one(date(int(m["y"]), int(m["m"]), int(m["d"])))


def _coming(year: str | None, month: int, day: int, today: date) -> Resolved:
    """A date without its year is the next such date; a leap day waits for its year."""
    if year:
        return _one(date(int(year) + (2000 if len(year) == 2 else 0), month, day))
    for y in range(today.year, today.year + 9):
        try:
            if (found := date(y, month, day)) >= today:
                return _one(found)
        except ValueError:
            if (month, day) != (2, 29):
                raise
    return None


def _month_day(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    return _coming(m["y"], w.month_of(m["m"]), _day_of(m), today)


def _day_of(m: re.Match[str]) -> int:
    return int(m["d"]) if m["d"] else int(table("dates")["ordinals"][m["o"]])


def _numeric(m: re.Match[str], today: date, day: int, month: int) -> Resolved:
    if m.group() in ("24/7", "50/50") or (m["s"] != "/" and not m["y"]):
        return None
    rest = m.string[m.end() :]
    if re.match(rf"\s*(?:{'|'.join(table('dates')['not_a_date_after'])})", rest):
        return None
    if month > 12 >= day:
        day, month = month, day
    return _coming(m["y"], month, day, today)


def _day_first(m: re.Match[str], _w: DateWords, today: date) -> Resolved:
    return _numeric(m, today, int(m["a"]), int(m["b"]))


def _month_first(m: re.Match[str], _w: DateWords, today: date) -> Resolved:
    return _numeric(m, today, int(m["b"]), int(m["a"]))


def _moved(day: date, count: int, unit: str) -> Resolved:
    if unit in ("day", "week"):
        return _one(day + timedelta(days=count * (7 if unit == "week" else 1)))
    return _one(add_months(day, count * (12 if unit == "year" else 1))) if unit in ("month", "year") else None


def _from_day(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    if m["r"] in ("today", "now", "tomorrow"):
        base = today + timedelta(days=m["r"] == "tomorrow")
    else:
        base = _next_weekday(today, w.weekday_of(m["r"]))
    return _moved(base, number(m["n"]), w.unit_of(m["u"]))


def _ahead(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    return _moved(today, number(m["n"]), w.unit_of(m["u"]))


def _steps(kind: str, w: DateWords) -> int:
    if kind.startswith("que viene") or kind == "entrante" or re.fullmatch(w.next, kind):
        return 1
    return -1 if re.fullmatch(w.last, kind) else 0


def _week(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    """This week and weekend begin no earlier than today; weeks begin on Monday."""
    step, what = _steps(m["k"], w), m["w"]
    if what in ("month", "mes"):
        first = add_months(today.replace(day=1), step)
        return (max(first, today) if step == 0 else first), add_months(first, 1) - timedelta(days=1)
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=step)
    if what in ("weekend", "fin de semana", "finde"):
        saturday = monday + timedelta(days=5)
        return (max(saturday, today) if step == 0 else saturday), monday + timedelta(days=6)
    return (max(monday, today) if step == 0 else monday), monday + timedelta(days=6)


def _weekend(_m: re.Match[str], _w: DateWords, today: date) -> Resolved:
    sunday = today + timedelta(days=6 - today.weekday())
    return max(sunday - timedelta(days=1), today), sunday


def _next_weekday(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _weekday(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    """A bare weekday is the coming one (today counts); "next" is next week's; in Spanish "proximo" the first after today."""
    kind = m.groupdict().get("k")
    weekday = w.weekday_of(m["wd"])
    if m["wd"] in w.short and kind is None and not re.match(r"on |el |this ", m.group()):
        return None
    if kind is None:
        return _one(_next_weekday(today, weekday))
    step = _steps(kind, w)
    if step == 1 and w.language == "es":
        return _one(_next_weekday(today + timedelta(days=1), weekday))
    if step == 0:
        return _one(_next_weekday(today, weekday))
    return _one(today + timedelta(days=weekday - today.weekday(), weeks=step))


def _weekday_of_week(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    step = _steps(m["k"] or m["k2"], w)
    return _one(today + timedelta(days=w.weekday_of(m["wd"]) - today.weekday(), weeks=step))


def _weekday_number(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    """ "Friday the 13th": the first such month, in the next year, whose 13th is a Friday; else the next 13th."""
    weekday, day = w.weekday_of(m["wd"]), int(m["d"])
    first = None
    for months in range(13):
        try:
            found = add_months(today.replace(day=1), months).replace(day=day)
        except ValueError:
            continue
        if found >= today:
            first = first or found
            if found.weekday() == weekday:
                return _one(found)
    return _one(first) if first else None


def _shift(days: int) -> Callable[[re.Match[str], DateWords, date], Resolved]:
    def shifted(_m: re.Match[str], _w: DateWords, today: date) -> Resolved:
        return _one(today + timedelta(days=days))

    return shifted


def _day_number(m: re.Match[str], _w: DateWords, today: date) -> Resolved:
    for months in range(13):
        try:
            found = add_months(today.replace(day=1), months).replace(day=int(m["d"]))
        except ValueError:
            continue
        if found >= today:
            return _one(found)
    return None


def _month(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    month = w.month_of(m["m"])
    year = int(m["y"]) if m["y"] else today.year + (month < today.month)
    first = date(year, month, 1)
    return max(first, today) if (year, month) == (today.year, today.month) else first, add_months(first, 1) - timedelta(
        days=1
    )
