"""Answers said as written: questions & answers, and the replies that agents pick."""

from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from firstline.knowledge import canned_queries, document_queries
from firstline.knowledge.overview_queries import waiting
from firstline.web.console.edge import ConsoleRoute
from firstline.web.console.knowledge_shown import PAGE, Search, Who, paged, show
from firstline.web.console.speech import searchable

__all__ = ["router"]

router = APIRouter(route_class=ConsoleRoute)


@router.get("/knowledge/faqs")
async def show_faqs(request: Request, viewer: Who, q: Search = "", cursor: UUID | None = None) -> Response:
    """Questions with their answers as written."""
    viewer.need("kb:read")
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        found = await document_queries.faqs_page(tx, searchable(q), cursor, PAGE + 1)
        counts = await waiting(tx)
    rows, older = paged(found)
    spoken = viewer.business.guardrails.languages_allowed
    return show(request, viewer, "faqs.html", counts, rows=rows, older=older, q=q, filters={"q": q}, spoken=spoken)


@router.get("/knowledge/canned")
async def show_canned(
    request: Request, viewer: Who, q: Search = "", behind: str = "", cursor: UUID | None = None
) -> Response:
    """By shortcut; a page begins behind the shortcut and id that the one before ended with."""
    viewer.need("kb:read")
    after = (searchable(behind), cursor) if behind and cursor else None
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        found = await canned_queries.canned_page(tx, searchable(q), None, after, PAGE + 1)
        counts = await waiting(tx)
    rows, older = paged(found)
    spoken = viewer.business.guardrails.languages_allowed
    filters = {"q": q, "behind": rows[-1]["shortcut"] if rows else ""}
    return show(request, viewer, "canned.html", counts, rows=rows, older=older, q=q, filters=filters, spoken=spoken)
