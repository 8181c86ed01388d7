"""Every error is a problem document, with a name for the request and nothing of our insides."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import Response

from firstline.ground.errors import TooManyRequests
from firstline.web.api.problem import install_problems
from firstline.web.api.schemas.base import Wire


class Body(Wire):
    name: str
    rows: tuple[int, ...] = ()


def _app() -> FastAPI:
    app = FastAPI()
    install_problems(app, json_bytes=1000, multipart_bytes=2000)

    @app.get("/boom")
    async def boom() -> None:
        raise RuntimeError("secret detail")

    @app.get("/slow-down")
    async def slow() -> None:
        raise TooManyRequests("too_many_messages", "Slow down.", retry_after=2.4)

    @app.post("/body")
    async def body(body: Body) -> Body:
        return body

    @app.post("/raw")
    async def raw(request: Request) -> Response:
        return Response(str(len(await request.body())))

    return app


def _client() -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(_app(), raise_app_exceptions=False), base_url="http://test")


async def _problem(response: httpx.Response, status: int, code: str) -> dict[str, object]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = response.json()
    assert {"type", "title", "status", "code", "detail", "errors", "request_id"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == response.headers["x-request-id"]
    return body


async def test_an_unknown_error_tells_nothing() -> None:
    async with _client() as client:
        response = await client.get("/boom")
    await _problem(response, 500, "internal_error")
    assert "secret" not in response.text


async def test_routing_errors_are_problems() -> None:
    async with _client() as client:
        await _problem(await client.get("/nowhere"), 404, "not_found")
        response = await client.delete("/boom")
        await _problem(response, 405, "method_not_allowed")
        assert response.headers["allow"] == "GET"


async def test_a_rate_says_when_to_come_back() -> None:
    async with _client() as client:
        response = await client.get("/slow-down")
    await _problem(response, 429, "too_many_messages")
    assert response.headers["retry-after"] == "2"


async def test_a_wrong_field_is_named_by_its_path() -> None:
    async with _client() as client:
        body = await _problem(
            await client.post("/body", json={"name": "x", "rows": [1, "b"], "more": 1}), 422, "invalid_request"
        )
    assert {e["field"] for e in body["errors"]} == {"rows[1]", "more"}  # type: ignore[attr-defined]


async def test_bodies_that_are_no_json_are_refused_clearly() -> None:
    headers = {"Content-Type": "application/json"}
    async with _client() as client:
        await _problem(await client.post("/body", content=b"{", headers=headers), 422, "invalid_json")
        await _problem(await client.post("/body", content=b"\xff\xfe", headers=headers), 422, "invalid_json")
        await _problem(await client.post("/body", content=b"name=x"), 415, "unsupported_media_type")
        await _problem(await client.post("/body"), 422, "invalid_request")
        await _problem(await client.post("/body", json={"name": "a\x00"}), 422, "invalid_request")
        lone = b'{"name": "\\ud800"}'
        await _problem(await client.post("/body", content=lone, headers=headers), 422, "invalid_request")


async def test_a_body_over_its_limit_is_refused_before_it_is_read() -> None:
    async with _client() as client:
        response = await client.post("/raw", content=b"x" * 1001)
        await _problem(response, 413, "too_large")
        assert (await client.post("/raw", content=b"x" * 1000)).text == "1000"
        multipart = {"Content-Type": "multipart/form-data; boundary=x"}
        assert (await client.post("/raw", content=b"x" * 2000, headers=multipart)).text == "2000"


async def test_a_streamed_body_is_cut_at_its_limit() -> None:
    async def endless():  # type: ignore[no-untyped-def]
        while True:
            yield b"x" * 400

    async with _client() as client:
        await _problem(await client.post("/raw", content=endless()), 413, "too_large")


async def test_a_callers_request_id_is_kept_when_it_is_sane() -> None:
    async with _client() as client:
        assert (await client.get("/nowhere", headers={"X-Request-ID": "abc-1"})).headers["x-request-id"] == "abc-1"
        assert (await client.get("/nowhere", headers={"X-Request-ID": "a b"})).headers["x-request-id"] != "a b"


async def _answer_to(error: Callable[[], Awaitable[object]]) -> httpx.Response:
    app = _app()

    @app.get("/away")
    async def away() -> None:
        await error()

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/away")


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.AdminShutdownError("terminating connection due to administrator command"),
        asyncpg.CrashShutdownError("terminating connection because of crash"),
        asyncpg.TooManyConnectionsError("sorry, too many clients already"),
        asyncpg.InterfaceError("pool is closing"),
        asyncpg.InterfaceError("connection is closed"),
    ],
    ids=lambda error: str(error),
)
async def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(error: Exception) -> None:
    async def fails() -> None:
        raise error

    response = await _answer_to(fails)
    await _problem(response, 503, "database_unavailable")
    assert response.headers["retry-after"] == "2"


async def test_no_server_at_the_address_is_a_503(tmp_path: Path) -> None:
    for address in (str(tmp_path), "127.0.0.1"):  # a socket file that is gone; a port where nobody listens
        response = await _answer_to(lambda a=address: asyncpg.connect(host=a, port=1, user="x", password="x"))  # type: ignore[misc]
        await _problem(response, 503, "database_unavailable")


async def test_a_mistake_of_ours_stays_a_500() -> None:
    async def misuse() -> None:
        raise asyncpg.InterfaceError("cannot perform operation: another operation is in progress")

    async def no_file() -> None:
        Path("/nowhere/at/all").read_bytes()

    for mistake in (misuse, no_file):
        await _problem(await _answer_to(mistake), 500, "internal_error")
