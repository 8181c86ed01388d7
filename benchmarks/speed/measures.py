"""What is measured, against a running web process: first delta, turns a second, open streams."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.speed.client import Connection, Turn

__all__ = ["Latency", "Load", "first_deltas", "open_streams", "own_time_of", "sustained"]

TURNS_A_CONVERSATION = 5
STREAM = {"accept": "text/event-stream"}


@dataclass(slots=True)
class Latency:
    """Milliseconds, one entry a turn."""

    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    silent: int = 0  # turns without a delta: a fixed notice only, or an error


@dataclass(slots=True)
class Load:
    """What a span of steady load did."""

    turns: int = 0
    failed: int = 0
    seconds: float = 0.0
    first: list[float] = field(default_factory=list)


class _Visitor:
    """A visitor who asks a few questions a conversation, then begins another."""

    def __init__(self, connection: Connection, slug: str) -> None:
        self._connection = connection
        self._slug = slug
        self._token = ""
        self._conversation: str | None = None
        self._asked = 0

    async def ask(self, text: str) -> Turn:
        if not self._token:
            session = await self._connection.json("POST", "/chat/session", {"business": self._slug}, {})
            self._token = session["session_token"]
        if self._asked % TURNS_A_CONVERSATION == 0:
            self._conversation = None
        self._asked += 1
        body: dict[str, Any] = {
            "message": text,
            "conversation_id": self._conversation,
            "client_message_id": f"{id(self)}-{self._asked}",
        }
        turn = await self._connection.turn("/chat/message", body, {**STREAM, "authorization": f"Bearer {self._token}"})
        if self._conversation is None and turn.done:
            self._conversation = turn.accepted()["conversation_id"]
        return turn


async def first_deltas(base: str, slug: str, texts: Iterator[str], turns: int) -> Latency:
    """One turn at a time; nothing else runs."""
    connection = await Connection(base).open()
    visitor, found = _Visitor(connection, slug), Latency()
    for _ in range(turns):
        turn = await visitor.ask(next(texts))
        if turn.first is None or not turn.done:
            found.silent += 1
            continue
        found.first.append(turn.first * 1000)
        found.whole.append(turn.whole * 1000)
    connection.close()
    return found


async def sustained(base: str, slug: str, texts: Iterator[str], at_once: int, seconds: float) -> Load:
    """`at_once` visitors who each ask again as soon as they were answered. The first second is not counted."""
    load = Load()
    begin = time.perf_counter() + 1.0
    end = begin + seconds

    async def visit() -> None:
        connection = await Connection(base).open()
        visitor = _Visitor(connection, slug)
        while (now := time.perf_counter()) < end:
            turn = await visitor.ask(next(texts))
            ended = time.perf_counter()
            if now < begin or ended > end:
                continue
            load.turns += turn.done
            load.failed += not turn.done
            if turn.first is not None:
                load.first.append(turn.first * 1000)
        connection.close()

    await asyncio.gather(*(visit() for _ in range(at_once)))
    load.seconds = seconds
    return load


async def own_time_of(stub: str, times: int = 200) -> list[float]:
    """Milliseconds that the stub model itself takes for a whole answer, seen from this client."""
    connection = await Connection(stub).open()
    body = {"model": "instant", "stream": True, "messages": [{"role": "user", "content": "hello " * 500}]}
    found = [(await connection.turn("/v1/chat/completions", body, {})).whole * 1000 for _ in range(times)]
    connection.close()
    return found


async def open_streams(base: str, slug: str, count: int) -> list[Connection]:
    """Opens `count` live streams, each of a visitor of its own; they stay open."""
    held: list[Connection] = []
    for _ in range(count):
        connection = await Connection(base).open()
        session = await connection.json("POST", "/chat/session", {"business": slug}, {})
        bearer = {"authorization": f"Bearer {session['session_token']}"}
        turn = await connection.turn("/chat/message", {"message": "hello"}, {**STREAM, **bearer})
        conversation = turn.accepted()["conversation_id"]
        connection.begin("GET", f"/chat/stream?conversation_id={conversation}", None, {**STREAM, **bearer})
        held.append(connection)
    await asyncio.sleep(1)
    return held
