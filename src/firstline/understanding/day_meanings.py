"""What each kind of day expression resolves to, given today. Each takes the match, the language's words and today.

A resolver gives the first and last day, or None; it may raise ValueError for a date that does not exist.
"""

import re
from collections.abc import Callable
from datetime import date, timedelta

from firstline.understanding.date_words import DateWords, number
from firstline.understanding.tables import table

__all__ = [
    "Resolved",
    "Resolver",
    "add_months",
    "ahead",
    "day_first",
    "day_number",
    "from_day",
    "iso",
    "month",
    "month_day",
    "month_first",
    "shift",
    "week",
    "weekday",
    "weekday_number",
    "weekday_of_week",
    "weekend",
]

Resolved = tuple[date, date] | None
Resolver = Callable[[re.Match[str], DateWords, date], Resolved]


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


def _one(day: date) -> Resolved:
    return day, day


def iso(m: re.Match[str], _w: DateWords, _today: date) -> Resolved:
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


def month_day(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    return _coming(m["y"], w.month_of(m["m"]), _day_of(m), today)


def _day_of(m: re.Match[str]) -> int:
    return int(m["d"]) if m["d"] else int(table("dates")["ordinals"][m["o"]])


def _numeric(m: re.Match[str], today: date, day: int, month: int) -> Resolved:
    if m.group() in ("24/7", "50/50") or (m["s"] != "/" and not m["y"] and not _dotted(m)):
        return None
    rest = m.string[m.end() :]
    if re.match(rf"\s*(?:{'|'.join(table('dates')['not_a_date_after'])})", rest):
        return None
    if month > 12 >= day:
        day, month = month, day
    return _coming(m["y"], month, day, today)


def _dotted(m: re.Match[str]) -> bool:
    """ "25.12.": the day first and a stop after both, as written in much of Europe; "2.5" is a number."""
    return (
        m["s"] == "."
        and re.match(r"\.(?!\d)", m.string[m.end() :]) is not None
        and int(m["a"]) <= 31
        and int(m["b"]) <= 12
    )


def day_first(m: re.Match[str], _w: DateWords, today: date) -> Resolved:
    return _numeric(m, today, int(m["a"]), int(m["b"]))


def month_first(m: re.Match[str], _w: DateWords, today: date) -> Resolved:
    return day_first(m, _w, today) if _dotted(m) and not m["y"] else _numeric(m, today, int(m["b"]), int(m["a"]))


def _moved(day: date, count: int, unit: str) -> Resolved:
    if unit in ("day", "week"):
        return _one(day + timedelta(days=count * (7 if unit == "week" else 1)))
    return _one(add_months(day, count * (12 if unit == "year" else 1))) if unit in ("month", "year") else None


def from_day(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    if m["r"] in ("today", "now", "tomorrow"):
        base = today + timedelta(days=m["r"] == "tomorrow")
    else:
        base = _next_weekday(today, w.weekday_of(m["r"]))
    return _moved(base, number(m["n"]), w.unit_of(m["u"]))


def ahead(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    return _moved(today, number(m["n"]), w.unit_of(m["u"]))


def _steps(kind: str, w: DateWords) -> int:
    if kind.startswith("que viene") or kind == "entrante" or re.fullmatch(w.next, kind):
        return 1
    return -1 if re.fullmatch(w.last, kind) else 0


def week(m: re.Match[str], w: DateWords, today: date) -> Resolved:
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


def weekend(_m: re.Match[str], _w: DateWords, today: date) -> Resolved:
    sunday = today + timedelta(days=6 - today.weekday())
    return max(sunday - timedelta(days=1), today), sunday


def _next_weekday(today: date, weekday: int) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def weekday(m: re.Match[str], w: DateWords, today: date) -> Resolved:
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


def weekday_of_week(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    step = _steps(m["k"] or m["k2"], w)
    return _one(today + timedelta(days=w.weekday_of(m["wd"]) - today.weekday(), weeks=step))


def weekday_number(m: re.Match[str], w: DateWords, today: date) -> Resolved:
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


def shift(days: int) -> Resolver:
    def shifted(_m: re.Match[str], _w: DateWords, today: date) -> Resolved:
        return _one(today + timedelta(days=days))

    return shifted


def day_number(m: re.Match[str], _w: DateWords, today: date) -> Resolved:
    for months in range(13):
        try:
            found = add_months(today.replace(day=1), months).replace(day=int(m["d"]))
        except ValueError:
            continue
        if found >= today:
            return _one(found)
    return None


def month(m: re.Match[str], w: DateWords, today: date) -> Resolved:
    month = w.month_of(m["m"])
    year = int(m["y"]) if m["y"] else today.year + (month < today.month)
    first = date(year, month, 1)
    return max(first, today) if (year, month) == (today.year, today.month) else first, add_months(first, 1) - timedelta(
        days=1
    )
