"""Booking, the customer's contact details and who calls when: nothing is confirmed here, and nothing is "soon"."""

from datetime import datetime, timedelta

from firstline.answering.computed.calendar import holiday_on, opening_hours, week_groups
from firstline.answering.computed.offerings import service_name
from firstline.answering.computed.topics import has
from firstline.answering.computed.voice import Voice, capital
from firstline.answering.port import Contact, Question
from firstline.conversations.facts import Sentence
from firstline.knowledge.wording import fold
from firstline.tenancy.model import Service, localized

__all__ = [
    "answer_booking",
    "ask_contact",
    "contact_details",
    "contact_given",
    "invitation",
    "known_contact",
    "next_call",
    "outside_hours",
    "wished_time",
]

PARTS_OF_DAY = ("morning", "afternoon", "evening")
TIGHT = timedelta(hours=1)  # with less than this until closing, the next opening is named as well


def known_contact(question: Question) -> Contact:
    """What is known of the customer together with what this message says."""
    reading, contact = question.reading, question.contact

    def said(kind: str) -> str | None:
        entity = reading.first(kind)
        return str(entity.value or entity.text) if entity is not None else None

    return Contact(contact.name or said("person_name"), contact.email or said("email"), contact.phone or said("phone"))


def ask_contact(contact: Contact, voice: Voice) -> list[Sentence]:
    """Asks for what is missing of name and a way to answer."""
    key = "ask_way" if contact.name else "ask_name" if contact.reachable else "ask_name_and_way"
    return [] if contact.name and contact.reachable else [voice.say(f"contact.{key}", "contact_request")]


def invitation(question: Question, voice: Voice) -> list[Sentence]:
    """An invitation to book: asks for a phone number unless one is known."""
    contact = known_contact(question)
    if contact.phone is None:
        return [voice.say("booking.invite", "invitation")]
    return [voice.say("booking.invite_known", "invitation", phone=voice.phone(contact.phone))]


def wished_time(question: Question) -> datetime | None:
    """The preferred time that the message names, in the business's zone."""
    entity = question.reading.first("preferred_datetime")
    value = entity.value if entity is not None else None
    if entity is not None and has("stretch", fold(entity.text)):
        return None  # "this week": a stretch is no day yet
    if isinstance(value, dict):
        value = value.get("start") or value.get("from")
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    zone = question.business.zone
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def outside_hours(question: Question) -> bool:
    """Whether the message wishes a day or time at which nobody works."""
    when, hours = wished_time(question), opening_hours(question.business)
    entity = question.reading.first("preferred_datetime")
    if when is None or entity is None or not any(question.business.business_hours.values()):
        return False
    timed = (when.hour, when.minute) != (0, 0) and has("clock", fold(entity.text))
    return not hours.is_open(when) if timed else not hours.intervals_on(when.date())


def answer_booking(question: Question, services: list[Service], voice: Voice) -> list[Sentence]:
    """Takes the wish up, asks for what is missing, says who confirms it."""
    contact, when = known_contact(question), wished_time(question)
    named = [s for s in services if s.offered]
    out = [
        voice.say("booking.start_service", service=service_name(named[0], voice.language))
        if named
        else voice.say("booking.start")
    ]
    if when is not None:
        out += _wish(question, when, voice)
    if contact.phone is None:
        return [*out, voice.say("booking.ask_phone" if when else "booking.ask_phone_time", "contact_request")]
    if when is None:
        return [*out, voice.say("booking.ask_time", "invitation")]
    return [*out, *next_call(question, contact, voice)]


