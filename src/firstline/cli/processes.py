"""The long-running commands: the web process and the worker."""

import asyncio
import contextlib
import ctypes
import signal
import sys

import click

from firstline.cli.database import database, run
from firstline.cli.ports import check_port
from firstline.ground.log import configure_logging
from firstline.ground.migrate import migrate as bring_up
from firstline.ground.settings import Settings, read_settings

__all__ = ["migrate", "serve", "worker"]

M_ARENA_MAX = -8  # malloc.h


@click.command()
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=int, help="Port to listen on.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the chat, the widget, the console and the API."""
    settings = read_settings(FIRSTLINE_HOST=host, FIRSTLINE_PORT=port)
    configure_logging(level=settings.log)
    check_port(settings.web.host, settings.web.port)
    with database(settings) as url:
        _serve(settings, url)


def few_arenas() -> None:
    """glibc gives each thread a heap of its own, and none back; two are enough for ours. Before any thread starts."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library has no mallopt
            ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def _serve(settings: Settings, url: str) -> None:
    few_arenas()
    import uvicorn

    from firstline.app.web import build_app

    uvicorn.run(
        build_app(settings, url), host=settings.web.host, port=settings.web.port, log_level="warning", access_log=False,
        timeout_graceful_shutdown=5, server_header=False, proxy_headers=False,
    )  # fmt: skip


@click.command()
def worker() -> None:
    """Run jobs: ingestion, the CRM and help desk outbox, what must happen after a while."""
    settings = read_settings()
    configure_logging(level=settings.log)
    with database(settings) as url:
        run(_work(settings, url))


async def _work(settings: Settings, url: str) -> None:
    from firstline.worker.running import work

    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await work(settings, url, stop)


@click.command()
def migrate() -> None:
    """Bring the database to the newest schema."""
    settings = read_settings()
    with database(settings, migrated=False) as url:
        bring_up(settings.database.migration_url or url)
    click.echo("The database is up to date.")
