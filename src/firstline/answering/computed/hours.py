"""When is it open: now, on a date, at a time, on a holiday, in the usual week; and when next."""

from datetime import date, timedelta
from itertools import pairwise

from firstline.answering.computed.calendar import (
    coming_holidays,
    emergency_hours,
    holiday_on,
    opening_hours,
    week_groups,
)
from firstline.answering.computed.days import AskedDays, asked_days
from firstline.answering.computed.topics import bare, has
from firstline.answering.computed.voice import Voice
from firstline.answering.port import Question
from firstline.conversations.facts import Sentence
from firstline.kit.hours import WEEKDAYS, OpeningHours, minutes_of
from firstline.tenancy.model import localized

__all__ = ["answer_hours", "general_hours", "state_now"]

MOST_DAYS = 4  # days told one by one; more are told as the usual week


def answer_hours(question: Question, text: str, voice: Voice) -> list[Sentence]:
    """The hours that `text` asks for; empty when the business has told none."""
    business = question.business
    if not any(business.business_hours.values()):
        return []
    folded, asked = bare(text), asked_days(text, business, question.now)
    yes_no = has("yesno", folded)
    if has("holidays", folded) and not asked.dates:
        return _holidays(question, voice) or general_hours(question, voice)
    if has("lunch", folded) and not asked.dates:
        return _lunch(question, voice, yes_no)
    if asked.dates:
        out = [s for day in asked.dates[:MOST_DAYS] for s in _on_date(question, day, asked.minutes, voice, yes_no)]
    elif asked.weekdays:
        out = _usual(question, asked.weekdays, voice, yes_no)
    elif asked.minutes is not None and not asked.now:
        out = _on_date(question, question.now.astimezone(business.zone).date(), asked.minutes, voice, True)
    elif asked.now or yes_no or _next_asked(folded):
        out = state_now(question, voice, yes_no)
    else:
        return general_hours(question, voice)
    return out + _emergency(question, asked, voice, out)


def _next_asked(folded: str) -> bool:
    return any(
        word in folded for word in ("again", "next open", "de nuevo", "vuelven a", "otra vez", "back open", "reopen")
    )


def general_hours(question: Question, voice: Voice) -> list[Sentence]:
    """The week, the closed days, whether it is open now, and a holiday within the week."""
    hours = opening_hours(question.business)
    if hours.always_open:
        return [voice.say("hours.always")]
    groups, closed = week_groups(voice, question.business.business_hours)
    out = [voice.say("hours.week", groups=groups)]
    if closed:
        out.append(voice.say("hours.closed_days", days=voice.join([_usual_day(voice, d) for d in closed])))
    out += state_now(question, voice, False)
    return out + _soon(question, voice)


def _usual_day(voice: Voice, day: int) -> str:
    name = voice.weekday(day, many=True)
    return f"los {name}" if voice.language == "es" else name


def state_now(question: Question, voice: Voice, yes_no: bool) -> list[Sentence]:
    """Open until when, or closed until when."""
    hours, now = opening_hours(question.business), question.now
    if hours.is_open(now):
        closes = hours.closes_at(now)
        if closes is None:
            return [voice.say("hours.now_always_yes" if yes_no else "hours.always")]
        return [voice.say("hours.now_open_yes" if yes_no else "hours.now_open", close=voice.at(closes))]
    opens = hours.next_opening(now)
    if opens is None:
        return [voice.say("hours.now_closed_unknown")]
    on = voice.on(opens.date(), hours.local(now).date())
    return [voice.say("hours.now_closed_no" if yes_no else "hours.now_closed", on=on, open=voice.at(opens))]


def _on_date(question: Question, day: date, minutes: int | None, voice: Voice, yes_no: bool) -> list[Sentence]:
    """One date, and of it one time when asked."""
    business, hours = question.business, opening_hours(question.business)
    today = hours.local(question.now).date()
    on, stretches = voice.on(day, today), hours.intervals_on(day)
    holiday = holiday_on(business, day)
    name = localized(holiday.name, voice.language) if holiday else ""
    yes = "_yes" if yes_no else ""
    if not stretches:
        reason = voice.text("hours.reason", holiday=name) if name else ""
        closed = voice.say(f"hours.day_closed{'_no' if yes_no else ''}", on=on, reason=reason)
        return [closed, *_opens_next(hours, day, today, voice)]
    told = voice.stretches(stretches)
    if minutes is not None:
        return [
            voice.say(
                "hours.at_open" if _open_at(hours, day, minutes) else "hours.at_closed",
                on=on,
                time=voice.clock(minutes),
                stretches=told,
            )
        ]
    if day == today and question.now.astimezone(business.zone) >= hours.spans_on(day)[-1].end:
        return [voice.say("hours.day_open", on=on, stretches=told), *state_now(question, voice, False)]
    if name:
        return [voice.say(f"hours.day_special{yes}", on=on, holiday=name, stretches=told)]
    return [voice.say(f"hours.day_open{yes}", on=on, stretches=told)]


