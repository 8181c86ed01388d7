"""The database of a command: DATABASE_URL, else the embedded server (started, or joined when it runs)."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from firstline.ground.embedded import start_or_join
from firstline.ground.migrate import migrate
from firstline.ground.settings import Settings

__all__ = ["database", "run"]

T = TypeVar("T")


@contextmanager
def database(settings: Settings, *, migrated: bool = True) -> Iterator[str]:
    """The URL to connect to; an embedded server that was started here is stopped here."""
    server = None
    url = settings.database.url
    if not url:
        server = start_or_join(settings.data)
        url = server.url
    try:
        if migrated:
            migrate(settings.database.migration_url or url)
        yield url
    finally:
        if server is not None:
            server.stop()


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a coroutine on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(work)
    return uvloop.run(work)
