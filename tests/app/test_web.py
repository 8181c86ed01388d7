"""What operators ask of the web process: readiness that tells the truth, numbers that are not for everybody."""

from types import SimpleNamespace
from typing import Any

import asyncpg
import httpx
import pytest

from firstline.app.web import build_app
from firstline.ground.settings import read_settings

TOKEN = "numbers-for-the-scraper"


class Pool:
    """A database that fails as it is told to."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error

    async def fetchval(self, _sql: str) -> int:
        if self.error:
            raise self.error
        return 1


def client(pool: Pool, *, peer: str = "127.0.0.1", **environment: str) -> httpx.AsyncClient:
    app = build_app(read_settings(environment), "postgresql://nowhere")
    app.state.house = SimpleNamespace(pool=pool)
    transport: Any = httpx.ASGITransport(app, raise_app_exceptions=False, client=(peer, 4000))
    return httpx.AsyncClient(transport=transport, base_url="http://test")


async def test_ready_while_the_database_answers() -> None:
    async with client(Pool()) as c:
        answer = await c.get("/readyz")
    assert (answer.status_code, answer.json()["database"]) == (200, "ok")


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "refused"),
        FileNotFoundError(2, "no socket"),
        TimeoutError(),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.ConnectionDoesNotExistError("closed"),
        asyncpg.InterfaceError("pool is closing"),
    ],
    ids=lambda e: type(e).__name__,
)
async def test_not_ready_without_the_database(error: Exception) -> None:
    async with client(Pool(error)) as c:
        answer = await c.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["code"] == "database_unavailable"
    assert answer.headers["retry-after"] == "2"


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1"])
async def test_this_machine_reads_the_numbers(peer: str) -> None:
    async with client(Pool(), peer=peer) as c:
        answer = await c.get("/metrics")
    assert answer.status_code == 200
    assert "python_info" in answer.text


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"])
async def test_what_a_proxy_on_this_machine_passes_on_does_not(header: str) -> None:
    async with client(Pool()) as c:
        answer = await c.get("/metrics", headers={header: "127.0.0.1"})
    assert answer.status_code == 404
    assert "python_info" not in answer.text


async def test_from_elsewhere_only_the_token_opens_the_numbers() -> None:
    async with client(Pool(), peer="203.0.113.9", FIRSTLINE_METRICS_TOKEN=TOKEN) as c:
        statuses = [
            (await c.get("/metrics", headers={"Authorization": said} if said else {})).status_code
            for said in ("", "Bearer wrong", TOKEN, f"Bearer {TOKEN}")
        ]
    assert statuses == [404, 404, 404, 200]


async def test_without_a_configured_token_no_token_opens_them() -> None:
    async with client(Pool(), peer="203.0.113.9") as c:
        assert (await c.get("/metrics", headers={"Authorization": "Bearer "})).status_code == 404
        assert (await c.get("/metrics")).status_code == 404


@pytest.mark.parametrize("path", ["/assets/%00", "/assets/" + "x" * 5000, "/assets/..%2f..%2fapp%2fweb.py"])
async def test_a_name_that_no_file_can_have_is_not_found(path: str) -> None:
    async with client(Pool()) as c:
        assert (await c.get(path)).status_code == 404
