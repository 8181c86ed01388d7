"""Knowledge's sources: websites, Drive folders, closed tickets and chats; read now, by a schedule, or not at all."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

import asyncpg
from fastapi import APIRouter, Body, Depends, Query, Request, Response

from firstline.ground.errors import Conflict, FieldError, Invalid, NotFound
from firstline.ground.sealing import Sealer
from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.knowledge import job_queries, refresh, source_queries
from firstline.knowledge.crawl.plan import BadPlan, CrawlPlan
from firstline.knowledge.model import Job
from firstline.knowledge.source_return import restore_source
from firstline.knowledge.sources.drive.files import folder_id
from firstline.knowledge.sources.port import SourceFailed
from firstline.tenancy.principal import Principal
from firstline.tenancy.queries import add_audit
from firstline.web.api.auth import needs
from firstline.web.api.idempotency import IdempotentRoute
from firstline.web.api.schemas.base import Limit, Page, problems
from firstline.web.api.schemas.kb import JobOut
from firstline.web.api.schemas.kb_sources import SourceIn, SourceOut, SourcePatch
from firstline.web.rooms import Rooms, rooms_of

__all__ = ["router"]

router = APIRouter(prefix="/kb/sources", tags=["knowledge"], route_class=IdempotentRoute)
Reader = Annotated[Principal, Depends(needs("kb:read"))]
Writer = Annotated[Principal, Depends(needs("kb:write"))]
SITE = {"kind": "url", "uri": "https://acme-plumbing.example", "config": {"mode": "crawl"}, "refresh_every": 86400}


@router.get("", responses=problems(), summary="Sources")
async def list_sources(
    request: Request,
    who: Reader,
    cursor: Annotated[UUID | None, Query(description="`next_cursor` of the page before")] = None,
    limit: Limit = 50,
) -> Page[SourceOut]:
    """Newest first, each with its latest reading."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        rows = await source_queries.sources_page(tx, cursor, limit + 1)
        shown = [await _shown(tx, row) for row in rows[:limit]]
    return Page(items=shown, next_cursor=str(shown[-1].id) if len(rows) > limit else None)


@router.post("", status_code=201, responses=problems(409, 413, 415), summary="Add a source")
async def post_source(
    request: Request, who: Writer, body: Annotated[SourceIn, Body(openapi_examples={"website": {"value": SITE}})]
) -> SourceOut:
    """Read at once unless `read_now` is false."""
    rooms = rooms_of(request)
    own = rooms.settings.web.own_site
    uri = _checked(body.kind, body.uri.strip(), body.config.model_dump(exclude_none=True), body.credentials, own)
    values = {
        "title": body.title.strip(),
        "config": _kept(body.kind, body.config.model_dump(exclude_none=True)),
        "refresh_every": timedelta(seconds=body.refresh_every) if body.refresh_every else None,
        "visibility": body.visibility,
        "tags": body.tags,
        "secret": body.credentials,
    }
    try:
        async with rooms.door.transaction(who.business_id) as tx:
            made = await refresh.add_source(
                tx, body.kind, uri, values, sealer=_sealer(rooms), created_by=who.user_id, read_now=body.read_now
            )
            await add_audit(
                tx, new_id(), who.kind, who.actor_id, "source.added", str(made), {"kind": body.kind, "uri": uri}
            )
            return await _one(tx, made)
    except asyncpg.UniqueViolationError:
        raise Conflict("source_exists", "This is a source already: read it again, or change it.") from None


