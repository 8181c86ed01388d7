"""The business's calendar: its opening hours with its holidays, and what is going on at an instant."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from firstline.answering.computed.voice import Voice
from firstline.kit.hours import WEEKDAYS, OpeningHours, Stretch
from firstline.tenancy.model import Business, EmergencyLine, Holiday, Interval

__all__ = ["coming_holidays", "emergency_hours", "holiday_on", "opening_hours", "week_groups"]


def holiday_on(business: Business, day: date) -> Holiday | None:
    """The holiday of that date: a dated one before a yearly one."""
    dated = next((h for h in business.holidays if h.date == day), None)
    return dated or next((h for h in business.holidays if h.yearly == day.strftime("%m-%d")), None)


def opening_hours(business: Business) -> OpeningHours:
    """The arithmetic of its business hours."""

    def holiday(day: date) -> Sequence[Stretch] | None:
        found = holiday_on(business, day)
        return None if found is None else found.hours

    return OpeningHours(business.business_hours, business.zone, holiday)


def emergency_hours(business: Business, line: EmergencyLine) -> OpeningHours:
    """The arithmetic of the emergency line: holidays do not close it."""
    return OpeningHours(line.hours, business.zone)


def coming_holidays(business: Business, now: datetime, days: int) -> list[tuple[date, Holiday]]:
    """The holidays from today on, within `days`, in order."""
    today = now.astimezone(business.zone).date()
    found = ((today + timedelta(days=n), holiday_on(business, today + timedelta(days=n))) for n in range(days + 1))
    return [(day, holiday) for day, holiday in found if holiday is not None]


def week_groups(voice: Voice, week: dict[str, tuple[Interval, ...]]) -> tuple[str, list[int]]:
    """ "Monday to Friday from 8 a.m. to 5 p.m. and Saturday from ..." and the closed weekdays (0 = Monday)."""
    groups: list[tuple[list[int], tuple[Interval, ...]]] = []
    closed = []
    for day, name in enumerate(WEEKDAYS):
        stretches = week.get(name, ())
        if not stretches:
            closed.append(day)
        elif groups and groups[-1][1] == stretches and groups[-1][0][-1] == day - 1:
            groups[-1][0].append(day)
        else:
            groups.append(([day], stretches))
    texts = [voice.text("hours.group", days=_days(voice, days), stretches=voice.stretches(s)) for days, s in groups]
    # Each group may hold an "and" of its own: a list with semicolon-like commas reads clearer than nested "and"s.
    glue = f", {voice.text('words.and')} "
    return (glue.join([", ".join(texts[:-1]), texts[-1]]) if len(texts) > 1 else "".join(texts)), closed


def _days(voice: Voice, days: list[int]) -> str:
    if len(days) == 7:
        return voice.text("words.every_day")
    if len(days) > 2:
        return voice.text("words.day_range", first=voice.weekday(days[0]), last=voice.weekday(days[-1]))
    return voice.join([voice.text("words.each_day", day=voice.weekday(d, many=voice.language == "es")) for d in days])