def _wish(question: Question, when: datetime, voice: Voice) -> list[Sentence]:
    """The wished day (and time) repeated; what lies outside the hours is said to."""
    hours, today = opening_hours(question.business), question.now.astimezone(question.business.zone).date()
    entity = question.reading.first("preferred_datetime")
    words = fold(entity.text) if entity is not None else ""
    timed = (when.hour, when.minute) != (0, 0) and has("clock", words)
    day = voice.on(when.date(), today).rstrip(",").removeprefix("on ")
    if not timed:
        day += next((voice.text(f"booking.{p}") for p in PARTS_OF_DAY if has(f"in_the_{p}", words)), "")
    text = f"{day}, {voice.at(when)}" if timed else day
    closed = not hours.is_open(when) if timed else not hours.intervals_on(when.date())
    support = entity.text if entity is not None else ""
    if closed and any(question.business.business_hours.values()):
        said = voice.say("booking.wish_closed", "notice", when=capital(text), words=support)
        stretches, on = hours.intervals_on(when.date()), voice.on(when.date(), today)
        if stretches:
            told = voice.say("hours.day_open", on=on, stretches=voice.stretches(stretches))
            return [said, told, *_urgent_line(question, voice)]
        holiday = holiday_on(question.business, when.date())
        name = localized(holiday.name, voice.language) if holiday else ""
        reason = voice.text("hours.reason", holiday=name) if name else ""
        shut = voice.say("hours.day_closed", on=on, reason=reason)
        hint = voice.say("booking.hours_hint", groups=week_groups(voice, question.business.business_hours)[0])
        return [shut, voice.say("booking.other_day", "notice"), hint]
    return [voice.say("booking.wish", "notice", when=text, words=support)]


def _urgent_line(question: Question, voice: Voice) -> list[Sentence]:
    """Whom to call when it cannot wait for the opening hours."""
    line = question.business.emergency_line
    return [voice.say("hours.emergency_number", phone=voice.phone(line.phone))] if line is not None else []


def next_call(question: Question, contact: Contact, voice: Voice) -> list[Sentence]:
    """Who calls or writes, and when, by the opening hours; what is left of a day under TIGHT is not promised."""
    hours, name = opening_hours(question.business), question.business.name
    if not contact.reachable:
        return _answers_when(question, voice)
    way = "call" if contact.phone else "mail"
    closes, opens = hours.closes_at(question.now), hours.next_opening(question.now)
    last = _last_close(question) if closes is not None else None
    if last is not None and last - question.now >= TIGHT:
        return [voice.say(f"contact.{way}_open", "notice", business=name, close=voice.at(last))]
    if opens is None:
        return [voice.say("contact.reach_unknown", "notice", business=name)]
    today = hours.local(question.now).date()
    return [
        voice.say(
            f"contact.{way}_next", "notice", business=name, on=voice.on(opens.date(), today), open=voice.at(opens)
        )
    ]


def _answers_when(question: Question, voice: Voice) -> list[Sentence]:
    """When somebody answers a customer whom nobody could call yet, and the question how to reach them."""
    hours = opening_hours(question.business)
    closes, opens = _last_close(question), hours.next_opening(question.now)
    ask = voice.say("contact.ask_any", "contact_request")
    if hours.is_open(question.now) and closes is not None:
        return [voice.say("contact.reply_open", "notice", close=voice.at(closes)), ask]
    if opens is None:
        return [ask]
    on = voice.on(opens.date(), hours.local(question.now).date())
    return [voice.say("contact.reply_next", "notice", on=on, open=voice.at(opens)), ask]


def _last_close(question: Question) -> datetime | None:
    """When today's last stretch ends, when that is still ahead."""
    hours = opening_hours(question.business)
    spans = hours.spans_on(hours.local(question.now).date())
    last = spans[-1].end if spans else hours.closes_at(question.now)
    return last if last is not None and last > question.now else hours.closes_at(question.now)


def contact_details(question: Question, voice: Voice) -> tuple[list[str], str]:
    """Phone and email that this message gives, as they are read back, and ", Anna" when it gives a name."""
    reading = question.reading
    details = [voice.phone(str(e.value or e.text)) for e in reading.entities if e.kind == "phone"][:1]
    details += [str(e.value or e.text) for e in reading.entities if e.kind == "email"][:1]
    name = reading.first("person_name")
    return details, f", {str(name.value or name.text).split()[0]}" if name is not None else ""


def contact_given(question: Question, voice: Voice) -> list[Sentence]:
    """Thanks for contact details given in this message, and what happens next."""
    contact = known_contact(question)
    details, comma = contact_details(question, voice)
    if details:
        out = [voice.say("contact.got", "notice", name=comma, details=voice.join(details))]
    else:
        out = [voice.say("contact.got_thanks", "notice", name=comma)]
    when = wished_time(question)
    if when is not None:
        out += _wish(question, when, voice)
    if not contact.reachable:
        return [*out, voice.say("contact.ask_any", "contact_request")]
    return [*out, *next_call(question, contact, voice)]
