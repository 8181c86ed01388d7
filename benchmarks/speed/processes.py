"""The real processes: an embedded server with fsync on, `firstline serve`, the worker, the stub model. Memory as Linux counts it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path

__all__ = ["Memory", "cpu_seconds", "free_port", "memory_of", "process", "serving", "temporary_folder", "wait_ready"]

READY_SECONDS = 60.0


class Memory(dict[str, float]):
    """MB: `rss` (shared pages counted in full) and `pss` (shared pages divided among their users)."""


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Under /tmp, enterable for the database's user."""
    folder = Path(tempfile.mkdtemp(prefix="fl-speed-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def process(command: Sequence[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Runs `command`; stopped by SIGTERM at the end, killed when it does not go."""
    running = subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1", **environment})
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        try:
            running.wait(15)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


@contextlib.contextmanager
def serving(environment: dict[str, str], port: int) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """`firstline serve` on `port`, ready; yields it with the seconds from its start to its first good answer."""
    settings = {"FIRSTLINE_RATE_PER_MINUTE": "100000000", "FIRSTLINE_PORT": str(port), "FIRSTLINE_LOG": "WARNING"}
    started = time.perf_counter()
    with process([sys.executable, "-m", "firstline.cli", "serve"], {**settings, **environment}) as web:
        wait_ready(f"http://127.0.0.1:{port}/readyz", web)
        yield web, time.perf_counter() - started


def wait_ready(address: str, running: subprocess.Popen[bytes]) -> None:
    """Until `address` answers 200. Raises RuntimeError when the process ends first or takes a minute."""
    deadline = time.monotonic() + READY_SECONDS
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline and running.poll() is None:
        with contextlib.suppress(OSError), opener.open(address, timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.02)
    raise RuntimeError(f"{address} did not become ready")


def memory_of(pids: Sequence[int]) -> Memory:
    """The sum over `pids`; empty where there is no /proc."""
    total = Memory(rss=0.0, pss=0.0)
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                name, _, value = line.partition(":")
                if name.lower() in total:
                    total[name.lower()] += int(value.split()[0]) / 1024
    return total


def family(pid: int) -> list[int]:
    """A process and its children, children's children included."""
    found = [pid]
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            found += family(int(child))
    return found


def cpu_seconds(pids: Sequence[int]) -> float:
    """User and system time of `pids` so far."""
    ticks = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
