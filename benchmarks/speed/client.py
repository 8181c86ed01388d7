"""A client so lean that it does not spoil the numbers: it shares the machine's cores with what it measures.

One connection, one request at a time, HTTP/1.1 over an asyncio protocol; bytes are searched, not parsed.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Connection", "Turn"]

END_OF_CHUNKS = b"0\r\n\r\n"
FIRST_DELTA = b"event: delta\n"


@dataclass(slots=True)
class Turn:
    """One streamed answer. Times in seconds since the request was written; `first` is None when no delta came."""

    first: float | None
    whole: float
    body: bytes

    @property
    def done(self) -> bool:
        """Whether the turn ended as it should."""
        return b"event: done\n" in self.body

    def accepted(self) -> dict[str, Any]:
        """The data of the event `accepted`."""
        start = self.body.index(b"data: ", self.body.index(b"event: accepted")) + 6
        found: dict[str, Any] = json.loads(self.body[start : self.body.index(b"\n", start)])
        return found


class Connection(asyncio.Protocol):
    """A keep-alive connection; `base` is http://host:port."""

    def __init__(self, base: str) -> None:
        parts = urlsplit(base)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._transport: Any = None
        self._heard = bytearray()
        self._first: float | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._chunked: bool | None = None

    async def open(self) -> "Connection":
        """Connects."""
        await asyncio.get_running_loop().create_connection(lambda: self, self._host, self._port)
        return self

    def close(self) -> None:
        """Drops the connection."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio's."""
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio's: whoever waits is told."""
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionError("the server closed the connection"))

    def data_received(self, data: bytes) -> None:
        """asyncio's: notes when the first delta came, and when the answer is whole."""
        self._heard += data
        if self._first is None and FIRST_DELTA in self._heard:
            self._first = time.perf_counter()
        if self._waiting and not self._waiting.done() and self._whole():
            self._waiting.set_result(None)

    def _whole(self) -> bool:
        if self._chunked is None:
            end = self._heard.find(b"\r\n\r\n")
            if end < 0:
                return False
            self._chunked = b"chunked" in self._heard[:end].lower()
        if self._chunked:
            return self._heard.endswith(END_OF_CHUNKS)
        head, _, body = bytes(self._heard).partition(b"\r\n\r\n")
        length = next(
            (int(x.split(b":")[1]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length:")), 0
        )
        return len(body) >= length

    def begin(self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]) -> float:
        """Writes a request and returns when."""
        raw = json.dumps(body).encode() if body is not None else b""
        head = f"{method} {path} HTTP/1.1\r\nhost: {self._host}\r\ncontent-type: application/json\r\ncontent-length: {len(raw)}\r\n"
        head += "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        self._heard, self._first, self._chunked = bytearray(), None, None
        started = time.perf_counter()
        self._transport.write(head.encode() + b"\r\n" + raw)
        return started

    async def turn(self, path: str, body: dict[str, Any], headers: dict[str, str], method: str = "POST") -> Turn:
        """Sends and waits for the end of the answer."""
        self._waiting = asyncio.get_running_loop().create_future()
        started = self.begin(method, path, body, headers)
        async with asyncio.timeout(60):
            await self._waiting
        ended = time.perf_counter()
        return Turn(self._first - started if self._first else None, ended - started, bytes(self._heard))

    async def json(
        self, method: str, path: str, body: dict[str, Any] | None, headers: dict[str, str]
    ) -> dict[str, Any]:
        """An ordinary call; raises RuntimeError when the answer is no success."""
        answer = await self.turn(path, body or {}, headers, method)
        if not answer.body.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(answer.body[:500].decode(errors="replace"))
        found: dict[str, Any] = json.loads(answer.body.partition(b"\r\n\r\n")[2])
        return found
