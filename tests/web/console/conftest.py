"""The whole house in a thread, with Acme Plumbing and two people, for a browser to look at. Skips without Chromium or assets."""

import asyncio
import os
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from firstline.ground.settings import read_settings

ROOT = Path(__file__).parents[3]
PASSWORD = "a leaking water heater"


@dataclass
class Site:
    """Where it is, and how to talk to it as a customer."""

    base: str

    def customer(self) -> "Customer":
        """A new visitor of Acme Plumbing."""
        return Customer(self.base)


class Customer:
    """Writes to the chat API as the widget would."""

    def __init__(self, base: str) -> None:
        self.http = httpx.Client(base_url=base, timeout=30, trust_env=False)
        session = self.http.post("/chat/session", json={"business": "acme-plumbing"}).json()
        self.headers = {"Authorization": f"Bearer {session['session_token']}", "Accept": "application/json"}
        self.conversation: str | None = None
        self.sent = 0

    def write(self, text: str) -> dict[str, Any]:
        """One message; what came back."""
        self.sent += 1
        body = {"conversation_id": self.conversation, "message": text, "client_message_id": f"{id(self)}-{self.sent}"}
        answer: dict[str, Any] = self.http.post("/chat/message", json=body, headers=self.headers).json()
        self.conversation = answer["conversation_id"]
        return answer

    def read(self) -> list[str]:
        """Everything the customer can see."""
        answer = self.http.get(
            "/chat/messages", params={"conversation_id": self.conversation, "after": 0}, headers=self.headers
        )
        return [e["data"]["message"]["text"] for e in answer.json()["events"] if e["type"] == "message"]


async def _people(url: str) -> None:
    import json

    from firstline.escalation.defaults import default_triggers
    from firstline.ground.db import create_pool
    from firstline.ground.tenant import Door
    from firstline.tenancy.creating import create_business
    from firstline.tenancy.people import add_person

    pool = await create_pool(url, least=1, most=2)
    try:
        door = Door(pool)
        document = json.loads((ROOT / "examples" / "acme-plumbing" / "business.json").read_text("utf-8"))
        people = document.pop("users")
        business = await create_business(
            door, name="Acme Plumbing", slug="acme-plumbing", timezone="America/Chicago",
            document=document, triggers=default_triggers(),
        )  # fmt: skip
        for person in people:
            await add_person(door, business.id, **person, password=PASSWORD)
    finally:
        await pool.close()


@pytest.fixture(scope="module")
def site(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The web process's application under uvicorn, in a thread of its own."""
    import uvicorn

    from firstline.app.web import build_app

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(_people(database_url))).result()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = read_settings(
        {**os.environ, "DATABASE_URL": database_url},
        FIRSTLINE_PORT=port,
        FIRSTLINE_DATA=tmp_path_factory.mktemp("data"),
    )
    server = uvicorn.Server(uvicorn.Config(build_app(settings, database_url), port=port, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    yield Site(f"http://127.0.0.1:{port}")
    server.should_exit = True
    thread.join(15)


@pytest.fixture
def chromium(browser: Any) -> Any:
    """The session's one browser."""
    return browser


@pytest.fixture
def open_page(chromium: Any, site: Site) -> Iterator[Any]:
    """open_page("/console/inbox", email=…) -> a signed-in page; errors of scripts or of the policy fail the test."""
    wrong: list[str] = []
    contexts = []

    def opened(path: str, email: str = "sarah@acme-plumbing.example", **context: Any) -> Any:
        made = chromium.new_context(base_url=site.base, **{"viewport": {"width": 1440, "height": 900}, **context})
        contexts.append(made)
        page = made.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(f"/console/sign-in?next={path}")
        page.fill("#email", email)
        page.fill("#password", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url(f"**{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
