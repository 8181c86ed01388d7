"""`firstline demo` as a person runs it: starts, tells its addresses, survives kill -9, stops on Ctrl-C, keeps its data."""

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


class Demo:
    """A running demo and what it printed."""

    def __init__(self, data: Path, port: int) -> None:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("FIRSTLINE_") and k != "DATABASE_URL"}
        self.base = f"http://127.0.0.1:{port}"
        self.log = data.with_name(f"{time.monotonic_ns()}.log")  # its own: a killed run may still write its last words
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "firstline.cli", "demo", "--port", str(port), "--data", str(data)],
                cwd=ROOT, env={**environment, "FIRSTLINE_LEASE_SECONDS": "2"}, stdout=out, stderr=subprocess.STDOUT,
            )  # fmt: skip
        self.wait_for(lambda: "Ctrl-C stops everything" in self.said())

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def wait_for(self, condition: object, seconds: float = 90) -> None:
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            if condition():  # type: ignore[operator]
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise AssertionError(self.said()[-3000:])

    def alive(self) -> bool:
        try:
            return httpx.get(f"{self.base}/readyz", timeout=2, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def children(self) -> dict[str, int]:
        out = subprocess.run(["ps", "-ww", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
        rows = [line.split(None, 2) for line in out.splitlines()[1:]]
        mine = {r[2]: int(r[0]) for r in rows if int(r[1]) == self.process.pid}
        marks = {"serve": "firstline.cli serve", "worker": "firstline.cli worker", "postgres": "postgres -D"}
        return {name: pid for args, pid in mine.items() for name, mark in marks.items() if mark in args}

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fl-demo-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def say(demo: Demo, text: str, token: str | None = None, conversation_id: str | None = None) -> dict[str, object]:
    business = httpx.get(f"{demo.base}/chat/business/acme-plumbing", trust_env=False).json()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body = {"business_id": business["id"], "conversation_id": conversation_id, "message": text}
    answer = httpx.post(f"{demo.base}/chat/message", json=body, headers=headers, timeout=30, trust_env=False)
    assert answer.status_code == 200, answer.text
    found: dict[str, object] = answer.json()
    return found


def test_the_demo_answers_survives_kill_9_and_keeps_its_data(folder: Path) -> None:
    port, data = free_port(), folder / "data"
    demo = Demo(data, port)
    try:
        assert {"/demo/acme-plumbing/", "/c/acme-plumbing", "/console"} <= set(
            re.findall(r"http://127.0.0.1:\d+(\S+)", demo.said())
        )
        page = httpx.get(f"{demo.base}/demo/acme-plumbing/", trust_env=False)
        assert 'src="/widget.js" data-business="acme-plumbing"' in page.text
        first = say(demo, "What are your hours on Saturday?")
        token = str(first["session_token"])

        for name in ("serve", "worker"):
            os.kill(demo.children()[name], signal.SIGKILL)
        demo.wait_for(lambda: "serve ended (-9)" in demo.said() and demo.alive())
        again = say(demo, "And on Sunday?", token, str(first["conversation_id"]))
        assert again["conversation_id"] == first["conversation_id"]

        assert set(demo.children()) == {"serve", "worker", "postgres"}
        os.kill(demo.children()["postgres"], signal.SIGKILL)
        demo.wait_for(lambda: "the database ended" in demo.said() and demo.alive())
        kept = say(demo, "And on Friday?", token, str(first["conversation_id"]))
        assert kept["conversation_id"] == first["conversation_id"]

        demo.process.send_signal(signal.SIGKILL)
        demo.process.wait(10)
        ends = time.monotonic() + 20
        while demo.alive() and time.monotonic() < ends:
            time.sleep(0.1)
        assert not demo.alive()

        demo = Demo(data, port)
        assert "reading" not in demo.said()
        third = say(demo, "And on Monday?", token, str(first["conversation_id"]))
        assert third["conversation_id"] == first["conversation_id"]
        assert demo.stop() == 0
        assert "Traceback" not in demo.said()
        assert not demo.alive()
    finally:
        if demo.process.poll() is None:
            demo.process.kill()
