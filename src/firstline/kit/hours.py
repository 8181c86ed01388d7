"""Arithmetic on opening hours: pure, in the business's zone, right across midnight and daylight saving.

A week is "mon".."sun" -> stretches with local "HH:MM" `open` and `close`; a close of "24:00", or one not above its open,
reaches into the next day. A holiday's stretches replace those of its date; a night that began the day before runs out.
Wall times follow the clock on the wall: a shift over a daylight saving change is an hour shorter or longer in truth.
A wall time that a change skips is read with the offset before it (zoneinfo, fold=0).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

__all__ = ["WEEKDAYS", "OpeningHours", "Span", "Stretch", "minutes_of"]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
HORIZON_DAYS = 370  # an opening further away than a year of holidays is no opening


class Stretch(Protocol):
    """One stretch of opening; `firstline.tenancy.model.Interval` is one."""

    @property
    def open(self) -> str:
        """Local "HH:MM"."""

    @property
    def close(self) -> str:
        """Local "HH:MM", "24:00" allowed; not above `open`: the next day."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch on the real time line; both ends aware, in the business's zone; `end` is no longer open."""

    start: datetime
    end: datetime


def minutes_of(clock: str) -> int:
    """Minutes after midnight of "HH:MM" (0..1440)."""
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes or 0)


@dataclass(frozen=True)
class OpeningHours:
    """A week of stretches, holidays and a zone. `holiday(date)` gives that date's own stretches, or None: no holiday."""

    week: Mapping[str, Sequence[Stretch]]
    zone: ZoneInfo
    holiday: Callable[[date], Sequence[Stretch] | None] = lambda _: None

    def intervals_on(self, day: date) -> tuple[Stretch, ...]:
        """The stretches that begin on `day`, in order; empty: closed."""
        own = self.holiday(day)
        stretches = self.week.get(WEEKDAYS[day.weekday()], ()) if own is None else own
        return tuple(sorted(stretches, key=lambda s: minutes_of(s.open)))

    def is_holiday(self, day: date) -> bool:
        """Whether `day` has hours of its own."""
        return self.holiday(day) is not None

    def spans_on(self, day: date) -> list[Span]:
        """The stretches that begin on `day` as real spans."""
        return [self._span(day, stretch) for stretch in self.intervals_on(day)]

    def span_at(self, at: datetime) -> Span | None:
        """The merged span that holds `at`, or None when closed then. `at` must be aware."""
        first = next(self._spans(at), None)
        return first if first is not None and first.start.astimezone(UTC) <= at.astimezone(UTC) else None

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at the aware instant `at`."""
        return self.span_at(at) is not None

    def closes_at(self, at: datetime) -> datetime | None:
        """When the span that holds `at` ends; None when closed at `at`, or when it does not end within the horizon."""
        span = self.span_at(at)
        if span is None or span.end - at > timedelta(days=HORIZON_DAYS):
            return None
        return span.end

    def next_opening(self, at: datetime) -> datetime | None:
        """The first opening after `at` (when open at `at`: the one after this span), or None."""
        instant = at.astimezone(UTC)
        return next((s.start for s in self._spans(at) if s.start.astimezone(UTC) > instant), None)

    @property
    def always_open(self) -> bool:
        """Whether the plain week has no gap (24 hours a day, seven days)."""
        return all(
            sum((minutes_of(s.close) - minutes_of(s.open)) % 1440 or 1440 for s in self.week.get(day, ())) >= 1440
            for day in WEEKDAYS
        )

    def local(self, at: datetime) -> datetime:
        """`at` in the business's zone."""
        return at.astimezone(self.zone)

    def _span(self, day: date, stretch: Stretch) -> Span:
        begin, end = minutes_of(stretch.open), minutes_of(stretch.close)
        return Span(self._wall(day, begin), self._wall(day, end if end > begin else end + 1440))

    def _wall(self, day: date, minutes: int) -> datetime:
        days, rest = divmod(minutes, 1440)
        return datetime.combine(day + days * _DAY, time(rest // 60, rest % 60), tzinfo=self.zone)

    def _spans(self, at: datetime) -> Iterator[Span]:
        """Merged spans that end after `at`, in order; touching or overlapping ones are one."""
        if at.tzinfo is None:
            raise ValueError("opening hours need an aware instant")
        today = at.astimezone(self.zone).date()
        instant, held = at.astimezone(UTC), None
        for offset in range(-1, HORIZON_DAYS + 1):
            for span in self.spans_on(today + offset * _DAY):
                if held is not None and span.start.astimezone(UTC) <= held.end.astimezone(UTC):
                    later = max(held.end, span.end, key=lambda moment: moment.astimezone(UTC))
                    held = Span(held.start, later)
                    continue
                if held is not None and held.end.astimezone(UTC) > instant:
                    yield held
                held = span
        if held is not None and held.end.astimezone(UTC) > instant:
            yield held
