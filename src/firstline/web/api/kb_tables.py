"""Questions and canned replies as tables: CSV out and in, with a dry run; and the canned replies themselves."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from firstline.ground.errors import FieldError, Invalid, NotFound, UnsupportedMedia
from firstline.knowledge.canned import (
    Canned,
    CannedReply,
    delete_canned,
    get_canned,
    list_canned,
    restore_canned,
    save_canned,
)
from firstline.knowledge.canned_csv import export_canned, import_canned
from firstline.knowledge.faq_csv import Imported, export_faqs, import_faqs
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs
from firstline.web.api.idempotency import IdempotentRoute
from firstline.web.api.kb_documents import workshop_of
from firstline.web.api.schemas.base import Limit, Page, Search, problems
from firstline.web.api.schemas.kb_review import CannedIn, CannedOut, CannedPatch, FaultOut, ImportOut
from firstline.web.rooms import rooms_of

__all__ = ["router"]

router = APIRouter(tags=["knowledge"], route_class=IdempotentRoute)
Reader = Annotated[Principal, Depends(needs("kb:read"))]
Writer = Annotated[Principal, Depends(needs("kb:write"))]
DryRun = Annotated[bool, Query(description="Only say what would happen")]
OnlyGood = Annotated[bool, Query(description="Write the good rows although others are bad")]
Bom = Annotated[bool, Query(description="With a byte order mark, for Excel")]
BODY = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}, "multipart/form-data": {
    "schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}}}}}}}  # fmt: skip
MOST_BYTES = 5_000_000


@router.get("/kb/faqs/export", responses=problems(), response_class=Response, summary="FAQ rows as CSV")
async def get_faqs_csv(request: Request, who: Reader, bom: Bom = True) -> Response:
    """All of them; cells that a spreadsheet would run as a formula are defused."""
    return _csv(await export_faqs(rooms_of(request).door, who.business_id, bom=bom), "faqs.csv")


@router.post("/kb/faqs/import", responses=problems(413, 415), openapi_extra=BODY, summary="FAQ rows from CSV")
async def post_faqs_csv(
    request: Request, who: Writer, dry_run: DryRun = False, only_good: OnlyGood = False
) -> ImportOut:
    """The same question again replaces its answer. With a bad row nothing is written, unless `only_good`."""
    return await _import(request, who, import_faqs, dry_run=dry_run, only_good=only_good)


@router.get("/canned-replies", responses=problems(), summary="Canned replies")
async def list_replies(
    request: Request,
    who: Reader,
    q: Search = "",
    cursor: Annotated[str | None, Query(max_length=90)] = None,
    limit: Limit = 50,
) -> Page[CannedOut]:
    """By their shortcut."""
    found = await list_canned(rooms_of(request).door, who.business_id, q=q, after=_after(cursor), most=limit + 1)
    shown = [_shown(canned) for canned in found[:limit]]
    last = f"{shown[-1].shortcut}~{shown[-1].id}" if len(found) > limit else None
    return Page(items=shown, next_cursor=last)


@router.get("/canned-replies/export", responses=problems(), response_class=Response, summary="Canned replies as CSV")
async def get_replies_csv(request: Request, who: Reader, bom: Bom = True) -> Response:
    """All of them."""
    return _csv(await export_canned(rooms_of(request).door, who.business_id, bom=bom), "canned-replies.csv")


@router.post("/canned-replies/import", responses=problems(413, 415), openapi_extra=BODY, summary="Replies from CSV")
async def post_replies_csv(
    request: Request, who: Writer, dry_run: DryRun = False, only_good: OnlyGood = False
) -> ImportOut:
    """The same shortcut in the same language again replaces its reply."""
    return await _import(request, who, import_canned, dry_run=dry_run, only_good=only_good)


@router.post("/canned-replies", status_code=201, responses=problems(409, 413, 415), summary="Add a canned reply")
async def post_reply(request: Request, who: Writer, body: CannedIn) -> CannedOut:
    """Variables: {{customer_name}}, {{business_name}}, {{agent_name}}."""
    return await _save(request, who, CannedReply(**{**body.model_dump(), "tags": tuple(body.tags)}))


@router.get("/canned-replies/{canned_id}", responses=problems(404), summary="One canned reply")
async def get_reply(request: Request, who: Reader, canned_id: UUID) -> CannedOut:
    """By its id."""
    return _shown(await _held(request, who, canned_id))


@router.patch("/canned-replies/{canned_id}", responses=problems(404, 409, 413, 415), summary="Change a canned reply")
async def patch_reply(request: Request, who: Writer, canned_id: UUID, body: CannedPatch) -> CannedOut:
    """What is not named stays."""
    held = await _held(request, who, canned_id)
    changes: dict[str, Any] = body.model_dump(exclude_none=True)
    if "tags" in changes:
        changes["tags"] = tuple(changes["tags"])
    return await _save(request, who, replace(held.reply, **changes), canned_id)


@router.delete("/canned-replies/{canned_id}", status_code=204, responses=problems(404), summary="Remove it")
async def delete_reply(request: Request, who: Writer, canned_id: UUID) -> Response:
    """The assistant does not say it any more either."""
    if not await delete_canned(rooms_of(request).door, who.business_id, canned_id):
        raise _no_reply()
    return Response(status_code=204)


@router.post("/canned-replies/{canned_id}/restore", responses=problems(404, 409), summary="Take the removal back")
async def post_restore(request: Request, who: Writer, canned_id: UUID) -> CannedOut:
    """As it was."""
    rooms = rooms_of(request)
    languages = (await rooms.profiles.get(who.business_id)).guardrails.languages_allowed
    restored = await restore_canned(workshop_of(rooms), who.business_id, canned_id, languages=languages)
    if restored is None:
        raise _no_reply()
    return _shown(restored)


async def _save(request: Request, who: Principal, reply: CannedReply, canned_id: UUID | None = None) -> CannedOut:
    rooms = rooms_of(request)
    languages = (await rooms.profiles.get(who.business_id)).guardrails.languages_allowed
    reply = replace(reply, shortcut=reply.shortcut.strip().lstrip("/").lower())
    saved = await save_canned(workshop_of(rooms), who.business_id, reply, canned_id=canned_id, languages=languages)
    return _shown(saved)


async def _held(request: Request, who: Principal, canned_id: UUID) -> Canned:
    held = await get_canned(rooms_of(request).door, who.business_id, canned_id)
    if held is None:
        raise _no_reply()
    return held


def _no_reply() -> NotFound:
    return NotFound("canned_not_found", "There is no such reply.")


def _shown(canned: Canned) -> CannedOut:
    reply = canned.reply
    return CannedOut(
        id=canned.id, shortcut=reply.shortcut, title=reply.title, text=reply.text, language=reply.language,
        tags=list(reply.tags), answers=reply.answers, created_at=canned.created_at, updated_at=canned.updated_at,
    )  # fmt: skip


def _after(cursor: str | None) -> tuple[str, UUID] | None:
    if cursor is None:
        return None
    shortcut, _, canned_id = cursor.rpartition("~")
    try:
        return shortcut, UUID(canned_id)
    except ValueError:
        raise Invalid("cursor_invalid", "This is no cursor of this list.") from None


async def _table(request: Request) -> bytes:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        async with request.form(max_files=1, max_fields=5) as form:
            file = form.get("file")
            if file is None or isinstance(file, str):
                raise Invalid("invalid_request", "Send one file.", [FieldError("file", "is needed")])
            data = await file.read()
    elif kind in {"text/csv", "text/plain", "application/vnd.ms-excel"}:
        data = await request.body()
    else:
        raise UnsupportedMedia("unsupported_media_type", "Send text/csv or multipart/form-data.")
    if len(data) > MOST_BYTES:
        raise Invalid("too_large", "A table may have 5 MB.", [FieldError("file", "A table may have 5 MB.")])
    return data


def _csv(data: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(data, media_type="text/csv; charset=utf-8", headers=headers)


async def _import(
    request: Request, who: Principal, run: Callable[..., Awaitable[Imported]], *, dry_run: bool, only_good: bool
) -> ImportOut:
    rooms = rooms_of(request)
    business = await rooms.profiles.get(who.business_id)
    done = await run(
        workshop_of(rooms), who.business_id, await _table(request), dry_run=dry_run, good_rows_only=only_good,
        languages=business.guardrails.languages_allowed,
    )  # fmt: skip
    return _told(done)


def _told(done: Imported) -> ImportOut:
    return ImportOut(
        new=done.new, changed=done.changed, same=done.same, bad=done.bad, repeated=done.repeated, applied=done.applied,
        errors=[FaultOut.model_validate(fault) for fault in done.faults],
    )  # fmt: skip
