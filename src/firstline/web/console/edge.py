"""What a page does when its reader is nobody, or not allowed: errors become pages, not problem documents."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from firstline.ground.errors import FirstlineError, Unauthorized
from firstline.web.console.pages import page

__all__ = ["ConsoleRoute"]


class ConsoleRoute(APIRoute):
    """Unauthorized leads to the sign-in page; other errors of the house are told in a page."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, with what it raises answered as a page."""
        handler = super().get_route_handler()

        async def handle(request: Request) -> Response:
            try:
                return await handler(request)
            except Unauthorized:
                target = quote(request.url.path, safe="/")
                response: Response = RedirectResponse(f"/console/sign-in?next={target}", 303)
                if request.headers.get("hx-request"):
                    response = Response(status_code=204, headers={"HX-Redirect": f"/console/sign-in?next={target}"})
                return response
            except FirstlineError as error:
                if error.status >= 500:
                    raise
                return page(request, "trouble.html", status=error.status, code=error.status)

        return handle
