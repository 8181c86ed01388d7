"""Hours answered from the profile: days, times, holidays, breaks, nights, in English and Spanish."""

from datetime import date, datetime

import pytest

from firstline.answering.computed.days import asked_days
from firstline.answering.computed.hours import answer_hours
from firstline.answering.computed.voice import Voice

from .world import ZONE, business, question

MONDAY_NOON = datetime(2026, 11, 23, 12, 20, tzinfo=ZONE)  # in the lunch break
TUESDAY = datetime(2026, 11, 24, 9, 0, tzinfo=ZONE)
FRIDAY_NIGHT = datetime(2026, 12, 4, 20, 0, tzinfo=ZONE)

CASES = [
    ("are you open right now?", TUESDAY, "en", ["Yes", "until 12 noon"], ["closed"]),
    ("are you open right now?", MONDAY_NOON, "en", ["No", "today at 1 p.m."], ["Yes"]),
    ("r u open on thanksgiving", TUESDAY, "en", ["No", "closed for Thanksgiving", "November 27"], ["Yes"]),
    ("what time do you open tomorrow?", FRIDAY_NIGHT, "en", ["Tomorrow, Saturday", "8 a.m. to 12 noon"], ["7:30"]),
    ("are you open Saturday at 3?", FRIDAY_NIGHT, "en", ["No", "3 p.m.", "12 noon"], ["Yes"]),
    ("are you open Saturday at 9am?", FRIDAY_NIGHT, "en", ["Yes", "9 a.m."], ["No,"]),
    ("¿A qué hora abren los sábados?", TUESDAY, "es", ["Los sábados", "8 a.m.", "12 del mediodía"], ["closed"]),
    ("¿abren el domingo?", TUESDAY, "es", ["No", "estamos cerrados"], ["Sí"]),
    ("what are your hours on weekends", TUESDAY, "en", ["Saturdays", "Sundays we're closed"], []),
    ("what are your hours?", TUESDAY, "en", ["Monday to Friday", "7:30 a.m.", "Saturday", "Thanksgiving"], []),
    ("when do you open again?", FRIDAY_NIGHT, "en", ["tomorrow, Saturday", "8 a.m."], ["Yes"]),
    ("do you close for lunch?", TUESDAY, "en", ["12 noon", "1 p.m."], []),
    ("which holidays are you closed?", TUESDAY, "en", ["Thanksgiving", "closed"], []),
    ("are you open on December 25th?", TUESDAY, "en", ["No", "closed"], ["Yes"]),
    (
        "are you open Veterans Day?",
        datetime(2026, 11, 9, 9, 0, tzinfo=ZONE),
        "en",
        ["Yes", "Wednesday, November 11"],
        ["No,"],
    ),
]


@pytest.mark.parametrize(("text", "now", "language", "holds", "lacks"), CASES)
def test_the_hours_asked_for_are_told(
    text: str, now: datetime, language: str, holds: list[str], lacks: list[str]
) -> None:
    asked = question(text, language=language, now=now)
    said = " ".join(s.text for s in answer_hours(asked, text, Voice(asked.business, language)))
    assert all(words in said for words in holds), said
    assert not any(words in said for words in lacks), said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on Saturday", [date(2026, 11, 28)]),
        ("el viernes", [date(2026, 11, 27)]),
        ("pasado mañana", [date(2026, 11, 26)]),
        ("mañana por la mañana", [date(2026, 11, 25)]),
        ("en la mañana", []),
        ("el 24 de diciembre", [date(2026, 12, 24)]),
        ("on 12/24", [date(2026, 12, 24)]),
        ("the day after Thanksgiving", [date(2026, 11, 27)]),
        ("Easter", [date(2027, 3, 28)]),
        ("Memorial Day", [date(2027, 5, 31)]),
        ("May I ask something", []),
        ("a tankless heater", []),
    ],
)
def test_the_days_that_words_mean(text: str, expected: list[date]) -> None:
    assert list(asked_days(text, business(), TUESDAY).dates) == expected


def test_closed_and_asked_now_the_emergency_line_is_named() -> None:
    asked = question("are you open now?", now=FRIDAY_NIGHT)
    said = " ".join(s.text for s in answer_hours(asked, asked.text, Voice(asked.business, "en")))
    assert "(608) 555-0199" in said
    assert "day and night" in said


def test_a_night_past_midnight_and_a_24_hour_country() -> None:
    bar = business(
        country="ES", timezone="Europe/Madrid", hours={"fri": [("20:00", "02:00")]}, holidays=(), emergency=False
    )
    asked = question(
        "¿abren el viernes a las 23:30?", language="es", on=bar, now=datetime(2026, 12, 1, 10, 0, tzinfo=bar.zone)
    )
    said = " ".join(s.text for s in answer_hours(asked, asked.text, Voice(bar, "es")))
    assert "Sí" in said
    assert "de 20:00 a 2:00" in said


def test_without_hours_nothing_is_said() -> None:
    none = business(hours={}, holidays=())
    asked = question("are you open?", on=none)
    assert answer_hours(asked, asked.text, Voice(none, "en")) == []
