"""`Idempotency-Key` on POST: the same key and body again get the first answer, and nothing is done twice.

Kept by route and business. A request that fails gives its key back, so that it can be tried again.
"""

import hashlib
import re
from collections.abc import Callable, Coroutine
from typing import Any

import orjson
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from firstline.ground.errors import Conflict, Invalid
from firstline.ground.tenant import Door
from firstline.tenancy import idempotency_queries as queries
from firstline.web.api.auth import principal_of
from firstline.web.rooms import rooms_of

__all__ = ["IdempotentRoute"]

HEADER = "Idempotency-Key"
_SHAPE = re.compile(r"[\x21-\x7e]{1,200}")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class IdempotentRoute(APIRoute):
    """Honours the header on every POST of a router; without it nothing changes."""

    def get_route_handler(self) -> Handler:
        """The route's handler, behind its key."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method != "POST":
                return await handler(request)
            if not _SHAPE.fullmatch(key):
                raise Invalid("idempotency_key_invalid", f"{HEADER} has 1 to 200 visible characters.")
            return await _once(request, handler, key)

        return handle


async def _once(request: Request, handler: Handler, key: str) -> Response:
    door = rooms_of(request).door
    business_id = (await principal_of(request)).business_id
    route = request.url.path
    digest = _digest(request.headers.get("content-type", ""), await request.body())
    async with door.transaction(business_id) as tx:
        ours = await queries.claim_idempotency(tx, route, key, digest)
        earlier = None if ours else await queries.idempotent_answer(tx, route, key)
    if not ours:
        return _replayed(earlier, digest)
    try:
        response = await handler(request)
    except BaseException:
        async with door.transaction(business_id) as tx:
            await queries.release_idempotency(tx, route, key)
        raise
    await _keep(door, business_id, route, key, response)
    return response


def _digest(kind: str, body: bytes) -> bytes:
    """Of what was sent. The boundary between the parts of a form is another each time: it does not count."""
    if kind.lower().startswith("multipart/") and (found := re.search(r'boundary="?([^";]+)', kind)):
        boundary = found[1].encode()
        kind, body = kind.replace(found[1], ""), body.replace(boundary, b"")
    return hashlib.sha256(kind.encode() + b"\0" + body).digest()


def _replayed(earlier: Any, digest: bytes) -> Response:
    if earlier is None:
        raise Conflict("idempotency_key_gone", "The first request with this key has just failed; send it again.")
    if earlier["request_hash"] != digest:
        raise Invalid("idempotency_key_reused", f"This {HEADER} was used with another request.")
    if earlier["status"] is None:
        raise Conflict("in_progress", "The first request with this key is still running.")
    body = b"" if earlier["body"] is None else orjson.dumps(earlier["body"])
    headers = {"Idempotency-Replayed": "true"}
    return Response(body, earlier["status"], headers=headers, media_type="application/json" if body else None)


async def _keep(door: Door, business_id: Any, route: str, key: str, response: Response) -> None:
    async with door.transaction(business_id) as tx:
        if response.status_code >= 400 or not isinstance(response.body, bytes):
            await queries.release_idempotency(tx, route, key)
            return
        body = orjson.loads(response.body) if response.body else None
        await queries.keep_idempotent_answer(tx, route, key, response.status_code, body)
