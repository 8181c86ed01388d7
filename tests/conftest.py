"""The named world of the tests: one embedded server a session (or DATABASE_URL), one fresh database a module, Acme Plumbing."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from playwright.sync_api import Browser, sync_playwright

from firstline.ground.db import create_pool
from firstline.ground.embedded import start_or_join
from firstline.ground.migrate import migrate
from firstline.ground.tenant import Door
from firstline.kit.ids import new_id

SHARED = Path(os.environ.get("FIRSTLINE_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
ROOT = Path(__file__).parents[1]
# Headless Chromium that asks nobody outside this machine for anything (design/measured.md).
BROWSER_FLAGS = [
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run",
    "--disable-dev-shm-usage", "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]  # fmt: skip


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public data; tests that need it skip where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("shared data are not on this machine")
    return SHARED


def _with_database(url: str, name: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """An administrator's URL of a real PostgreSQL with pgvector."""
    if os.environ.get("DATABASE_URL"):
        yield os.environ["DATABASE_URL"]
        return
    with tempfile.TemporaryDirectory(prefix="fl-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = start_or_join(Path(folder), durable=False)
        yield server.url
        server.stop()


@pytest.fixture(scope="session")
def template(server_url: str) -> Iterator[str]:
    """A migrated database to copy from."""
    name = f"fl_template_{new_id().hex[-12:]}"
    _in_thread(_run(server_url, f'CREATE DATABASE "{name}"'))  # a browser's loop may be running in ours
    migrate(_with_database(server_url, name))
    yield name
    _in_thread(_run(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


async def _run(url: str, sql: str) -> None:
    conn = await asyncpg.connect(url)
    try:
        await conn.execute(sql)
    finally:
        await conn.close()


@pytest.fixture(scope="module")
def database_url(server_url: str, template: str) -> Iterator[str]:
    """A fresh database for one module of tests (owner's URL)."""
    name = f"fl_test_{new_id().hex[-12:]}"
    _in_thread(_run(server_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy'))
    yield _with_database(server_url, name)
    _in_thread(_run(server_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


def _in_thread(work: object) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(1) as pool:
        pool.submit(lambda: asyncio.run(work)).result()  # type: ignore[arg-type]


@pytest.fixture(scope="module")
async def door(database_url: str) -> AsyncIterator[Door]:
    """The tenant's door on that database, as the application's role."""
    pool = await create_pool(database_url, least=1, most=8)
    yield Door(pool)
    await pool.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one Chromium of a session: a second synchronous Playwright in the same thread is refused."""
    if not (ROOT / "src/firstline/web/assets/vendor/preact.js").is_file():
        pytest.skip("assets/vendor is empty: run `make assets`")
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=found, args=BROWSER_FLAGS)
        yield one
        one.close()
