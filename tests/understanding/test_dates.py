"""What the customer means by "next Tuesday afternoon", in the business's zone."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.understanding.dates import find_times, resolve_day, resolve_days

NOW = datetime(2026, 2, 18, 9, 0, tzinfo=ZoneInfo("America/Chicago"))  # a Wednesday

CASES = [
    ("tomorrow at 10", "en", "2026-02-19T10:00:00-06:00"),
    ("next Tuesday afternoon", "en", "2026-02-24T12:00:00-06:00"),
    ("el sábado por la mañana", "es", "2026-02-21T08:00:00-06:00"),
    ("mañana por la mañana", "es", "2026-02-19T08:00:00-06:00"),
    ("mañana a las 5 y media de la tarde", "es", "2026-02-19T17:30:00-06:00"),
    ("3/14", "en", "2026-03-14"),
    ("in two days", "en", "2026-02-20"),
    ("dentro de dos semanas", "es", "2026-03-04"),
    ("this week", "en", "2026-02-18"),
    ("on the 20th of February at 10", "en", "2026-02-20T10:00:00-06:00"),
    ("March ninth", "en", "2026-03-09"),
    ("el 14 de marzo a las 10", "es", "2026-03-14T10:00:00-05:00"),
    ("at 3 on Friday", "en", "2026-02-20T15:00:00-06:00"),
    ("Friday between 2 and 4", "en", "2026-02-20T14:00:00-06:00"),
    ("pasado mañana", "es", "2026-02-20"),
    ("el lunes que viene a las 9", "es", "2026-02-23T09:00:00-06:00"),
    ("next Friday at noon", "en", "2026-02-27T12:00:00-06:00"),
    ("in 3 hours", "en", "2026-02-18T12:00:00-06:00"),
    ("call me after 5", "en", "2026-02-18T17:00:00-06:00"),
    ("February 10", "en", "2027-02-10"),
]


@pytest.mark.parametrize(("text", "language", "value"), CASES)
def test_resolves_to_rfc_3339(text, language, value):
    assert [w.rfc3339 for w in find_times(text, language, NOW)] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "May I come in?",
        "24/7 service",
        "a 3/4 inch pipe",
        "608-555-0123",
        "I sat down",
        "a 50 gallon heater for $1200",
        "I have two dogs",
        "feb 30",
    ],
)
def test_finds_no_time_where_none_is_meant(text):
    assert find_times(text, "en", NOW) == []


def test_a_time_that_the_clock_change_skips_moves_on():
    assert find_times("March 8 at 2:30 am", "en", NOW)[0].rfc3339 == "2026-03-08T03:30:00-05:00"


def test_day_and_month_follow_the_country():
    assert find_times("4/3", "en", NOW, country="US")[0].rfc3339 == "2026-04-03"
    assert find_times("4/3", "es", NOW, country="ES")[0].rfc3339 == "2026-03-04"


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("are you open on Thanksgiving?", "en", date(2026, 11, 26)),
        ("¿abren en Acción de Gracias?", "es", date(2026, 11, 26)),
        ("open on Saturday?", "en", date(2026, 2, 21)),
        ("are you open tomorrow", "en", date(2026, 2, 19)),
        ("are you open tonight", "en", date(2026, 2, 18)),
        ("and Founders Picnic?", "en", date(2026, 8, 3)),
        ("¿abren en Navidad?", "es", date(2026, 12, 25)),
        ("Easter Monday?", "en", date(2026, 4, 6)),
        ("what are your hours", "en", None),
    ],
)
def test_the_day_that_a_question_about_hours_means(plumber, text, language, day):
    assert resolve_day(text, language, NOW, plumber.holidays) == day


def test_a_stretch_has_its_last_day():
    assert resolve_days("open this weekend?", "en", NOW) == (date(2026, 2, 21), date(2026, 2, 22))
    assert resolve_days("from Monday to Friday", "en", NOW) == (date(2026, 2, 23), date(2026, 2, 27))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789 /:-.apmdelasyinFRImarch", max_size=40), st.sampled_from(["en", "es"]))
def test_any_text_is_read_without_an_error(text, language):
    for when in find_times(text, language, NOW):
        assert 0 <= when.begin < when.finish <= len(text)
