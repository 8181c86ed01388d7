"""Knowledge's first page: where the assistant's knowledge comes from, what is being read now, and what it would answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from firstline.ground.tenant import Tx
from firstline.knowledge import job_queries, proposal_queries, source_queries
from firstline.knowledge.crawl.rules import rules
from firstline.knowledge.overview_queries import known_by_origin, waiting
from firstline.knowledge.parsing.sniffing import READABLE
from firstline.web.console.edge import ConsoleRoute
from firstline.web.console.knowledge_proposals import proposal_shown
from firstline.web.console.knowledge_shown import PAGE, Who, jobs_shown, paged, show, source_name

__all__ = ["router"]

router = APIRouter(route_class=ConsoleRoute)
LOOKED_AT_JOBS, MOST_PROPOSALS = 12, 3
CRAWLED = ("depth", "most_pages", "rate_per_second")  # what an empty field means is told in it
EVERY = (None, 86_400, 7 * 86_400)  # never, daily, weekly: seconds
ORIGINS = ("upload", "faq", "profile", "canned", "push", "page")


@router.get("/knowledge")
async def show_sources(request: Request, viewer: Who, cursor: UUID | None = None) -> Response:
    """The overview. What documents used to be filtered by here leads to their own page."""
    viewer.need("kb:read")
    if "q" in request.query_params:
        return RedirectResponse(f"/console/knowledge/documents?{request.url.query}", 303)
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        found = await source_queries.sources_page(tx, cursor, PAGE + 1)
        jobs = await job_queries.list_jobs(tx, LOOKED_AT_JOBS)
        proposals = await proposal_queries.proposals_page(tx, "pending", None, MOST_PROPOSALS)
        origins = {row["origin"]: row for row in await known_by_origin(tx)}
        counts = await waiting(tx)
        rows, older = paged(found)
        sources = [await _source(tx, row) for row in rows]
        names = {row["id"]: source_name(row, viewer.lang) for row in rows}
        latest = {row["id"]: row["last_job_id"] for row in rows}
        running = jobs_shown(jobs, names, latest, viewer.lang)
    return show(
        request,
        viewer,
        "sources.html",
        counts,
        sources=sources,
        older=older,
        jobs=running,
        proposals=[proposal_shown(dict(row), viewer) for row in proposals],
        origins=[dict(origins[name]) for name in ORIGINS if name in origins],
        every=EVERY,
        readable=",".join(sorted(READABLE)),
        usual={name: f"{rules()['plan'][name][2]:g}" for name in CRAWLED},
        has_crm=any(row["kind"] == "crm" for row in rows),
        spoken=viewer.business.guardrails.languages_allowed,
    )


async def _source(tx: Tx, row: dict[str, Any]) -> dict[str, Any]:
    """A row with its latest run: how many documents that one changed and removed."""
    job = await job_queries.get_job(tx, row["last_job_id"]) if row["last_job_id"] else None
    progress = job.progress if job else {}
    done, unchanged = int(progress.get("done") or 0), int(progress.get("unchanged") or 0)
    failed = int(job.stats.get("errors") or 0) if job else 0
    every = row["refresh_every"]
    return {
        **{name: value for name, value in row.items() if name != "secret"},
        "every": int(every.total_seconds()) if every else None,
        "has_credentials": row["secret"] is not None,
        "reading": job is not None and job.status in ("pending", "running"),
        "changed": max(0, done - unchanged - failed) if job else 0,
        "removed": int(progress.get("removed") or 0),
        "failed": failed,
    }


@router.get("/knowledge/try")
async def show_try(request: Request, viewer: Who) -> Response:
    """ "What would it answer?": asks the admin API's playground and its search."""
    viewer.need("kb:read")
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        counts = await waiting(tx)
    return show(request, viewer, "try.html", counts, chips=viewer.business.chips.get(viewer.lang, ()))
