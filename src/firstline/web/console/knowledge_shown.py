"""What all pages of Knowledge have: the words of their scripts, the counts on their tabs, how sources and jobs are written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from babel.dates import format_timedelta
from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from firstline.knowledge.model import Job
from firstline.knowledge.notes import error_sentence
from firstline.web.console.pages import page
from firstline.web.console.shown import origin
from firstline.web.console.signed import Viewer, viewer_of
from firstline.web.console.speech import merged, say

__all__ = ["PAGE", "JobShown", "Search", "Who", "ago", "jobs_shown", "paged", "show", "source_name"]

Who = Annotated[Viewer, Depends(viewer_of)]
Search = Annotated[str, Query(max_length=200)]
PAGE = 50
OPEN = frozenset({"pending", "running"})
TOLD_FOR = timedelta(days=1)  # a job with problems stays on the page so long, unless it was read well since
KINDS = ("url", "drive", "crm")


def show(request: Request, viewer: Viewer, template: str, counts: Mapping[str, int], **context: Any) -> Response:
    """A page of Knowledge. `counts` of `waiting` stand on the tabs."""
    lang = viewer.lang
    may_write = viewer.principal.may("kb:write")
    config = {"lang": lang, "mayWrite": may_write, "words": merged(lang, "common", "knowledge", "names")}
    return page(
        request,
        template,
        viewer,
        config=config,
        counts=counts,
        may_write=may_write,
        ago=lambda moment: ago(moment, lang),
        told=lambda message: error_sentence({"message": message}, lang),
        source_name=lambda source: source_name(source, lang),
        count=lambda n: "99+" if n > 99 else str(n),
        **context,
    )


def paged(found: list[Any], most: int = PAGE) -> tuple[list[dict[str, Any]], UUID | None]:
    """The rows of a page, and the id that the next one begins below when there is one."""
    rows = [dict(row) for row in found[:most]]
    return rows, (rows[-1]["id"] if len(found) > most else None)


def ago(moment: datetime | None, lang: str) -> str:
    """ "2 hours ago", "in 3 days": a schedule is read by how far away it is."""
    if moment is None:
        return ""
    away = moment - datetime.now(UTC)
    if abs(away) < timedelta(minutes=1):
        return say(lang, "knowledge.justNow")
    return format_timedelta(away, add_direction=True, locale=lang)


def source_name(source: Mapping[str, Any], lang: str) -> str:
    """Its title, else its address as people say it: "acme-plumbing.example"."""
    if source["title"]:
        return str(source["title"])
    if source["kind"] == "url":
        parts = urlsplit(source["uri"])
        return f"{parts.netloc}{unquote(parts.path)}".rstrip("/") or str(source["uri"])
    return say(lang, f"knowledge.kind_{source['kind']}")


@dataclass(frozen=True, slots=True)
class JobShown:
    """A job as its card shows it. `share` in [0, 1] of what is known so far, None while nothing is."""

    id: UUID
    status: str
    name: str
    line: str
    current: str
    share: float | None
    errors: list[dict[str, str]]
    at: datetime
    stopped: bool
    retryable: bool


def jobs_shown(
    jobs: list[Job], names: Mapping[UUID, str], sources: Mapping[UUID, UUID | None], lang: str
) -> list[JobShown]:
    """Those that run, and of the others the latest with problems until a day has passed. `sources`: source -> its latest job.

    Why a whole source could not be read stands beside the source.
    """
    day_ago = datetime.now(UTC) - TOLD_FOR
    told = [
        job
        for job in jobs
        if job.status in OPEN
        or (
            job.errors
            and job.created_at > day_ago
            and (job.source_id is None or (sources.get(job.source_id) == job.id and job.status == "completed"))
        )
    ]
    return [_job(job, names, lang) for job in told]


def _job(job: Job, names: Mapping[UUID, str], lang: str) -> JobShown:
    found, done = int(job.progress.get("found") or 0), int(job.progress.get("done") or 0)
    codes = {error.get("code") for error in job.errors}
    errors = [
        {
            "name": _place(error.get("uri") or "", lang),
            "sentence": error_sentence(error, lang) or say(lang, "common.failed"),
        }
        for error in job.errors
        if error.get("code") not in {"cancelled"}
    ]
    return JobShown(
        job.id,
        job.status,
        _name(job, names, lang),
        _line(job, lang),
        _place(str(job.progress.get("current") or ""), lang) if job.status == "running" else "",
        min(1.0, done / found) if found else None,
        errors,
        job.completed_at or job.created_at,
        "cancelled" in codes,
        bool((job.input.get("files") or job.input.get("urls")) and job.errors),
    )


def _name(job: Job, names: Mapping[UUID, str], lang: str) -> str:
    if job.source_id is not None and job.source_id in names:
        return names[job.source_id]
    files = [str(f.get("name", "")) for f in job.input.get("files", ())]
    urls = [_place(str(url), lang) for url in job.input.get("urls", ())]
    things = files or urls
    if len(things) == 1:
        return things[0]
    if things:
        return say(lang, "knowledge.files" if files else "knowledge.pages", n=len(things))
    return say(lang, f"knowledge.jobOf_{job.source}")


def _place(uri: str, lang: str) -> str:
    if uri.startswith("upload:"):
        return uri.removeprefix("upload:")
    return origin({"source_type": "", "source_uri": uri}, lang) if uri else ""


def _line(job: Job, lang: str) -> str:
    """ "12 of 40 · 3 unchanged · 1 removed · 96 passages", with what is none left out, and what a single file's state says already."""
    p = job.progress
    found, done = int(p.get("found") or 0), int(p.get("done") or 0)
    parts = []
    if found > 1:
        parts.append(say(lang, "knowledge.doneOf", done=done, found=max(found, done)))
    parts += [
        say(lang, f"knowledge.{name}", n=int(p[name])) for name in ("unchanged", "removed") if int(p.get(name) or 0)
    ]
    if chunks := int(job.stats.get("chunks") or 0):
        parts.append(say(lang, "knowledge.onePassage" if chunks == 1 else "knowledge.nPassages", n=chunks))
    if (failed := int(job.stats.get("errors") or 0)) and (found > 1 or failed > 1):
        parts.append(say(lang, "knowledge.nFailed", n=failed))
    return " · ".join(parts)
