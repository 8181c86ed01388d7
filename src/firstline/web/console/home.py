"""The first page: who waits, how today goes, what the assistant could not answer, and what is still to be set up."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from babel.dates import format_date
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from firstline.analytics.gap_queries import unanswered_since
from firstline.analytics.summary import summarize
from firstline.conversations.inbox_queries import inbox
from firstline.knowledge.document_queries import documents_page, faqs_page
from firstline.web.console.edge import ConsoleRoute
from firstline.web.console.pages import page
from firstline.web.console.signed import Viewer, viewer_of

__all__ = ["router"]

router = APIRouter(route_class=ConsoleRoute)
MOST_WAITING = 50


@router.get("")
async def show_home(request: Request, viewer: Annotated[Viewer, Depends(viewer_of)]) -> Response:
    """Today is the business's own day."""
    viewer.need("conversations:read")
    now = datetime.now(viewer.business.zone)
    today, zone = now.date(), viewer.business.zone
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        day = await summarize(tx, today, today, zone)
        week = await summarize(tx, today - timedelta(days=6), today, zone)
        waiting = await inbox(tx, "waiting", viewer.principal.user_id, "", None, MOST_WAITING)
        unanswered = await unanswered_since(tx, now - timedelta(days=7))
        known = await documents_page(tx, "", False, None, 1) or await faqs_page(tx, "", None, 1)
    business = viewer.business
    steps = [
        ("hours", bool(business.business_hours), "/console/settings"),
        ("knowledge", bool(known), "/console/knowledge"),
        ("try", bool(week.conversations_started), "/console/knowledge/try"),
        ("install", bool(business.allowed_origins or week.conversations_started), "/console/settings/install"),
    ]
    return page(request, "home.html", viewer, today=day, week=week, waiting=waiting, unanswered=unanswered,
                steps=steps, whole_day=format_date(now, "EEEE, d MMMM" if viewer.lang == "es" else "EEEE, MMMM d", locale=viewer.lang))  # fmt: skip
