"""What waits for the owner's word: findings in documents, drafts out of tickets and chats, what the website says of the business."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request, Response

from firstline.ground.errors import Conflict, NotFound
from firstline.knowledge import draft_queries, drafts, finding_queries, proposal_queries
from firstline.knowledge.faq_queries import get_faq
from firstline.knowledge.faqs import publish_faq
from firstline.knowledge.findings import decide, words_of
from firstline.knowledge.proposals import accept_proposal, dismiss_proposal
from firstline.knowledge.reading_again import reindex
from firstline.knowledge.refresh import refresh_document, refresh_source
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs
from firstline.web.api.idempotency import IdempotentRoute
from firstline.web.api.kb_documents import workshop_of
from firstline.web.api.paging import id_page
from firstline.web.api.profile_now import profile_now
from firstline.web.api.schemas.base import Limit, Page, problems
from firstline.web.api.schemas.kb import FaqOut
from firstline.web.api.schemas.kb_review import (
    AcceptDraft,
    AcceptProposal,
    DraftOut,
    FindingOut,
    FindingPatch,
    ProposalOut,
)
from firstline.web.rooms import rooms_of

__all__ = ["router"]

router = APIRouter(prefix="/kb", tags=["knowledge"], route_class=IdempotentRoute)
Reader = Annotated[Principal, Depends(needs("kb:read"))]
Writer = Annotated[Principal, Depends(needs("kb:write"))]
Owner = Annotated[Principal, Depends(needs("business:write"))]
Cursor = Annotated[UUID | None, Query(description="`next_cursor` of the page before")]
Kind = Literal["personal_data", "secret", "injection", "contradiction"]


@router.get("/findings", responses=problems(), summary="What was found in documents")
async def list_findings(
    request: Request,
    who: Reader,
    kind: Kind | None = None,
    state: Literal["open", "allowed", "dismissed"] = "open",
    document_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[FindingOut]:
    """Newest first."""
    rooms = rooms_of(request)
    language = (await rooms.profiles.get(who.business_id)).language
    async with rooms.door.transaction(who.business_id) as tx:
        rows = await finding_queries.findings_page(
            tx, kind=kind, state=state, document_id=document_id, after=cursor, most=limit + 1
        )
    return id_page(FindingOut, [_finding(row, language) for row in rows], limit)


@router.patch("/findings/{finding_id}", responses=problems(404, 413, 415), summary="Decide a finding")
async def patch_finding(request: Request, who: Writer, finding_id: UUID, body: FindingPatch) -> FindingOut:
    """What is allowed comes back with the next reading of its document, which begins at once."""
    rooms = rooms_of(request)
    language = (await rooms.profiles.get(who.business_id)).language
    async with rooms.door.transaction(who.business_id) as tx:
        decided = await decide(tx, finding_id, body.state, who.user_id)
        if decided is None:
            raise NotFound("finding_not_found", "There is no such finding.")
        if decided.read_again is not None:
            await _read_again(tx, decided.read_again, decided.source_id, who.user_id)
        row = await finding_queries.finding(tx, finding_id)
    return FindingOut.model_validate(_finding(row, language))


async def _read_again(tx: Any, document_id: UUID, source_id: UUID | None, by: UUID | None) -> None:
    """From where it came: its address or file, else its source, else as it is stored."""
    if await refresh_document(tx, document_id, created_by=by) is None:
        if source_id is not None:
            await refresh_source(tx, source_id, created_by=by)
        else:
            await reindex(tx, [document_id], created_by=by)


def _finding(row: Any, language: str) -> dict[str, Any]:
    return {**dict(row), "sentence": words_of(row["detail"], row["action"], language)}


@router.get("/drafts", responses=problems(), summary="Questions and answers out of tickets and chats")
async def list_drafts(
    request: Request,
    who: Reader,
    state: Literal["pending", "accepted", "dismissed", "duplicate"] = "pending",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DraftOut]:
    """Newest first."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        rows = await draft_queries.drafts_page(tx, state, cursor, limit + 1)
    return id_page(DraftOut, rows, limit)