def _open_at(hours: OpeningHours, day: date, minutes: int) -> bool:
    """Whether it is open at that wall time of `day`, also by a night that began the day before."""
    for offset in (0, 1):
        for stretch in hours.intervals_on(day - timedelta(days=offset)):
            begin, end = minutes_of(stretch.open), minutes_of(stretch.close)
            end = end if end > begin else end + 1440
            if begin <= minutes + 1440 * offset < end:
                return True
    return False


def _opens_next(hours: OpeningHours, day: date, today: date, voice: Voice) -> list[Sentence]:
    """The first open day after a closed one."""
    for ahead in range(1, 15):
        following = day + timedelta(days=ahead)
        if following >= today and (stretches := hours.intervals_on(following)):
            return [voice.say("hours.opens_next", on=voice.on(following, today), stretches=voice.stretches(stretches))]
    return []


def _usual(question: Question, weekdays: tuple[int, ...], voice: Voice, yes_no: bool) -> list[Sentence]:
    """The usual hours of weekdays, those with the same hours together."""
    week = question.business.business_hours
    groups: dict[tuple[object, ...], list[int]] = {}
    for day in sorted(weekdays):
        groups.setdefault(tuple(week.get(WEEKDAYS[day], ())), []).append(day)
    out: list[Sentence] = []
    for days in groups.values():
        stretches = week.get(WEEKDAYS[days[0]], ())
        names = voice.join([voice.weekday(d, many=True) for d in days])
        if stretches:
            out.append(
                voice.say(
                    f"hours.usual_open{'_yes' if yes_no and not out else ''}",
                    days=names,
                    stretches=voice.stretches(stretches),
                )
            )
        else:
            out.append(voice.say(f"hours.usual_closed{'_no' if yes_no and not out else ''}", days=names))
    coming = {day for day, _ in coming_holidays(question.business, question.now, 7) if day.weekday() in weekdays}
    return [*out, *_soon(question, voice, coming)]


def _soon(question: Question, voice: Voice, only: set[date] | None = None) -> list[Sentence]:
    """A note on the first holiday within a week."""
    today = question.now.astimezone(question.business.zone).date()
    for day, holiday in coming_holidays(question.business, question.now, 7):
        if only is None or day in only:
            name, on = localized(holiday.name, voice.language), voice.on(day, today)
            if holiday.hours:
                return [
                    voice.say("hours.holiday_soon_open", on=on, holiday=name, stretches=voice.stretches(holiday.hours))
                ]
            return [voice.say("hours.holiday_soon", on=on, holiday=name)]
    return []


def _holidays(question: Question, voice: Voice) -> list[Sentence]:
    items = []
    for day, holiday in coming_holidays(question.business, question.now, 366)[:MOST_DAYS]:
        name, when = localized(holiday.name, voice.language), f"{voice.weekday(day.weekday())} {voice.date(day)}"
        key = "hours.holiday_item_open" if holiday.hours else "hours.holiday_item_closed"
        items.append(voice.text(key, day=when, holiday=name, stretches=voice.stretches(holiday.hours)))
    return [voice.say("hours.holidays", list="; ".join(items))] if items else []


def _lunch(question: Question, voice: Voice, yes_no: bool) -> list[Sentence]:
    """The gap in the middle of the day, when there is one; else that there is none."""
    hours = question.business.business_hours
    gaps: dict[tuple[str, str], list[int]] = {}
    for day, name in enumerate(WEEKDAYS):
        stretches = hours.get(name, ())
        for first, second in pairwise(stretches):
            gaps.setdefault((first.close, second.open), []).append(day)
    if not gaps:
        return (
            [voice.say("hours.no_break"), *general_hours(question, voice)] if yes_no else general_hours(question, voice)
        )
    out = []
    for (start, end), days in gaps.items():
        names = voice.text("words.day_range", first=voice.weekday(days[0]), last=voice.weekday(days[-1]))
        if len(days) < 3 or days[-1] - days[0] != len(days) - 1:
            names = voice.join([voice.weekday(d) for d in days])
        out.append(
            voice.say(
                "hours.break_day", start=voice.clock(minutes_of(start)), end=voice.clock(minutes_of(end)), days=names
            )
        )
    return out


def _emergency(question: Question, asked: AskedDays, voice: Voice, out: list[Sentence]) -> list[Sentence]:
    """Where to call when it is closed and urgent."""
    line, hours = question.business.emergency_line, opening_hours(question.business)
    urgent = "emergency" in question.reading.flags or has("emergency", bare(question.text))
    closed_now = not asked.dates and not asked.weekdays and not hours.is_open(question.now)
    if not out or line is None or not (urgent or closed_now):
        return []
    emergency = emergency_hours(question.business, line)
    if not (emergency.always_open or emergency.is_open(question.now)):
        return []
    when = voice.text("emergency.always" if emergency.always_open else "emergency.now")
    return [voice.say("hours.emergency", phone=voice.phone(line.phone), when=when)]
