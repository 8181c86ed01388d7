"""Rates: a token bucket per key in this process (a shared one comes with many hosts)."""

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic

from firstline.ground.errors import TooManyRequests

__all__ = ["RateLimit"]

MOST_KEYS = 50_000


class RateLimit:
    """`per_minute` calls a key, with a burst of as many."""

    def __init__(self, per_minute: float, clock: Callable[[], float] = monotonic) -> None:
        self._rate = per_minute / 60
        self._burst = max(1.0, per_minute)
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, key: str) -> None:
        """Takes one. Raises TooManyRequests with `retry_after` seconds."""
        now = self._clock()
        left, seen = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - seen) * self._rate)
        if left < 1:
            self._buckets[key] = (left, now)
            wait = max(1, round((1 - left) / self._rate))
            raise TooManyRequests("rate_limited", f"Too many messages; try again in {wait} seconds.", retry_after=wait)
        self._buckets[key] = (left - 1, now)
        if len(self._buckets) > MOST_KEYS:
            self._buckets.popitem(last=False)
