"""Requests to Drive: with a token, waited for when Google asks for it, bounded in size, time and tries."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

import httpx
import orjson

from firstline.knowledge.sources.drive.tokens import Tokens
from firstline.knowledge.sources.drive.wording import Endpoints, drive_data, failed, unread

__all__ = ["DriveClient", "Refused"]

RATES = frozenset(("rateLimitExceeded", "userRateLimitExceeded", "dailyLimitExceeded", "sharingRateLimitExceeded"))
DISABLED = frozenset(("accessNotConfigured", "SERVICE_DISABLED"))
Pause = Callable[[float], Awaitable[None]]
Query = Mapping[str, str | int | bool]


class Refused(Exception):
    """Google's answer to this one request is no: `status` and its own `reason` (notFound, exportSizeLimitExceeded, …)."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason


class DriveClient:
    """GETs with a bearer token. Raises SourceFailed (revoked, not_enabled, rate_limited, unreachable) or Refused."""

    def __init__(
        self, endpoints: Endpoints, tokens: Tokens, http: httpx.AsyncClient, pause: Pause = asyncio.sleep
    ) -> None:
        self._endpoints = endpoints
        self._tokens = tokens
        self._http = http
        self._pause = pause

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(
        cls, endpoints: Endpoints, tokens: Tokens, pause: Pause = asyncio.sleep
    ) -> "AsyncIterator[DriveClient]":
        """With connections of its own, closed at the end."""
        rules = drive_data()["limits"]
        timeout = httpx.Timeout(rules["seconds"], connect=rules["connect_seconds"])
        async with httpx.AsyncClient(timeout=timeout, trust_env=False, follow_redirects=False) as http:
            yield cls(endpoints, tokens, http, pause)

    async def record(self, path: str, query: Query) -> dict[str, Any]:
        """The answer as an object."""
        data = await self.body(path, query, drive_data()["limits"]["answer_bytes"])
        try:
            found = orjson.loads(data)
        except ValueError:
            raise failed("unexpected") from None
        if not isinstance(found, dict):
            raise failed("unexpected")
        return found

    async def body(self, path: str, query: Query, most: int) -> bytes:
        """The answer's body. Raises UnreadableDocument drive_too_large over `most` bytes."""
        rules = drive_data()["limits"]
        why, renew = "unreachable", False
        for tried in range(rules["tries"]):
            waits = min(rules["first_wait_seconds"] * 2**tried, rules["longest_wait_seconds"])
            try:
                async with asyncio.timeout(rules["seconds"]):
                    return await self._once(path, query, most, renew=renew)
            except Refused as refused:
                if refused.status == httpx.codes.UNAUTHORIZED and not renew:
                    renew = True  # its hour was over, or it was withdrawn: a new one tells
                    continue
                why = _meant(refused)
            except _Later as later:
                why, waits = "rate_limited" if later.rate else "unreachable", max(waits, later.seconds)
            except (httpx.HTTPError, TimeoutError):
                why = "unreachable"
            if tried + 1 < rules["tries"]:
                jitter = random.random() * rules["first_wait_seconds"]  # noqa: S311 - not a secret
                await self._pause(min(waits, rules["longest_wait_seconds"]) + jitter)
        raise failed(why)

    async def _once(self, path: str, query: Query, most: int, *, renew: bool) -> bytes:
        token = await self._tokens.bearer(self._http, renew=renew)
        params = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in query.items()}
        headers = {"Authorization": f"Bearer {token}", "Accept-Encoding": "gzip"}
        url = f"{self._endpoints.api}/{path}"
        async with self._http.stream("GET", url, params=params, headers=headers) as answer:
            most = most if answer.status_code == httpx.codes.OK else drive_data()["limits"]["answer_bytes"]
            data = bytearray()
            async for piece in answer.aiter_bytes():
                data += piece
                if len(data) > most:
                    raise unread("drive_too_large")
        if answer.status_code == httpx.codes.OK:
            return bytes(data)
        reasons = _reasons(bytes(data))
        rate = answer.status_code == httpx.codes.TOO_MANY_REQUESTS or bool(reasons & RATES)
        if rate or answer.is_server_error:
            raise _Later(rate, answer.headers.get("retry-after", ""))
        raise Refused(answer.status_code, "accessNotConfigured" if reasons & DISABLED else min(reasons, default=""))


class _Later(Exception):
    """Google asks for patience; `seconds` at least, when it says how much."""

    def __init__(self, rate: bool, after: str) -> None:
        super().__init__()
        self.rate = rate
        self.seconds = float(after) if after.isdigit() else 0.0


def _meant(refused: Refused) -> str:
    """Raises what no second try would change."""
    if refused.status == httpx.codes.UNAUTHORIZED:
        raise failed("revoked")
    if refused.reason == "accessNotConfigured":
        raise failed("not_enabled")
    raise refused


def _reasons(data: bytes) -> set[str]:
    """Every `reason` of Google's error object, in its old form (errors[]) and its new one (details[])."""
    try:
        error = orjson.loads(data)["error"]
        told = [*error.get("errors", ()), *error.get("details", ())]
        return {str(entry["reason"]) for entry in told if "reason" in entry}
    except (ValueError, KeyError, TypeError, AttributeError):
        return set()