@router.get("/{source_id}", responses=problems(404), summary="One source")
async def get_source(request: Request, who: Reader, source_id: UUID) -> SourceOut:
    """By its id."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        return await _one(tx, source_id)


@router.patch("/{source_id}", responses=problems(404, 413, 415), summary="Change a source")
async def patch_source(request: Request, who: Writer, source_id: UUID, body: SourcePatch) -> SourceOut:
    """`refresh_every: null` ends the schedule. Documents take a new visibility or new tags with the next reading."""
    rooms, named = rooms_of(request), body.model_fields_set
    plain = body.model_dump(include={"title", "visibility", "tags", "state"}, exclude_none=True)
    values: dict[str, Any] = {name: value for name, value in plain.items() if name in named}
    if "refresh_every" in named:
        values["refresh_every"] = timedelta(seconds=body.refresh_every) if body.refresh_every else None
    async with rooms.door.transaction(who.business_id) as tx:
        row = await source_queries.source_row(tx, source_id, lock=True)
        if row is None:
            raise _no_source()
        if body.config is not None:
            config = body.config.model_dump(exclude_none=True)
            _checked(row["kind"], row["uri"], config, {}, rooms.settings.web.own_site)
            values["config"] = _kept(row["kind"], config)
        if body.credentials is not None:
            values["secret"] = body.credentials
        await refresh.change_source(tx, source_id, values, sealer=_sealer(rooms))
        told = sorted(set(values) - {"secret"} | ({"credentials"} if body.credentials is not None else set()))
        await add_audit(tx, new_id(), who.kind, who.actor_id, "source.changed", str(source_id), {"fields": told})
        return await _one(tx, source_id)


@router.delete("/{source_id}", status_code=204, responses=problems(404), summary="Remove a source")
async def delete_source(
    request: Request,
    who: Writer,
    source_id: UUID,
    keep_documents: Annotated[bool, Query(description="What it brought stays, and is read no more")] = False,
) -> Response:
    """Its documents go into the bin, unless they are to stay."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        if not await refresh.remove_source(tx, source_id, keep_documents=keep_documents):
            raise _no_source()
        await add_audit(
            tx, new_id(), who.kind, who.actor_id, "source.removed", str(source_id), {"kept": keep_documents}
        )
    return Response(status_code=204)


@router.post("/{source_id}/restore", responses=problems(404, 409), summary="Take the removal back")
async def post_restore(request: Request, who: Writer, source_id: UUID) -> SourceOut:
    """With the documents that went with it. A Drive folder comes back paused: its key has to be given again."""
    try:
        async with rooms_of(request).door.transaction(who.business_id) as tx:
            if not await restore_source(tx, source_id):
                raise _no_source()
            await add_audit(tx, new_id(), who.kind, who.actor_id, "source.restored", str(source_id), {})
            return await _one(tx, source_id)
    except asyncpg.UniqueViolationError:
        raise Conflict("source_exists", "Its address is another source's by now.") from None


@router.post("/{source_id}/refresh", status_code=202, responses=problems(404), summary="Read a source again")
async def refresh_source(request: Request, who: Writer, source_id: UUID) -> JobOut:
    """Its job; the one that is under way, if there is one."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        job_id = await refresh.refresh_source(tx, source_id, created_by=who.user_id)
        job = await job_queries.get_job(tx, job_id) if job_id else None
    if job is None:
        raise _no_source()
    return JobOut.model_validate(job)


def _no_source() -> NotFound:
    return NotFound("source_not_found", "There is no such source.")


def _sealer(rooms: Rooms) -> Sealer | None:
    workshop = rooms.extras.get("workshop")
    return workshop.sealer if workshop else None


def _checked(kind: str, uri: str, config: dict[str, Any], credentials: dict[str, Any] | None, own: str) -> str:
    """The source's name. Raises Invalid naming the field."""
    if kind == "crm":
        return "crm"
    if not uri:
        raise Invalid("invalid_request", "Name its address.", [FieldError("uri", "is needed")])
    if kind == "url":
        try:
            return CrawlPlan.read({**config, "urls": [uri]}, own=own).urls[0]
        except BadPlan as why:
            field = "uri" if why.field == "urls" else f"config.{why.field}"
            raise Invalid("invalid_request", f"{field}: {why.sentence}", [FieldError(field, why.sentence)]) from None
    if credentials is None:
        sentence = "A Google Drive folder needs a service account's key or a refresh token."
        raise Invalid("invalid_request", sentence, [FieldError("credentials", sentence)])
    try:
        return folder_id(uri)
    except SourceFailed as why:
        raise Invalid("invalid_request", why.sentence, [FieldError("uri", why.sentence)]) from None


def _kept(kind: str, config: dict[str, Any]) -> dict[str, Any]:
    """A website is read whole unless something else is asked for."""
    return {"mode": "crawl", **config} if kind == "url" else config


async def _one(tx: Tx, source_id: UUID) -> SourceOut:
    row = await source_queries.source_shown(tx, source_id)
    if row is None:
        raise _no_source()
    return await _shown(tx, row)


async def _shown(tx: Tx, row: Any) -> SourceOut:
    job: Job | None = await job_queries.get_job(tx, row["last_job_id"]) if row["last_job_id"] else None
    every = row["refresh_every"]
    return SourceOut.model_validate(
        {
            **dict(row),
            "refresh_every": int(every.total_seconds()) if every else None,
            "last_job": job,
            "has_credentials": row["secret"] is not None,
        }
    )
