"""A small circuit breaker per route: a provider that is down must not cost every customer its time limit."""

from collections.abc import Callable
from time import monotonic

__all__ = ["Breaker"]


class Breaker:
    """Closed, resting until an instant, then one trial at a time. Used from one event loop; no locks."""

    def __init__(
        self, failures: int, rest_s: float, longest_rest_s: float, clock: Callable[[], float] = monotonic
    ) -> None:
        self._allowed_failures = int(failures)
        self._rest_s = rest_s
        self._longest_rest_s = longest_rest_s
        self._clock = clock
        self._failed = 0
        self._resting_until = 0.0
        self._trial = False

    def may_try(self) -> bool:
        """Whether a call may go out now. After a rest only one call may, until it reports."""
        if self._resting_until == 0.0:
            return True
        if self._clock() < self._resting_until or self._trial:
            return False
        self._trial = True
        return True

    def succeeded(self) -> None:
        """The route works: forget its failures."""
        self._failed = 0
        self._resting_until = 0.0
        self._trial = False

    def failed(self, retry_after_s: float | None = None) -> None:
        """One more failure; a provider's Retry-After (seconds) makes it rest at once."""
        self._failed += 1
        if retry_after_s is not None:
            self._rest(min(max(retry_after_s, 0.0), self._longest_rest_s))
        elif self._trial or self._failed >= self._allowed_failures:
            self._rest(self._rest_s)
        self._trial = False

    def abandoned(self) -> None:
        """The caller left before the route could show anything: neither good nor bad."""
        self._trial = False

    def _rest(self, seconds: float) -> None:
        self._resting_until = self._clock() + seconds
