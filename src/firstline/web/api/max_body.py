"""No body over its limit is read: refused by its announced length, or when a stream of it grows past the limit.

Documents and tables that come as JSON or CSV have a larger limit than the rest; it goes by the path.
"""

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from firstline.web.api.request_id import request_id_of

__all__ = ["MaxBody"]

LARGE_BYTES = 12 * 1024 * 1024
LARGE_PATHS = ("/kb/documents", "/kb/jobs", "/import")  # ends of them


class MaxBody:
    """Pure ASGI: nothing is buffered here. `refuse` makes the answer from (limit in bytes, request id)."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        json_bytes: int,
        multipart_bytes: int,
        refuse: Callable[[int, str | None], Response],
    ) -> None:
        self.app = app
        self._json = json_bytes
        self._multipart = multipart_bytes
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        multipart = headers.get(b"content-type", b"").lower().startswith(b"multipart/")
        large = scope["path"].rstrip("/").endswith(LARGE_PATHS)
        limit = self._multipart if multipart else max(self._json, LARGE_BYTES) if large else self._json
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > limit:
            await self._refuse(limit, request_id_of(scope))(scope, receive, send)
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            if message["type"] == "http.request":
                read += len(message.get("body", b""))
                if read > limit:
                    raise HTTPException(413, f"At most {limit} bytes.", {"Connection": "close"})
            return message

        await self.app(scope, counted, send)
