"""Opening hours: what is open when, across lunch, midnight, holidays and daylight saving."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.kit.hours import WEEKDAYS, OpeningHours


@dataclass(frozen=True)
class S:
    open: str
    close: str


ZONE = ZoneInfo("America/Chicago")
SPLIT = (S("07:30", "12:00"), S("13:00", "17:30"))
HOLIDAYS = {date(2026, 11, 26): (), date(2026, 11, 27): (S("08:00", "12:00"),), date(2026, 12, 25): ()}
SHOP = OpeningHours(
    {**dict.fromkeys(WEEKDAYS[:5], SPLIT), "sat": (S("08:00", "12:00"),), "sun": ()}, ZONE, HOLIDAYS.get
)
BAR = OpeningHours({"fri": (S("18:00", "02:00"),), "sat": (S("18:00", "03:30"),), "sun": (S("12:00", "24:00"),)}, ZONE)
ALWAYS = OpeningHours(dict.fromkeys(WEEKDAYS, (S("00:00", "24:00"),)), ZONE)
HOUSES = {"shop": SHOP, "bar": BAR, "always": ALWAYS}

# house, local instant, open?, closes at, next opening
TABLE = [
    ("shop", "2026-11-23 07:29", False, None, "2026-11-23 07:30"),
    ("shop", "2026-11-23 07:30", True, "2026-11-23 12:00", "2026-11-23 13:00"),
    ("shop", "2026-11-23 11:59", True, "2026-11-23 12:00", "2026-11-23 13:00"),
    ("shop", "2026-11-23 12:00", False, None, "2026-11-23 13:00"),
    ("shop", "2026-11-23 12:30", False, None, "2026-11-23 13:00"),
    ("shop", "2026-11-23 13:00", True, "2026-11-23 17:30", "2026-11-24 07:30"),
    ("shop", "2026-11-23 17:29", True, "2026-11-23 17:30", "2026-11-24 07:30"),
    ("shop", "2026-11-23 17:30", False, None, "2026-11-24 07:30"),
    ("shop", "2026-11-23 23:59", False, None, "2026-11-24 07:30"),
    ("shop", "2026-11-24 00:00", False, None, "2026-11-24 07:30"),
    ("shop", "2026-11-25 18:00", False, None, "2026-11-27 08:00"),
    ("shop", "2026-11-26 09:00", False, None, "2026-11-27 08:00"),
    ("shop", "2026-11-27 08:00", True, "2026-11-27 12:00", "2026-11-28 08:00"),
    ("shop", "2026-11-27 13:30", False, None, "2026-11-28 08:00"),
    ("shop", "2026-11-28 08:00", True, "2026-11-28 12:00", "2026-11-30 07:30"),
    ("shop", "2026-11-28 12:00", False, None, "2026-11-30 07:30"),
    ("shop", "2026-11-29 10:00", False, None, "2026-11-30 07:30"),
    ("shop", "2026-12-24 17:30", False, None, "2026-12-26 08:00"),
    ("shop", "2026-12-25 10:00", False, None, "2026-12-26 08:00"),
    ("bar", "2026-11-27 17:59", False, None, "2026-11-27 18:00"),
    ("bar", "2026-11-27 18:00", True, "2026-11-28 02:00", "2026-11-28 18:00"),
    ("bar", "2026-11-27 23:59", True, "2026-11-28 02:00", "2026-11-28 18:00"),
    ("bar", "2026-11-28 00:00", True, "2026-11-28 02:00", "2026-11-28 18:00"),
    ("bar", "2026-11-28 01:59", True, "2026-11-28 02:00", "2026-11-28 18:00"),
    ("bar", "2026-11-28 02:00", False, None, "2026-11-28 18:00"),
    ("bar", "2026-11-29 03:29", True, "2026-11-29 03:30", "2026-11-29 12:00"),
    ("bar", "2026-11-29 03:30", False, None, "2026-11-29 12:00"),
    ("bar", "2026-11-29 23:59", True, "2026-11-30 00:00", "2026-12-04 18:00"),
    ("bar", "2026-11-30 00:00", False, None, "2026-12-04 18:00"),
    ("bar", "2026-12-02 12:00", False, None, "2026-12-04 18:00"),
    ("bar", "2026-03-08 01:30", True, "2026-03-08 03:30", "2026-03-08 12:00"),  # the night of spring forward
    ("bar", "2026-03-08 03:15", True, "2026-03-08 03:30", "2026-03-08 12:00"),
    ("bar", "2026-03-08 03:30", False, None, "2026-03-08 12:00"),
    ("bar", "2026-11-01 01:30", True, "2026-11-01 03:30", "2026-11-01 12:00"),  # the night of fall back
    ("bar", "2026-11-01 03:29", True, "2026-11-01 03:30", "2026-11-01 12:00"),
    ("bar", "2026-11-01 03:30", False, None, "2026-11-01 12:00"),
    ("shop", "2026-03-09 07:29", False, None, "2026-03-09 07:30"),
    ("shop", "2026-03-07 12:00", False, None, "2026-03-09 07:30"),
    ("shop", "2026-10-31 12:30", False, None, "2026-11-02 07:30"),
    ("shop", "2026-11-02 07:30", True, "2026-11-02 12:00", "2026-11-02 13:00"),
    ("always", "2026-11-23 03:00", True, None, None),
    ("always", "2026-11-01 01:30", True, None, None),
]


def at(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE)


@pytest.mark.parametrize(("house", "instant", "is_open", "closes", "opens"), TABLE)
def test_each_instant_of_the_table(
    house: str, instant: str, is_open: bool, closes: str | None, opens: str | None
) -> None:
    hours = HOUSES[house]
    for moment in (at(instant), at(instant).astimezone(UTC), at(instant).astimezone(ZoneInfo("Asia/Tokyo"))):
        assert hours.is_open(moment) is is_open
        assert hours.closes_at(moment) == (at(closes) if closes else None)
        assert hours.next_opening(moment) == (at(opens) if opens else None)


def test_the_second_half_past_one_of_fall_back_is_still_open_and_the_night_is_an_hour_longer() -> None:
    second = datetime(2026, 11, 1, 1, 30, tzinfo=ZONE, fold=1)
    assert BAR.is_open(second)
    (span,) = BAR.spans_on(date(2026, 10, 31))
    assert span.end.astimezone(UTC) - span.start.astimezone(UTC) == timedelta(hours=10, minutes=30)


def test_spring_forward_shortens_the_night() -> None:
    (span,) = BAR.spans_on(date(2026, 3, 7))
    assert span.end.astimezone(UTC) - span.start.astimezone(UTC) == timedelta(hours=8, minutes=30)


def test_a_week_without_hours_never_opens() -> None:
    closed = OpeningHours({}, ZONE)
    assert not closed.is_open(at("2026-11-23 10:00"))
    assert closed.next_opening(at("2026-11-23 10:00")) is None


def test_intervals_of_a_day_come_in_order_and_a_holiday_replaces_them() -> None:
    assert [s.open for s in SHOP.intervals_on(date(2026, 11, 23))] == ["07:30", "13:00"]
    assert SHOP.intervals_on(date(2026, 11, 26)) == ()
    assert SHOP.is_holiday(date(2026, 11, 26))
    assert ALWAYS.always_open
    assert not BAR.always_open


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        SHOP.is_open(datetime(2026, 11, 23, 10, 0))  # noqa: DTZ001 - that is the point


@given(st.integers(0, 730 * 1440), st.sampled_from(sorted(HOUSES)))
def test_the_next_opening_is_open_and_the_closing_is_not(minutes: int, house: str) -> None:
    hours, instant = HOUSES[house], datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    opening, closing = hours.next_opening(instant), hours.closes_at(instant)
    if opening:
        assert opening > instant
        assert hours.is_open(opening)
    if closing:
        assert closing > instant
        assert not hours.is_open(closing)
