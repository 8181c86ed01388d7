"""The fake chat server, once a session; a fresh context and a fresh conversation for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.web.chat_frontend.fake_server import FakeChat, Running


@pytest.fixture(scope="session")
def running() -> Iterator[Running]:
    server = Running()
    yield server
    server.stop()


@pytest.fixture
def fake(running: Running) -> FakeChat:
    running.fake.reset()
    return running.fake


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    one = browser.new_context(locale="en-US", viewport={"width": 390, "height": 844})
    one.set_default_timeout(8000)
    yield one
    one.close()


@pytest.fixture
def open_chat(context: BrowserContext, running: Running, fake: FakeChat) -> Iterator[Callable[..., Page]]:
    """Opens the hosted page in a tab; a script error or a policy violation fails the test."""
    errors: list[str] = []

    def tab(query: str = "", **_: Any) -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda line: errors.append(line.text) if "Content Security Policy" in line.text else None)
        page.goto(f"{running.url}/c/acme-plumbing{query}")
        page.wait_for_selector("textarea")
        return page

    yield tab
    assert errors == []
