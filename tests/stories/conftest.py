"""Acme Plumbing as it runs: seeded once a session, copied for every module that wants a world of its own."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from tests.stories.world import ROOT, Stub, World, in_thread

from firstline.cli.seeding import seed_business
from firstline.ground.migrate import migrate
from firstline.ground.settings import read_settings
from firstline.tenancy.keys import create_key
from firstline.worker.running import open_shop

Seeded = tuple[str, str, str]  # name of the database to copy, API key, password


def _url(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


async def _run(url: str, sql: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(sql)
    finally:
        await conn.close()


@pytest.fixture(scope="session")
def seeded(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """The demo business with its knowledge, made as `firstline demo` makes it."""
    name, password = f"fl_story_{secrets.token_hex(6)}", f"demo-{secrets.token_hex(4)}"
    url = _url(server_url, name)
    in_thread(lambda: _run(server_url, f'CREATE DATABASE "{name}"'))
    with ThreadPoolExecutor(1) as pool:
        pool.submit(migrate, url).result()
    key = in_thread(lambda: _seed(url, tmp_path_factory.mktemp("seed"), password))
    alone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"  # or it can't be copied
    in_thread(lambda: _run(server_url, alone))
    yield name, key, password
    in_thread(lambda: _run(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


async def _seed(url: str, data: Path, password: str) -> str:
    settings = read_settings({"DATABASE_URL": url, "FIRSTLINE_DATA": str(data)})
    async with open_shop(settings, url) as shop:
        business_id = await seed_business(shop, ROOT / "examples" / "acme-plumbing", password)
        async with shop.door.transaction(business_id) as tx:
            return await create_key(tx, "stories")


@pytest.fixture(scope="session")
def new_world(
    seeded: Seeded, server_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., World]]:
    """Makes a world on a fresh copy; nothing of it runs yet. All are stopped at the end."""
    template, key, password = seeded
    made: list[tuple[World, str]] = []

    def make(**settings: str) -> World:
        name = f"{template}_{len(made)}"
        in_thread(lambda: _run(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'))
        world = World(_url(server_url, name), tmp_path_factory.mktemp("world"), key, password, settings)
        made.append((world, name))
        return world

    yield make
    for world, name in made:
        world.stop()
        in_thread(lambda name=name: _run(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@pytest.fixture(scope="session")
def acme(new_world: Callable[..., World]) -> World:
    """Acme Plumbing without any model: web process and worker."""
    return new_world().start("serve", "worker")


@pytest.fixture(scope="session")
def stub() -> Iterator[Stub]:
    """A local model server whose mode a test sets."""
    one = Stub()
    yield one
    one.close()


@pytest.fixture
def new_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """A visitor or a colleague with a browser of their own. A script error in any of their pages fails the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def make(**options: Any) -> BrowserContext:
        one = browser.new_context(**({"locale": "en-US", "viewport": {"width": 1280, "height": 800}} | options))
        one.set_default_timeout(15_000)
        one.on("weberror", lambda error: errors.append(str(error.error)))
        contexts.append(one)
        return one

    yield make
    for one in contexts:
        one.close()
    assert errors == []


@pytest.fixture
def chat(new_context: Callable[..., BrowserContext], acme: World) -> Page:
    """The hosted chat page on a phone, nothing said yet."""
    page = new_context(viewport={"width": 390, "height": 844}, has_touch=True).new_page()
    page.goto(f"{acme.url}/c/acme-plumbing")
    return page


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Starting the world takes seconds: these tests are slow by nature."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.slow)
