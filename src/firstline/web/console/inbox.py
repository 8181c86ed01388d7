"""The inbox: one page whose life is in assets/console/inbox.js; a conversation has an address of its own."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from firstline.web.console.edge import ConsoleRoute
from firstline.web.console.pages import page
from firstline.web.console.signed import Viewer, viewer_of
from firstline.web.console.speech import merged

__all__ = ["router"]

router = APIRouter(route_class=ConsoleRoute)


@router.get("/inbox")
@router.get("/inbox/{conversation_id}")
async def show_inbox(
    request: Request, viewer: Annotated[Viewer, Depends(viewer_of)], conversation_id: UUID | None = None
) -> Response:
    """The page; what it shows comes from the admin API and its event stream."""
    viewer.need("conversations:read")
    principal, business = viewer.principal, viewer.business
    config = {
        "me": {"id": str(principal.user_id), "name": principal.name},
        "business": {"name": business.name, "timezone": business.timezone, "slug": business.slug},
        "lang": viewer.lang,
        "open": str(conversation_id) if conversation_id else None,
        "may_write": principal.may("conversations:write"),
        "words": merged(viewer.lang, "common", "inbox", "names"),
    }
    return page(request, "inbox.html", viewer, config=config)
