"""Knowledge's documents and chunks: listed, pushed, labelled, read again, put into the bin and taken out of it."""

from typing import Annotated, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from firstline.ground.errors import Conflict, NotFound
from firstline.knowledge import document_queries, job_queries, queries
from firstline.knowledge.labelling import update_document
from firstline.knowledge.pushing import Push, push_document, remove_pushed
from firstline.knowledge.refresh import refresh_document
from firstline.knowledge.store import Workshop
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs
from firstline.web.api.idempotency import IdempotentRoute
from firstline.web.api.paging import id_page
from firstline.web.api.schemas.base import Limit, Page, Search, problems
from firstline.web.api.schemas.kb import (
    ChunkOut,
    DocumentOut,
    DocumentPatch,
    DocumentWhole,
    JobOut,
    PushIn,
    PushOut,
)
from firstline.web.rooms import Rooms, rooms_of

__all__ = ["router"]

router = APIRouter(prefix="/kb", tags=["knowledge"], route_class=IdempotentRoute)
Reader = Annotated[Principal, Depends(needs("kb:read"))]
Writer = Annotated[Principal, Depends(needs("kb:write"))]
Cursor = Annotated[UUID | None, Query(description="`next_cursor` of the page before")]
Named = Annotated[str, Query(min_length=1, max_length=200)]
PAGE = {"external_id": "page-42", "title": "Drain cleaning", "html": "<h1>Drain cleaning</h1><p>From $149.</p>"}


def workshop_of(rooms: Rooms) -> Workshop:
    """What documents are made with: what `app` hung up, else the bare minimum."""
    return rooms.extras.get("workshop") or Workshop(rooms.door, rooms.embedding)


@router.get("/documents", responses=problems(), summary="Documents")
async def list_documents(
    request: Request,
    who: Reader,
    q: Search = "",
    kind: Annotated[str | None, Query(max_length=20, description="Its source_type")] = None,
    source_id: UUID | None = None,
    visibility: Literal["public", "internal"] | None = None,
    tag: Search | None = None,
    deleted: Annotated[bool, Query(description="Those in the bin instead")] = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DocumentOut]:
    """Newest first, with the number of their chunks."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        rows = await document_queries.documents_page(
            tx, q, deleted, cursor, limit + 1, kind=kind, source_id=source_id, visibility=visibility, tag=tag
        )
    return id_page(DocumentOut, rows, limit)


@router.post("/documents", status_code=201, responses=problems(409, 413, 415), summary="Push a document")
async def post_document(
    request: Request,
    response: Response,
    who: Writer,
    body: Annotated[PushIn, Body(openapi_examples={"page": {"value": PAGE}})],
) -> PushOut:
    """The same `external_id` again replaces it (200). A large one is read by a job (202)."""
    rooms = rooms_of(request)
    business = await rooms.profiles.get(who.business_id)
    workshop = workshop_of(rooms)
    async with rooms.door.transaction(who.business_id) as tx:
        held = await queries.held_document(tx, f"push:{body.external_id}", body.external_id)
    push = Push(**{**body.model_dump(), "tags": tuple(body.tags)})
    pushed = await push_document(workshop, who.business_id, push, languages=business.guardrails.languages_allowed)
    if pushed.document_id is None:
        response.status_code = 202
    elif held is not None and held.deleted_by is None:
        response.status_code = 200
    return PushOut.model_validate(pushed)


@router.delete("/documents", status_code=204, responses=problems(404), summary="Remove a pushed document")
async def delete_pushed(request: Request, who: Writer, external_id: Named) -> Response:
    """By the id it was pushed with."""
    if not await remove_pushed(rooms_of(request).door, who.business_id, external_id):
        raise _no_document()
    return Response(status_code=204)


@router.get("/documents/{document_id}", responses=problems(404), summary="One document, whole")
async def get_document(request: Request, who: Reader, document_id: UUID) -> DocumentWhole:
    """Its text as it was read, and its chunks."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        row = await document_queries.document(tx, document_id)
        if row is None:
            raise _no_document()
        chunks = await document_queries.chunks_of_document(tx, document_id)
    return DocumentWhole.model_validate({**dict(row), "chunk_list": [dict(chunk) for chunk in chunks]})


