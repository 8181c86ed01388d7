"""Streaming chat completions from any OpenAI-shaped server, by httpx alone.

Why not through an SDK: docs/decisions/0007-llm-hot-path.md (1.7 ms of CPU a call of 50 tokens against 9.8).
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import orjson

from firstline.llm.errors import LLMMalformed, LLMRefused, LLMUnavailable
from firstline.llm.model import Limits, Prompt
from firstline.llm.provider import Counts, retry_after
from firstline.llm.route import Route

__all__ = ["OpenAIShaped"]

_BUSY = frozenset({401, 402, 403, 404, 408, 409, 425, 429})  # another route may do; 400 and 422 are about the request


class OpenAIShaped:
    """One route. The HTTP client is shared between routes and kept open between calls (connections are reused)."""

    def __init__(self, route: Route, key: str, client: httpx.AsyncClient) -> None:
        self.route = route
        self._client = client
        self._url = f"{route.base_url}/chat/completions"
        self._headers = {"content-type": "application/json", "accept": "text/event-stream"}
        if key:
            self._headers["authorization"] = f"Bearer {key}"

    async def stream(self, prompt: Prompt, limits: Limits, counts: Counts) -> AsyncIterator[str]:
        """The texts as they come; fills `counts`. Raises LLMUnavailable, LLMRefused, LLMMalformed."""
        said = False
        finished = False
        async with self._open(prompt, limits) as response:
            blocks = _events(response, self.route.name)
            async for block in blocks:
                texts, finish, done = self._read_all(block, counts)
                if texts:
                    said = True
                    yield texts
                finished = finished or done or finish is not None
                if finish == "content_filter":
                    raise LLMRefused("stopped by the provider's content filter", route=self.route.name)
                if done:
                    await _drain(blocks)
                    break
        if not finished:
            raise LLMUnavailable("the stream ended before the answer did", route=self.route.name)
        if not said:
            raise LLMMalformed("an empty answer", route=self.route.name)

    @asynccontextmanager
    async def _open(self, prompt: Prompt, limits: Limits) -> AsyncIterator[httpx.Response]:
        timeout = httpx.Timeout(limits.whole_s, connect=limits.connect_s)
        try:
            async with self._client.stream(
                "POST", self._url, content=_body(self.route, prompt), headers=self._headers, timeout=timeout
            ) as response:
                if response.status_code != 200:
                    await self._complain(response)
                yield response
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise LLMUnavailable(f"{type(error).__name__}: {error}", route=self.route.name) from error

    async def _complain(self, response: httpx.Response) -> None:
        detail = (await response.aread())[:300].decode("utf-8", "replace")
        status = response.status_code
        said = f"status {status}: {detail}"
        if status >= 500 or status in _BUSY:
            raise LLMUnavailable(said, route=self.route.name, retry_after_s=retry_after(response.headers))
        raise LLMRefused(said, route=self.route.name)

    def _read_all(self, block: list[bytes], counts: Counts) -> tuple[str, str | None, bool]:
        """What came at once: its text, its finish reason, whether it was the end."""
        texts: list[str] = []
        finish: str | None = None
        for data in block:
            if data == b"[DONE]":
                return "".join(texts), finish, True
            text, why = self._read(data, counts)
            texts.append(text)
            finish = why or finish
            if finish == "content_filter":
                break
        return "".join(texts), finish, False

    def _read(self, data: bytes, counts: Counts) -> tuple[str, str | None]:
        """One event: its text ('' when none) and its finish reason."""
        try:
            event: dict[str, Any] = orjson.loads(data)
            if error := event.get("error"):
                raise LLMUnavailable(str(error)[:300], route=self.route.name)
            if usage := event.get("usage"):
                counts.input_tokens = int(usage.get("prompt_tokens") or 0)
                counts.output_tokens = int(usage.get("completion_tokens") or 0)
            if not (choices := event.get("choices")):
                return "", None
            choice = choices[0]
            finish = choice.get("finish_reason")
            counts.finish = finish or counts.finish
            return (choice.get("delta") or {}).get("content") or "", finish
        except (orjson.JSONDecodeError, AttributeError, TypeError, KeyError, IndexError, ValueError) as error:
            raise LLMMalformed(f"unreadable event: {data[:120]!r}", route=self.route.name) from error


async def _events(response: httpx.Response, route: str) -> AsyncIterator[list[bytes]]:
    """The `data:` payloads of a server-sent event stream, one line each as every such server sends them, as they come."""
    rest = b""
    async for block in response.aiter_bytes():
        *lines, rest = (rest + block).split(b"\n")
        if found := [line[5:].strip() for line in lines if line.startswith(b"data:")]:
            yield found
        if len(rest) > 1_000_000:
            raise LLMMalformed("an event without an end", route=route)
    if rest.startswith(b"data:"):
        yield [rest[5:].strip()]


async def _drain(events: AsyncIterator[list[bytes]]) -> None:
    """Reads the last bytes, so that the connection can be used again; a server that leaves it open is not waited for."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_S):
            async for _ in events:
                pass


_LINGER_S = 0.05  # the end of the body comes with the last event or never


def _body(route: Route, prompt: Prompt) -> bytes:
    messages = [{"role": "system", "content": prompt.system}]
    messages += [{"role": m.role, "content": m.text} for m in prompt.messages]
    # OpenAI's own newer models take only max_completion_tokens; the servers that imitate it know max_tokens.
    own = route.provider == "openai" and not route.own_url
    body: dict[str, Any] = {
        "model": route.model,
        "messages": messages,
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_completion_tokens" if own else "max_tokens": prompt.max_tokens,
    }
    if not own:
        body["temperature"] = prompt.temperature
    if prompt.json_only:
        body["response_format"] = {"type": "json_object"}
    return orjson.dumps(body)
