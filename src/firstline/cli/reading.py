"""A job run here, or followed when a worker has taken it; shown as it goes. Ctrl-C stops it and says what stayed."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import click

from firstline.knowledge import job_queries
from firstline.knowledge.model import Job
from firstline.knowledge.opening import cancel_job
from firstline.worker.tasks import Shop, run_ingestion

__all__ = ["STOPPED", "counted", "report", "run_and_show"]

LOOK_SECONDS = 0.25
LINE_SECONDS = 2.0  # between two lines where there is no terminal
STOP_SECONDS = 20.0  # a run notices at its next batch that its job was stopped
STOPPED = 130  # as a shell has it for a program ended by Ctrl-C
ENDED = ("completed", "failed")


class _Shown(Protocol):
    def show(self, job: Job) -> None: ...


class _Bar:
    """For a terminal: what is done of what was found, what needed no work, and the document in hand."""

    def __init__(self, bar: Any, title: str) -> None:
        self._bar = bar
        self._task = bar.add_task(title, total=None, current="")

    def show(self, job: Job) -> None:
        told = job.progress
        about = [f"{told[name]} {name}" for name in ("unchanged", "removed") if told.get(name)]
        about += [counted(job.stats["errors"], "failure")] if job.stats.get("errors") else []
        current = "   ".join([*about, _named(told)])
        self._bar.update(self._task, completed=told.get("done", 0), total=told.get("found") or None, current=current)


class _Lines:
    """For a file or a pipe: a line now and then."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._next = time.monotonic() + LINE_SECONDS
        self._last = ""

    def show(self, job: Job) -> None:
        told = job.progress
        line = f"{self._title}: {told.get('done', 0)} of {told.get('found') or '?'} {_named(told)}".rstrip()
        if time.monotonic() >= self._next and line != self._last:
            self._next, self._last = time.monotonic() + LINE_SECONDS, line
            click.echo(line, err=True)


def _named(progress: dict[str, Any]) -> str:
    return str(progress.get("current") or "").removeprefix("upload:")


@contextlib.contextmanager
def _display(title: str) -> Any:
    if not sys.stderr.isatty():
        yield _Lines(title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[current]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        yield _Bar(bar, title)


async def run_and_show(shop: Shop, business_id: UUID, job_id: UUID, title: str) -> tuple[Job, bool]:
    """The job when it has ended, and whether that was by Ctrl-C (or SIGTERM)."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    names = (signal.SIGINT, signal.SIGTERM)
    for name in names:
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stop.set)
    running = asyncio.create_task(run_ingestion(shop, business_id, job_id))
    try:
        with _display(title) as shown:
            job = await _followed(shop, business_id, job_id, running, stop, shown)
        if not stop.is_set():
            return job, False
        async with shop.door.transaction(business_id) as tx:
            stopped = await cancel_job(tx, job_id, shop.live)
        await asyncio.wait({running}, timeout=STOP_SECONDS)
        return await _job(shop, business_id, job_id), stopped
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        for name in names:
            with contextlib.suppress(NotImplementedError):
                loop.remove_signal_handler(name)


async def _followed(
    shop: Shop, business_id: UUID, job_id: UUID, running: "asyncio.Task[Any]", stop: asyncio.Event, shown: _Shown
) -> Job:
    """Until it has ended or `stop`; also when another process runs it. Raises what the run raised."""
    waiting = asyncio.create_task(stop.wait())
    try:
        while True:
            await asyncio.wait({waiting, running} if not running.done() else {waiting}, timeout=LOOK_SECONDS,
                               return_when=asyncio.FIRST_COMPLETED)  # fmt: skip
            if running.done():
                running.result()
            job = await _job(shop, business_id, job_id)
            shown.show(job)
            if stop.is_set() or job.status in ENDED:
                return job
    finally:
        waiting.cancel()


async def _job(shop: Shop, business_id: UUID, job_id: UUID) -> Job:
    async with shop.door.transaction(business_id) as tx:
        job = await job_queries.get_job(tx, job_id)
    if job is None:
        raise click.ClickException("The job is gone: was its business removed?")
    return job


def report(job: Job, stopped: bool, failed: Sequence[tuple[str, str]] = ()) -> int:
    """Says how it went, failures one by one on stderr (`failed`: those from before the job); -> the exit code."""
    told = [(str(error.get("uri", "")), error["message"]) for error in job.errors if error.get("code") != "cancelled"]
    for name, sentence in (*failed, *told):
        click.echo(f"  {name.removeprefix('upload:')}: {sentence}", err=True)
    errors = job.stats.get("errors", 0) + len(failed)
    if errors > len(told) + len(failed):
        click.echo(f"  … and {errors - len(told) - len(failed)} more.", err=True)
    parts = [counted(job.stats.get("documents", 0), "document"), counted(job.stats.get("chunks", 0), "passage")]
    parts += [f"{job.progress[name]} {name}" for name in ("unchanged", "removed") if job.progress.get(name)]
    parts += [f"{errors} could not be read"] if errors else []
    if stopped:
        click.echo(f"Stopped. What was read until then stays: {', '.join(parts)}.")
        return STOPPED
    click.echo(f"{', '.join(parts)}.")
    return 1 if job.status == "failed" or (failed and not job.stats.get("documents")) else 0


def counted(number: int, noun: str) -> str:
    """ "1 document", "2 documents"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