@router.patch("/documents/{document_id}", responses=problems(404, 413, 415), summary="Label a document")
async def patch_document(request: Request, who: Writer, document_id: UUID, body: DocumentPatch) -> DocumentOut:
    """Who may see it, its tags, from when on it holds: true for the very next question."""
    named = body.model_fields_set
    changes = {name: getattr(body, name) for name in ("visibility", "tags") if getattr(body, name) is not None}
    if "effective_date" in named:
        changes["effective_date"] = body.effective_date
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        if not await update_document(tx, document_id, changes):
            raise _no_document()
        row = await document_queries.document(tx, document_id)
    return DocumentOut.model_validate(dict(row))


@router.post(
    "/documents/{document_id}/refresh", status_code=202, responses=problems(404, 409), summary="Read a document again"
)
async def post_refresh(request: Request, who: Writer, document_id: UUID) -> JobOut:
    """A page from its address, a file as it was stored."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        job_id = await refresh_document(tx, document_id, created_by=who.user_id)
        if job_id is None:
            if await document_queries.document(tx, document_id) is None:
                raise _no_document()
            raise Conflict("not_refreshable", "There is nowhere to read this document from again.")
        job = await job_queries.get_job(tx, job_id)
    return JobOut.model_validate(job)


@router.get("/documents/{document_id}/file", responses=problems(404), response_class=Response, summary="Its file")
async def get_file(request: Request, who: Reader, document_id: UUID) -> Response:
    """The file as it came, always as a download: it may hold anything."""
    rooms = rooms_of(request)
    async with rooms.door.transaction(who.business_id) as tx:
        row = await document_queries.document_file(tx, document_id)
    objects = rooms.extras.get("objects")
    if row is None or objects is None:
        raise NotFound("file_not_found", "There is no file kept of this document.")
    try:
        data = await objects.get(row["object_key"])
    except FileNotFoundError:
        raise NotFound("file_not_found", "The file of this document is no longer here.") from None
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(row['name'], safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox",
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type="application/octet-stream", headers=headers)


@router.delete(
    "/documents/{document_id}", status_code=204, responses=problems(404), summary="Put a document in the bin"
)
async def delete_document(request: Request, who: Writer, document_id: UUID) -> Response:
    """No longer found by questions; can be restored."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        if not await queries.delete_document(tx, document_id):
            raise _no_document()
    return Response(status_code=204)


@router.post(
    "/documents/{document_id}/restore", status_code=204, responses=problems(404, 409), summary="Restore a document"
)
async def restore_document(request: Request, who: Writer, document_id: UUID) -> Response:
    """Out of the bin, unless a newer document has its address."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        if not await queries.restore_document(tx, document_id):
            if await document_queries.document(tx, document_id) is None:
                raise _no_document()
            raise Conflict("not_restorable", "It is not in the bin, or a newer document has its address.")
    return Response(status_code=204)


@router.get("/chunks", responses=problems(), summary="Chunks")
async def list_chunks(
    request: Request,
    who: Reader,
    q: Search = "",
    document_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ChunkOut]:
    """Of documents that are not in the bin, newest first."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        rows = await document_queries.chunks_page(tx, q, document_id, cursor, limit + 1)
    return id_page(ChunkOut, rows, limit)


@router.get("/chunks/{chunk_id}", responses=problems(404), summary="One chunk")
async def get_chunk(request: Request, who: Reader, chunk_id: UUID) -> ChunkOut:
    """By its id."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        row = await document_queries.chunk(tx, chunk_id)
    if row is None:
        raise NotFound("chunk_not_found", "There is no such chunk.")
    return ChunkOut.model_validate(dict(row))


def _no_document() -> NotFound:
    return NotFound("document_not_found", "There is no such document.")
