"""How fast a site is asked: a steady rate, "later" taken at its word, and an end."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from firstline.knowledge.crawl.rules import rules

__all__ = ["Pace", "retry_after"]


class Pace:
    """One request after the other, `rate` a second at most. `clock` and `sleep` count the same seconds."""

    def __init__(self, rate: float, clock: Callable[[], float], sleep: Callable[[float], Awaitable[None]]) -> None:
        """The first request is free."""
        bounds = rules()["pace"]
        self._gap = 1.0 / rate
        self._clock = clock
        self._sleep = sleep
        self._next = clock()
        self._end = clock() + float(bounds["seconds"])
        self._longest = float(bounds["longest_wait"])
        self._first = float(bounds["first_wait"])

    async def turn(self) -> None:
        """Waits until the next request may be sent."""
        wait = self._next - self._clock()
        if wait > 0:
            await self._sleep(wait)
        self._next = self._clock() + self._gap

    def slow_to(self, gap: float) -> None:
        """At least `gap` seconds between two requests from now on (Crawl-delay)."""
        self._gap = max(self._gap, gap)

    def later(self, asked: str | None, tries: int) -> bool:
        """After a 429 or 503: waits before the next turn as asked. False when that is longer than we wait."""
        seconds = retry_after(asked, datetime.now(UTC))
        wait = self._first * 2**tries if seconds is None else seconds
        if wait > self._longest:
            return False
        self._gap = min(self._gap * 2, self._longest)
        self._next = self._clock() + max(wait, self._gap)
        return True

    @property
    def over(self) -> bool:
        """Whether the job has had its time."""
        return self._clock() >= self._end


def retry_after(value: str | None, today: datetime) -> float | None:
    """Seconds of a Retry-After header, which is a number or a date; None when it is neither."""
    if not value:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value.strip()[:9])
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max((when.replace(tzinfo=when.tzinfo or UTC) - today).total_seconds(), 0.0)
