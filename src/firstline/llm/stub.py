"""A real local OpenAI-shaped streaming server for tests and benchmarks: `python -m firstline.llm.stub --port N --mode instant`.

Modes (a request whose `model` is a mode's name uses that mode, so one server serves a whole test):
normal, slow (first token after --delay seconds), stuck (stops after three tokens), broken (the connection drops in
mid-stream), refusing, malformed, empty, rate_limited (429 with Retry-After), error (500), unauthorized (401),
instant (50 tokens without delay), obeying (repeats whatever the last message says), scripted (`replies`, one a call).
"""

import argparse
import asyncio
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from firstline.llm.stub_replies import INSTANT, NORMAL, REFUSAL, in_tokens

__all__ = ["MODES", "StubServer"]

_FAILURES = {"rate_limited": 429, "error": 500, "unauthorized": 401}
_ANSWERS = {"normal", "slow", "stuck", "broken", "refusing", "malformed", "empty", "instant", "obeying", "scripted"}
MODES = frozenset(_ANSWERS | set(_FAILURES))
_REASONS = {200: "OK", 401: "Unauthorized", 404: "Not Found", 429: "Too Many Requests", 500: "Internal Server Error"}


@dataclass(slots=True)
class StubServer:
    """Listens on 127.0.0.1:`port` (0: any free one; `port` is then set). `requests` keeps every body it was sent.

    `delay_s` is the wait before the first token (mode slow), `token_s` the wait between tokens (modes slow and normal).
    """

    mode: str = "normal"
    port: int = 0
    replies: list[str] = field(default_factory=list)
    delay_s: float = 1.0
    token_s: float = 0.0
    retry_after_s: int = 7
    requests: list[dict[str, Any]] = field(default_factory=list)
    keep: bool = True
    connections: int = 0
    _server: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    @property
    def base_url(self) -> str:
        """What stands in a route: http://127.0.0.1:PORT/v1."""
        return f"http://127.0.0.1:{self.port}/v1"

    async def start(self) -> "StubServer":
        """Starts listening."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """Stops listening and drops open connections."""
        if self._server is None:
            return
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        await self._server.wait_closed()
        self._server = None

    async def __aenter__(self) -> "StubServer":
        return await self.start()

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        self.connections += 1
        try:
            while (body := await _read_request(reader)) is not None:
                if self.keep:
                    self.requests.append(body)
                if not await self._answer(writer, body):
                    return
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client left, or the server was stopped
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, body: dict[str, Any]) -> bool:
        """Writes one answer; False when the connection is to be dropped."""
        mode = body.get("model") if body.get("model") in MODES else self.mode
        if mode in _FAILURES:
            status = _FAILURES[mode]
            extra = f"retry-after: {self.retry_after_s}\r\n" if status == 429 else ""
            _write_json(writer, status, {"error": {"message": f"stub says {status}", "type": mode}}, extra)
            return True
        tokens = self._tokens(mode or "normal", body)
        if not body.get("stream"):
            _write_json(writer, 200, _whole(body, "".join(tokens), "content_filter" if mode == "refusing" else "stop"))
            return True
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        if mode == "instant":
            writer.write(_INSTANT_BODY)
            return True
        return await self._stream(writer, mode or "normal", tokens)

    async def _stream(self, writer: asyncio.StreamWriter, mode: str, tokens: list[str]) -> bool:
        if mode == "slow":
            await asyncio.sleep(self.delay_s)
        if mode == "malformed":
            writer.write(_chunk(b'data: {"choices": [{"delta": {"content": "Hel\n\n'))
        else:
            writer.write(_event({"role": "assistant", "content": ""}))
            for count, token in enumerate(tokens):
                if mode in ("broken", "stuck") and count == max(3, len(tokens) // 2):
                    await writer.drain()
                    if mode == "stuck":
                        await asyncio.sleep(self.delay_s)
                    return False
                writer.write(_event({"content": token}))
                if self.token_s:
                    await asyncio.sleep(self.token_s)
            finish = "content_filter" if mode == "refusing" else "stop"
            writer.write(_event({}, finish) + _usage(len(tokens)) + _chunk(b"data: [DONE]\n\n"))
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True

    def _tokens(self, mode: str, body: dict[str, Any]) -> list[str]:
        if mode == "obeying":
            said = [m.get("content", "") for m in body.get("messages", []) if m.get("role") == "user"]
            return list(in_tokens(str(said[-1]) if said else ""))
        if mode == "empty":
            return []
        if mode == "refusing":
            return list(in_tokens(REFUSAL))
        if mode == "instant":
            return list(INSTANT)
        if mode == "scripted" and self.replies:
            return list(in_tokens(self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]))
        return list(in_tokens(NORMAL))


async def _read_request(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    raw = await reader.readexactly(length) if length else b"{}"
    body = json.loads(raw or b"{}")
    return body if isinstance(body, dict) else {}


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _event(delta: dict[str, Any], finish: str | None = None) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    event = {"id": "stub-1", "object": "chat.completion.chunk", "created": 0, "model": "stub", "choices": [choice]}
    return _chunk(b"data: " + json.dumps(event).encode() + b"\n\n")


def _counts(tokens: int) -> dict[str, int]:
    return {"prompt_tokens": 100, "completion_tokens": tokens, "total_tokens": 100 + tokens}


def _usage(tokens: int) -> bytes:
    event = {"id": "stub-1", "object": "chat.completion.chunk", "created": 0, "model": "stub", "choices": []}
    return _chunk(b"data: " + json.dumps({**event, "usage": _counts(tokens)}).encode() + b"\n\n")


def _whole(body: dict[str, Any], text: str, finish: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "stub-1",
        "object": "chat.completion",
        "created": 0,
        "model": body.get("model") or "stub",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
        "usage": _counts(len(text.split())),
    }


def _write_json(writer: asyncio.StreamWriter, status: int, body: dict[str, Any], extra: str = "") -> None:
    raw = json.dumps(body).encode()
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\ncontent-type: application/json\r\n{extra}content-length: {len(raw)}\r\n\r\n"
    writer.write(head.encode() + raw)


def _instant_parts() -> Iterator[bytes]:
    for token in INSTANT:
        yield _event({"content": token})
    yield _event({}, "stop") + _usage(len(INSTANT)) + _chunk(b"data: [DONE]\n\n") + b"0\r\n\r\n"


_INSTANT_BODY = b"".join(_instant_parts())


async def _run(server: StubServer) -> None:
    async with server:
        print(f"stub model at {server.base_url} (mode {server.mode})", flush=True)  # noqa: T201 - a command's output
        await asyncio.Event().wait()


def _main() -> None:
    parser = argparse.ArgumentParser(prog="firstline.llm.stub", description="A local OpenAI-shaped streaming server.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mode", choices=sorted(MODES), default="normal")
    parser.add_argument("--delay", type=float, default=1.0, help="seconds before the first token (slow, stuck)")
    parser.add_argument("--token", type=float, default=0.0, help="seconds between tokens")
    parser.add_argument("--reply", action="append", default=[], help="a reply of mode scripted; may be repeated")
    given = parser.parse_args()
    server = StubServer(
        given.mode, given.port, replies=given.reply, delay_s=given.delay, token_s=given.token, keep=False
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(server))


if __name__ == "__main__":
    _main()
