"""What waits for the owner's word: findings in documents, and questions with answers out of closed chats and tickets."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from firstline.knowledge import draft_queries, finding_queries
from firstline.knowledge.overview_queries import waiting
from firstline.web.console.edge import ConsoleRoute
from firstline.web.console.findings_shown import finding_shown, together
from firstline.web.console.knowledge_shown import PAGE, Who, paged, show

__all__ = ["router"]

router = APIRouter(route_class=ConsoleRoute)
GROUPS = ("secret", "personal_data", "injection", "contradiction")  # the gravest first
State = Literal["open", "allowed", "dismissed"]


@router.get("/knowledge/findings")
async def show_findings(
    request: Request, viewer: Who, kind: str = "", state: State = "open", cursor: UUID | None = None
) -> Response:
    """By kind; what contradicts itself about one thing is one row, with all its sides."""
    viewer.need("kb:read")
    chosen = kind if kind in GROUPS else None
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        found = await finding_queries.findings_page(tx, kind=chosen, state=state, after=cursor, most=PAGE + 1)
        each = await finding_queries.open_findings(tx)
        counts = await waiting(tx)
    rows, older = paged(found)
    shown = together([finding_shown(row, viewer) for row in rows], viewer.lang)
    groups = [(name, [row for row in shown if row["kind"] == name]) for name in GROUPS]
    return show(
        request, viewer, "findings.html", counts, groups=[group for group in groups if group[1]], older=older, kind=chosen or "",
        state=state, each=[(name, each.get(name, 0)) for name in GROUPS],
        filters={name: value for name, value in (("kind", chosen), ("state", state)) if value and value != "open"},
    )  # fmt: skip


@router.get("/knowledge/suggestions")
async def show_suggestions(
    request: Request,
    viewer: Who,
    state: Literal["pending", "accepted", "dismissed", "duplicate"] = "pending",
    cursor: UUID | None = None,
) -> Response:
    """Drafts, newest first; nothing of them is used before a yes."""
    viewer.need("kb:read")
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        found = await draft_queries.drafts_page(tx, state, cursor, PAGE + 1)
        counts = await waiting(tx)
    rows, older = paged(found)
    filters = {"state": state} if state != "pending" else {}
    return show(request, viewer, "suggestions.html", counts, rows=rows, older=older, state=state, filters=filters)
