"""The running product of the stories: the real web process and worker on a database of their own, told apart by folder."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from firstline.llm.stub import StubServer

__all__ = ["ROOT", "Admin", "Stub", "World", "free_port", "in_thread"]

ROOT = Path(__file__).parents[2]
READY_SECONDS = 60.0
T = TypeVar("T")


def in_thread(make: Any) -> Any:
    """Runs the coroutine that `make()` gives in a thread: synchronous Playwright keeps a loop in ours."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(make())).result()


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass(slots=True)
class World:
    """`database`: a seeded copy. `key`: an API key of everything. `password`: of the demo's people."""

    database: str
    data: Path
    key: str
    password: str
    settings: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the web process listens."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, *names: str) -> World:
        """Starts `serve` or `worker`; returns when the web process is ready."""
        for name in names:
            log = (self.data / f"{name}.log").open("ab")
            self._processes[name] = subprocess.Popen(
                [sys.executable, "-m", "firstline.cli", name], env=self._environment(), cwd=ROOT, stdout=log, stderr=log,
                preexec_fn=_die_with_parent,
            )  # fmt: skip
        if "serve" in names:
            self._wait_ready()
        return self

    def kill(self, name: str) -> None:
        """kill -9: no goodbye."""
        process = self._processes.pop(name)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        """Every process that this world started, in order."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._processes.clear()

    def log(self, name: str) -> str:
        """What a process said so far."""
        return (self.data / f"{name}.log").read_text("utf-8", "replace")

    def admin(self) -> Admin:
        """The admin API with the key."""
        return Admin(self)

    def _environment(self) -> dict[str, str]:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("FIRSTLINE_", "REDIS_"))}
        return inherited | {
            "DATABASE_URL": self.database, "FIRSTLINE_PORT": str(self.port), "FIRSTLINE_DATA": str(self.data),
            "FIRSTLINE_DEMO": "1", "FIRSTLINE_EXAMPLES": str(ROOT / "examples"), "FIRSTLINE_RATE_PER_MINUTE": "6000",
            "OMP_NUM_THREADS": "1", **self.settings,
        }  # fmt: skip

    def _wait_ready(self) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            if self._processes["serve"].poll() is not None:
                raise AssertionError("the web process ended at once:\n" + self.log("serve"))
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2, trust_env=False).status_code == 200:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError("the web process did not become ready:\n" + self.log("serve"))


class Admin:
    """The admin API as the tests look at it: what the business sees."""

    def __init__(self, world: World) -> None:
        headers = {"Authorization": f"Bearer {world.key}"}
        self._http = httpx.Client(base_url=f"{world.url}/api/v1", headers=headers, timeout=20, trust_env=False)

    def get(self, path: str, **params: Any) -> Any:
        """The JSON of a GET that must succeed."""
        return self._json(self._http.get(path, params=params))

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """The JSON of a PATCH that must succeed."""
        return self._json(self._http.patch(path, json=body))

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """The JSON of a POST that must succeed."""
        return self._json(self._http.post(path, json=body or {}))

    def delete(self, path: str) -> None:
        """A DELETE that must succeed."""
        response = self._http.delete(path)
        assert response.is_success, response.text

    def of(self, path: str, conversation_id: str) -> list[dict[str, Any]]:
        """The rows of a list that belong to a conversation."""
        items: list[dict[str, Any]] = self.get(path, limit=100)["items"]
        return [row for row in items if conversation_id in str(row)]

    def eventually(self, what: Any, seconds: float = 20.0) -> Any:
        """The first true answer of `what()`: the worker writes the CRM beside the turn."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := what():
                return found
            time.sleep(0.1)
        raise AssertionError(f"it did not come within {seconds:g} s: {what()!r}")

    @staticmethod
    def _json(response: httpx.Response) -> Any:
        assert response.is_success, f"{response.status_code} {response.text}"
        return response.json() if response.content else None


class Stub:
    """The model server of firstline.llm.stub, in a thread, so that a test may turn its mode while it runs."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self.server = StubServer()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.server.start(), self._loop).result(10)

    @property
    def route(self) -> str:
        """What FIRSTLINE_LLM is set to; the stub's own mode decides, for this model's name is none."""
        return f"{self.server.base_url}#story"

    def close(self) -> None:
        """Ends the server and its thread."""
        asyncio.run_coroutine_threadsafe(self.server.stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