@router.post("/drafts/{draft_id}/acceptance", responses=problems(404, 409, 413, 415), summary="Accept a draft")
async def accept_draft(
    request: Request, who: Writer, draft_id: UUID, body: Annotated[AcceptDraft | None, Body()] = None
) -> FaqOut:
    """It is a question with its answer from now on."""
    rooms = rooms_of(request)
    business = await rooms.profiles.get(who.business_id)
    words = body or AcceptDraft()
    made = await drafts.accept(
        workshop_of(rooms), who.business_id, draft_id, question=words.question, answer=words.answer, by=who.user_id,
        languages=business.guardrails.languages_allowed,
    )  # fmt: skip
    async with rooms.door.transaction(who.business_id) as tx:
        row = await get_faq(tx, made)
    if row is None:
        raise Conflict("faq_removed", "The answer of this draft was removed since.")
    return FaqOut.model_validate(dict(row))


@router.post("/drafts/{draft_id}/dismissal", status_code=204, responses=problems(404), summary="Dismiss a draft")
async def dismiss_draft(request: Request, who: Writer, draft_id: UUID) -> Response:
    """It is not asked about again."""
    if not await drafts.dismiss(rooms_of(request).door, who.business_id, draft_id, by=who.user_id):
        raise NotFound("draft_not_found", "There is no such draft that waits.")
    return Response(status_code=204)


@router.delete("/drafts/{draft_id}/dismissal", status_code=204, responses=problems(404), summary="Take it back")
async def restore_draft(request: Request, who: Writer, draft_id: UUID) -> Response:
    """A dismissed draft waits again."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        if not await draft_queries.reopen_draft(tx, draft_id):
            raise NotFound("draft_not_found", "There is no such dismissed draft.")
    return Response(status_code=204)


@router.get("/proposals", responses=problems(), summary="What websites say of the business")
async def list_proposals(
    request: Request,
    who: Reader,
    state: Literal["pending", "accepted", "dismissed"] | None = None,
    job_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[ProposalOut]:
    """Newest first."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        rows = await proposal_queries.proposals_page(tx, state, cursor, limit + 1, job_id=job_id)
    return id_page(ProposalOut, rows, limit)


@router.get("/proposals/{proposal_id}", responses=problems(404), summary="One proposal")
async def get_proposal(request: Request, who: Reader, proposal_id: UUID) -> ProposalOut:
    """By its id."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        row = await proposal_queries.proposal(tx, proposal_id)
    if row is None:
        raise NotFound("proposal_not_found", "There is no such proposal.")
    return ProposalOut.model_validate(dict(row))


@router.post(
    "/proposals/{proposal_id}/acceptance",
    responses=problems(404, 409, 413, 415),
    summary="Take over what a website says",
)
async def post_acceptance(request: Request, who: Owner, proposal_id: UUID, body: AcceptProposal) -> ProposalOut:
    """The named fields into the profile, the named questions into the knowledge base. What is not named is left."""
    rooms = rooms_of(request)
    business = await rooms.profiles.get(who.business_id)
    async with rooms.door.transaction(who.business_id) as tx:
        faqs = await accept_proposal(
            tx, rooms.live, who, business, proposal_id, fields=body.fields, services=body.services, faqs=body.faqs
        )
        tx.after_commit(lambda: rooms.profiles.drop(who.business_id))
    await profile_now(rooms, who.business_id)
    for faq in faqs:
        await publish_faq(workshop_of(rooms), who.business_id, faq, languages=business.guardrails.languages_allowed)
    return await get_proposal(request, who, proposal_id)


@router.post("/proposals/{proposal_id}/dismissal", status_code=204, responses=problems(404), summary="Dismiss it")
async def post_dismissal(request: Request, who: Owner, proposal_id: UUID) -> Response:
    """Nothing of it is taken over."""
    await _dismiss(request, who, proposal_id, undo=False)
    return Response(status_code=204)


@router.delete("/proposals/{proposal_id}/dismissal", status_code=204, responses=problems(404), summary="Take it back")
async def delete_dismissal(request: Request, who: Owner, proposal_id: UUID) -> Response:
    """It waits again."""
    await _dismiss(request, who, proposal_id, undo=True)
    return Response(status_code=204)


async def _dismiss(request: Request, who: Principal, proposal_id: UUID, *, undo: bool) -> None:
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        if not await dismiss_proposal(tx, proposal_id, who.user_id, undo=undo):
            raise NotFound("proposal_not_found", "There is no such proposal that waits.")
