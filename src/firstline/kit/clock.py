"""The clock, as a port: tests and rehearsal set the instant."""

from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Clock", "now"]

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present instant, timezone-aware (UTC)."""
    return datetime.now(UTC)
