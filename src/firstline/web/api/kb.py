"""Knowledge: FAQ rows, and the search that shows what the assistant would see. Its other parts stand in kb_*.py."""

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from firstline.ground.errors import Conflict, FieldError, NotFound
from firstline.knowledge import document_queries, queries
from firstline.knowledge.faq_queries import asked_already, twin_of
from firstline.knowledge.faqs import publish_faq, retire_faq
from firstline.knowledge.model import Faq
from firstline.knowledge.models import held_models
from firstline.knowledge.query import search_text
from firstline.knowledge.reading_again import reindex
from firstline.knowledge.retrieve import Asked
from firstline.knowledge.store import Workshop
from firstline.knowledge.tongue import language_of
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs
from firstline.web.api.idempotency import IdempotentRoute
from firstline.web.api.paging import id_page
from firstline.web.api.schemas.base import Limit, Page, Search, problems
from firstline.web.api.schemas.kb import (
    FaqIn,
    FaqOut,
    FaqPatch,
    JobOut,
    SearchIn,
    SearchItem,
    SearchOut,
)
from firstline.web.api.schemas.kb_review import ModelOut
from firstline.web.rooms import Rooms, rooms_of

__all__ = ["router"]

router = APIRouter(prefix="/kb", tags=["knowledge"], route_class=IdempotentRoute)
Reader = Annotated[Principal, Depends(needs("kb:read"))]
Writer = Annotated[Principal, Depends(needs("kb:write"))]
Cursor = Annotated[UUID | None, Query(description="`next_cursor` of the page before")]
FAQ = {
    "question": "Do you charge extra on weekends?",
    "answer": "No, Saturday mornings cost the same.",
    "tags": ["pricing"],
}


@router.get("/faqs", responses=problems(), summary="FAQ rows")
async def list_faqs(
    request: Request, who: Reader, q: Search = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[FaqOut]:
    """Newest first."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        rows = await document_queries.faqs_page(tx, q, cursor, limit + 1)
    return id_page(FaqOut, rows, limit)


@router.post("/faqs", status_code=201, responses=problems(409, 413, 415), summary="Add an FAQ row")
async def post_faq(
    request: Request, who: Writer, body: Annotated[FaqIn, Body(openapi_examples={"faq": {"value": FAQ}})]
) -> FaqOut:
    """Found by the next question. The same question again replaces its answer; what is not named stays as it was."""
    rooms = rooms_of(request)
    row = body.model_dump()
    async with rooms.door.transaction(who.business_id) as tx:
        before = await asked_already(tx, body.question.strip(), body.language)
    row |= {name: before[name] for name in ("visibility", "tags") if before and name not in body.model_fields_set}
    made = await _publish(rooms, who.business_id, row)
    return await _faq(rooms, who.business_id, made)


@router.get("/faqs/{faq_id}", responses=problems(404), summary="One FAQ row")
async def get_faq(request: Request, who: Reader, faq_id: UUID) -> FaqOut:
    """By its id."""
    return await _faq(rooms_of(request), who.business_id, faq_id)


@router.patch("/faqs/{faq_id}", responses=problems(404, 409, 413, 415), summary="Change an FAQ row")
async def patch_faq(request: Request, who: Writer, faq_id: UUID, body: FaqPatch) -> FaqOut:
    """What is not named stays."""
    rooms = rooms_of(request)
    present = (await _faq(rooms, who.business_id, faq_id)).model_dump(
        include={"question", "answer", "language", "tags", "visibility"}
    )
    wanted = {**present, **body.model_dump(exclude_none=True)}
    async with rooms.door.transaction(who.business_id) as tx:
        if await twin_of(tx, wanted["question"].strip(), wanted["language"], faq_id) is not None:
            told = "Another row has this question: change that one, or word this one differently."
            raise Conflict("question_exists", told, [FieldError("question", told)])
    await _publish(rooms, who.business_id, wanted, faq_id)
    return await _faq(rooms, who.business_id, faq_id)


@router.delete("/faqs/{faq_id}", status_code=204, responses=problems(404), summary="Remove an FAQ row")
async def delete_faq(request: Request, who: Writer, faq_id: UUID) -> Response:
    """Its chunk is not found any more."""
    if not await retire_faq(rooms_of(request).door, who.business_id, faq_id):
        raise _no_faq()
    return Response(status_code=204)


@router.post("/reindex", status_code=202, responses=problems(), summary="Make all chunks and vectors anew")
async def post_reindex(request: Request, who: Writer) -> JobOut:
    """Each document is replaced in one step: questions find all of it meanwhile."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        job = await queries.get_job(tx, await reindex(tx, created_by=who.user_id))
    return JobOut.model_validate(job)


@router.get("/model", responses=problems(), summary="The embedding model in use")
async def get_model(request: Request, who: Reader) -> ModelOut:
    """And how far a change to another one is."""
    rooms = rooms_of(request)
    async with rooms.door.transaction(who.business_id) as tx:
        return ModelOut.model_validate(await held_models(tx, rooms.embedding.embedder.name))


def _no_faq() -> NotFound:
    return NotFound("faq_not_found", "There is no such FAQ.")


async def _publish(rooms: Rooms, business_id: UUID, row: dict[str, Any], faq_id: UUID | None = None) -> UUID:
    business = await rooms.profiles.get(business_id)
    faq = Faq(row["question"].strip(), row["answer"].strip(), row["language"], tuple(row["tags"]))
    made = await publish_faq(
        rooms.extras.get("workshop") or Workshop(rooms.door, rooms.embedding),
        business_id,
        faq,
        visibility=row["visibility"],
        faq_id=faq_id,
        languages=business.guardrails.languages_allowed,
    )
    if made is None:
        raise _no_faq()
    return made


async def _faq(rooms: Rooms, business_id: UUID, faq_id: UUID) -> FaqOut:
    async with rooms.door.transaction(business_id) as tx:
        row = await queries.get_faq(tx, faq_id)
    if row is None:
        raise _no_faq()
    return FaqOut.model_validate(row)


@router.post("/search", responses=problems(413, 415), summary="What the assistant would see")
async def search(
    request: Request,
    who: Reader,
    body: Annotated[
        SearchIn, Body(openapi_examples={"question": {"value": {"query": "do you replace water heaters"}}})
    ],
) -> SearchOut:
    """The passages of a question with their scores, those under the floor marked (`cut`).

    With `explain` also what else was looked at: duplicates of better ones, and what lies beyond `limit`.
    """
    rooms = rooms_of(request)
    business = await rooms.profiles.get(who.business_id)
    language = body.language or language_of(body.query, business.guardrails.languages_allowed, business.language)
    asked = Asked(search_text(body.query, (), language), language, body.limit, body.visibility, body.tags, body.on)
    looked = await rooms.knowledge.looked_at(who.business_id, asked)
    shown: list[SearchItem] = []
    for one in looked:
        if (
            one.cut is None
            or (body.explain and one.cut != "filter")
            or (one.cut == "floor" and len(shown) < body.limit)
        ):
            shown.append(SearchItem.model_validate(asdict(one.passage) | {"cut": one.cut}))
    return SearchOut(items=shown)
