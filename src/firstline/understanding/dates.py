"""When the customer means: days joined with times, resolved in the business's zone to RFC 3339.

A day alone gives a full-date ("2026-03-14"), a day with a time a date-time with the zone's offset on that day. Of a stretch
("next week", "Tuesday afternoon", "between 2 and 4") the start is the value; `When.end` keeps the rest.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from firstline.tenancy.model import Holiday
from firstline.understanding.clock_times import ClockTime, find_clock_times
from firstline.understanding.date_words import date_words, number
from firstline.understanding.days import DaySpan, find_days
from firstline.understanding.holidays import find_holiday
from firstline.understanding.tables import table
from firstline.understanding.words import fold

__all__ = ["When", "find_times", "resolve_day", "resolve_days"]

MAX_CHARS = 2000
_GLUE = re.compile(
    r"[\s,]*(?:(?:at|on|in|the|around|about|by|after|before|from|a|por|en|la|las|de|del|para|el|como|sobre|y|@|-)[\s,]*){0,3}"
)
_THROUGH = re.compile(r"\s*(?:to|through|thru|until|till|-|–|al?|hasta)\s*(?:the\s+|el\s+|los\s+)?")


@dataclass(frozen=True, slots=True)
class When:
    """A day or an instant. `start` is a date (no time was named) or an aware datetime; `end` closes a stretch, else None."""

    start: date | datetime
    end: date | datetime | None
    begin: int  # character offsets of the words
    finish: int

    @property
    def rfc3339(self) -> str:
        """`start` as a full-date or a date-time."""
        return self.start.isoformat()

    @property
    def day(self) -> date:
        """The day on which it starts."""
        return self.start.date() if isinstance(self.start, datetime) else self.start


def find_times(
    text: str, language: str, now_local: datetime, *, country: str = "US", holidays: Sequence[Holiday] = ()
) -> list[When]:
    """Every day or time named in `text`, in order. `now_local` is aware, in the business's zone."""
    folded = fold(text[:MAX_CHARS])
    today = now_local.date()
    days = _days(folded, language, today, country, holidays)
    times = find_clock_times(folded, language)
    found = []
    for time in times:
        day = next((d for d in days if _joined(folded, d, time)), None)
        if day is not None:
            days.remove(day)
        found.append(_at(day, time, now_local))
    found.extend(When(d.day, d.last if d.last != d.day else None, d.start, d.end) for d in days)
    found.extend(_hours_ahead(folded, language, now_local))
    return sorted(found, key=lambda w: w.begin)


def resolve_days(
    text: str, language: str, now_local: datetime, holidays: Sequence[Holiday] = (), country: str = "US"
) -> tuple[date, date] | None:
    """The first and last day that `text` asks about ("this weekend": Saturday, Sunday), or None when it names none."""
    folded = fold(text[:MAX_CHARS])
    days = _days(folded, language, now_local.date(), country, holidays)
    if days:
        return days[0].day, days[0].last
    if re.search(
        r"(?<!\w)(?:tonight|esta noche|this (?:morning|afternoon|evening)|esta (?:manana|tarde)|right now|now|ahora(?: mismo)?|ahorita)(?!\w)",
        folded,
    ):
        return now_local.date(), now_local.date()
    return None


def resolve_day(
    text: str, language: str, now_local: datetime, holidays: Sequence[Holiday] = (), country: str = "US"
) -> date | None:
    """The (first) day that `text` asks about: "are you open on Thanksgiving / on Saturday / tomorrow"."""
    days = resolve_days(text, language, now_local, holidays, country)
    return days[0] if days else None


def _days(folded: str, language: str, today: date, country: str, holidays: Sequence[Holiday]) -> list[DaySpan]:
    day_first = country not in table("dates")["numeric_day_first_not"]
    days = find_days(folded, language, today, day_first=day_first)
    holiday = find_holiday(folded, today, holidays, country)
    if holiday is not None:
        day, start, end = holiday
        days = [d for d in days if d.end <= start or d.start >= end]
        days.append(DaySpan(day, day, start, end))
    return _stretches(folded, sorted(days, key=lambda d: d.start))


def _stretches(folded: str, days: list[DaySpan]) -> list[DaySpan]:
    """ "From Monday to Friday" is one stretch, not two days."""
    out: list[DaySpan] = []
    for day in days:
        before = out[-1] if out else None
        if before is not None and _THROUGH.fullmatch(folded[before.end : day.start]):
            last = day.last + timedelta(days=7) if day.weekday and day.last < before.day else day.last
            if last >= before.day:
                out[-1] = DaySpan(before.day, last, before.start, day.end)
                continue
        out.append(day)
    return out


def _joined(folded: str, day: DaySpan, time: ClockTime) -> bool:
    """Whether the day and the time stand side by side, with nothing but small words between."""
    if day.end <= time.start:
        between = folded[day.end : time.start]
    elif time.end <= day.start:
        between = folded[time.end : day.start]
    else:
        return True
    return _GLUE.fullmatch(between) is not None


def _instant(day: date, minute: int, now_local: datetime) -> datetime:
    """The wall time in the business's zone; one that a clock change skips moves to the hour after it."""
    wall = datetime(day.year, day.month, day.day, tzinfo=now_local.tzinfo) + timedelta(minutes=minute)
    real = datetime.fromtimestamp(wall.timestamp(), now_local.tzinfo)
    return real if real.replace(tzinfo=None) != wall.replace(tzinfo=None) else wall


def _at(day: DaySpan | None, time: ClockTime, now_local: datetime) -> When:
    if day is None:
        on = now_local.date()
        passed = time.until if time.part and time.until else time.minute
        if passed < now_local.hour * 60 + now_local.minute:
            on += timedelta(days=1)
        begin, finish = time.start, time.end
    else:
        on, begin, finish = day.day, min(day.start, time.start), max(day.end, time.end)
    end = _instant(on, time.until, now_local) if time.until is not None and time.until > time.minute else None
    return When(_instant(on, time.minute, now_local), end, begin, finish)


def _hours_ahead(folded: str, language: str, now_local: datetime) -> list[When]:
    words = date_words(language)
    units = f"{words.units['hour']}|{words.units['minute']}"
    lead = r"(?:in|within|en|dentro de)"
    out = []
    for m in re.finditer(rf"(?<!\w){lead}\s+(?:about\s+|unas\s+)?(?P<n>{words.number})\s+(?P<u>{units})(?!\w)", folded):
        seconds = number(m["n"]) * (3600 if words.unit_of(m["u"]) == "hour" else 60)
        then = datetime.fromtimestamp(now_local.timestamp() + seconds, now_local.tzinfo)
        out.append(When(then.replace(second=0, microsecond=0), None, m.start(), m.end()))
    return out
