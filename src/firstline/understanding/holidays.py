"""Holidays asked about by name: the business's own list first, then those that everybody knows."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

from firstline.tenancy.model import Holiday
from firstline.understanding.tables import table
from firstline.understanding.words import fold

__all__ = ["find_holiday"]

_FILLER = re.compile(r"\b(?:day|dia|the|el|la|de|del|los|las|of)\b|[^\w]+")


def find_holiday(
    folded: str, today: date, holidays: Sequence[Holiday], country: str = "US"
) -> tuple[date, int, int] | None:
    """The coming date of the holiday that a folded text names, and the place of its name; None when it names none."""
    own = [hit for h in holidays if (hit := _own(folded, today, h)) is not None]
    known = _known(folded, today, country)
    if own:
        longest = max(end - start for _, start, end in own)
        best = min(hit for hit in own if hit[2] - hit[1] == longest)
        if known is None or longest >= known[2] - known[1] - 4:
            return best
    return known


def _own(folded: str, today: date, holiday: Holiday) -> tuple[date, int, int] | None:
    day = _coming(holiday, today)
    if day is None:
        return None
    for name in holiday.name.values():
        core = _FILLER.sub(" ", fold(name)).split()
        if not core or len("".join(core)) < 4:
            continue
        pattern = r"\W+(?:(?:day|dia|the|el|la|de|del|los|las|of)\W+)*".join(re.escape(w) for w in core)
        if len(core) == 1 and core[0] in table("dates")["not_alone"]:
            pattern = rf"(?:day of |dia (?:de )?(?:la |el |los |las |del )?)?{pattern}(?:\W?s)?\s+day|dia (?:de la |de los |de las |del |de )?{pattern}"
        if m := re.search(rf"(?<!\w)(?:{pattern})(?:\W?s)?(?:\s+day)?(?!\w)", folded):
            return day, m.start(), m.end()
    return None


def _coming(holiday: Holiday, today: date) -> date | None:
    if holiday.date is not None and holiday.date >= today:
        return holiday.date
    if holiday.yearly:
        month, day = (int(x) for x in holiday.yearly.split("-"))
        return next((d for y in range(today.year, today.year + 9) if (d := _date(y, month, day)) and d >= today), None)
    return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


@cache
def _common() -> list[tuple[re.Pattern[str], str, str | None]]:
    return [
        (re.compile(rf"(?<!\w)(?:{'|'.join(h['names'])})(?!\w)"), h["on"], h.get("country"))
        for h in table("dates")["holiday"]
    ]


def _known(folded: str, today: date, country: str) -> tuple[date, int, int] | None:
    for pattern, on, only in _common():
        if only in (None, country) and (m := pattern.search(folded)):
            for year in (today.year, today.year + 1):
                if (day := _on(on, year)) >= today:
                    return day, m.start(), m.end()
    return None


def _on(rule: str, year: int) -> date:
    """ "12-25"; "11:4:3" the fourth Thursday of November ("+1": the day after); "easter:-2"."""
    if rule.startswith("easter"):
        return _easter(year) + timedelta(days=int(rule.split(":")[1]))
    if ":" not in rule:
        return date.fromisoformat(f"{year}-{rule}")
    month, nth, weekday, *plus = (int(x) for x in rule.split(":"))
    if nth < 0:
        last = (date(year, month, 28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        day = last - timedelta(days=(last.weekday() - weekday) % 7)
    else:
        first = date(year, month, 1)
        day = first + timedelta(days=(weekday - first.weekday()) % 7, weeks=nth - 1)
    return day + timedelta(days=plus[0] if plus else 0)


def _easter(year: int) -> date:
    """Gregorian Easter Sunday (the anonymous algorithm, Meeus 1991)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)
