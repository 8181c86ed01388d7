"""The internal help desk and CRM as plain lists: tickets, leads, contacts; newest first, a page at a time."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from firstline.integrations import paging_queries
from firstline.web.console.edge import ConsoleRoute
from firstline.web.console.pages import page
from firstline.web.console.signed import Viewer, viewer_of
from firstline.web.console.speech import searchable

__all__ = ["router"]

router = APIRouter(route_class=ConsoleRoute)
Who = Annotated[Viewer, Depends(viewer_of)]
Search = Annotated[str, Query(max_length=200)]
PAGE = 50


def _show(request: Request, viewer: Viewer, template: str, found: list[Any], **filters: Any) -> Response:
    rows = [dict(row) for row in found[:PAGE]]
    for row in rows:
        row["name"] = " ".join(p for p in (row.get("first_name"), row.get("last_name")) if p) or None
    older = rows[-1]["id"] if len(found) > PAGE else None
    return page(
        request,
        template,
        viewer,
        rows=rows,
        older=older,
        filters=filters,
        q=filters["q"],
        chosen=filters.get("status", ""),
    )


@router.get("/tickets")
async def show_tickets(
    request: Request, viewer: Who, q: Search = "", status: str = "", cursor: UUID | None = None
) -> Response:
    """The status filter stands in the address."""
    viewer.need("crm:read")
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        found = await paging_queries.tickets_page(tx, searchable(q), status or None, cursor, PAGE + 1)
    return _show(request, viewer, "tickets.html", found, q=q, status=status)


@router.get("/leads")
async def show_leads(
    request: Request, viewer: Who, q: Search = "", status: str = "", cursor: UUID | None = None
) -> Response:
    """Who may become a customer."""
    viewer.need("crm:read")
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        found = await paging_queries.leads_page(tx, searchable(q), status or None, cursor, PAGE + 1)
    return _show(request, viewer, "leads.html", found, q=q, status=status)


@router.get("/contacts")
async def show_contacts(request: Request, viewer: Who, q: Search = "", cursor: UUID | None = None) -> Response:
    """Everybody whose name, mail or phone is known."""
    viewer.need("crm:read")
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        found = await paging_queries.contacts_page(tx, searchable(q), cursor, PAGE + 1)
    return _show(request, viewer, "contacts.html", found, q=q)
