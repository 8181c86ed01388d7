"""What the assistant knows: documents and their jobs, FAQs, and what it would answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from firstline.knowledge import document_queries
from firstline.web.console.edge import ConsoleRoute
from firstline.web.console.pages import page
from firstline.web.console.signed import Viewer, viewer_of
from firstline.web.console.speech import merged, searchable

__all__ = ["router"]

router = APIRouter(route_class=ConsoleRoute)
Who = Annotated[Viewer, Depends(viewer_of)]
Search = Annotated[str, Query(max_length=200)]
SHOWN_JOBS, PAGE = 8, 50


def _config(viewer: Viewer) -> dict[str, Any]:
    lang = viewer.lang
    return {"lang": lang, "words": merged(lang, "common", "knowledge", "names")}


@router.get("/knowledge")
async def show_documents(request: Request, viewer: Who, q: Search = "", cursor: UUID | None = None) -> Response:
    """Documents, newest first, and the latest jobs that run or met problems."""
    viewer.need("kb:read")
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        found = await document_queries.documents_page(tx, searchable(q), False, cursor, PAGE + 1)
        jobs = await document_queries.jobs_page(tx, None, SHOWN_JOBS)
    return _show(request, viewer, "documents.html", found, q, jobs=_telling(jobs))


def _telling(jobs: list[Any]) -> list[Any]:
    """Jobs that still run, and of the others those with problems until a day has passed."""
    day_ago = datetime.now(UTC) - timedelta(days=1)
    running = ("pending", "running")
    return [
        j
        for j in jobs
        if j["status"] in running or ((j["errors"] or j["status"] == "failed") and j["created_at"] > day_ago)
    ]


@router.get("/knowledge/faqs")
async def show_faqs(request: Request, viewer: Who, q: Search = "", cursor: UUID | None = None) -> Response:
    """Questions with their answers as written."""
    viewer.need("kb:read")
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        found = await document_queries.faqs_page(tx, searchable(q), cursor, PAGE + 1)
    return _show(request, viewer, "faqs.html", found, q, spoken=viewer.business.guardrails.languages_allowed)


def _show(request: Request, viewer: Viewer, template: str, found: list[Any], q: str, **context: Any) -> Response:
    rows = [dict(row) for row in found[:PAGE]]
    older = rows[-1]["id"] if len(found) > PAGE else None
    context["may_write"] = viewer.principal.may("kb:write")
    return page(
        request, template, viewer, rows=rows, older=older, q=q, filters={"q": q}, config=_config(viewer), **context
    )


@router.get("/knowledge/try")
async def show_try(request: Request, viewer: Who) -> Response:
    """ "What would it answer?": asks the admin API's playground and its search."""
    viewer.need("kb:read")
    return page(request, "try.html", viewer, chips=viewer.business.chips.get(viewer.lang, ()), config=_config(viewer))
