"""A name for every request, in its answer, its logs and its problems."""

import re
from typing import Any

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firstline.kit.ids import new_id

__all__ = ["RequestIds", "request_id_of"]

_SHAPE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def request_id_of(scope: Any) -> str | None:
    """The request's name, once RequestIds has given it one."""
    found: str | None = scope.get("firstline.request_id")
    return found


class RequestIds:
    """Takes the caller's X-Request-ID when it has a sane shape, else makes one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"x-request-id"), "")
        request_id = given if _SHAPE.fullmatch(given) else new_id().hex
        scope["firstline.request_id"] = request_id

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                kept = [(k, v) for k, v in message.get("headers", ()) if k.lower() != b"x-request-id"]
                message = {**message, "headers": [*kept, (b"x-request-id", request_id.encode())]}
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self.app(scope, receive, answer)
