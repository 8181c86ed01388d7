"""Who has a conversation: takeover, hand back, assignment, closure; and the brief for whoever comes (spec §6.3, §6.5)."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Request

from firstline.chat.queries import stop_turns
from firstline.conversations.model import Conversation
from firstline.escalation.texts import notice
from firstline.handoff.assigning import assign
from firstline.handoff.gathering import brief_of, gather
from firstline.handoff.takeover import Agent, end_conversation, hand_back, take_over
from firstline.kit.clock import now
from firstline.tenancy.model import Business
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs, person_of
from firstline.web.api.conversations import shown
from firstline.web.api.idempotency import IdempotentRoute
from firstline.web.api.schemas.base import problems
from firstline.web.api.schemas.conversations import AssignmentIn, ClosureIn, ConversationRow, TakeoverIn
from firstline.web.api.schemas.handoffs import HandoffContext
from firstline.web.rooms import Rooms, rooms_of

__all__ = ["router"]

router = APIRouter(tags=["handoff"], route_class=IdempotentRoute)
Reader = Annotated[Principal, Depends(needs("conversations:read"))]
Writer = Annotated[Principal, Depends(needs("conversations:write"))]
CLOSED = {"outcome": "resolved_by_human", "summary": "Appointment on Thursday at 9."}


def _line(business: Business, kind: str, agent: Agent | None = None) -> Callable[[Conversation], str]:
    """What the customer is told, in the conversation's language."""
    name = agent.first_name if agent else ""
    return lambda c: notice(business, kind, language=c.language or business.language, agent=name)


async def _agent(rooms: Rooms, who: Principal, agent_id: UUID | None) -> Agent:
    async with rooms.door.transaction(who.business_id) as tx:
        person = await person_of(tx, who, agent_id)
    return Agent(person.id, person.name)


async def _row(rooms: Rooms, who: Principal, conversation_id: UUID) -> ConversationRow:
    async with rooms.door.transaction(who.business_id) as tx:
        return await shown(tx, conversation_id)


@router.post("/conversations/{conversation_id}/takeover", responses=problems(404, 409), summary="Take over")
async def post_takeover(
    request: Request,
    who: Writer,
    conversation_id: UUID,
    body: Annotated[TakeoverIn | None, Body(openapi_examples={"me": {"value": {}}})] = None,
) -> ConversationRow:
    """The assistant falls silent, also in the middle of a sentence; the customer is told who joined. Twice is once."""
    rooms = rooms_of(request)
    business = await rooms.profiles.get(who.business_id)
    agent = await _agent(rooms, who, body.agent_id if body else None)
    line = _line(business, "joined", agent)
    await take_over(
        rooms.door, rooms.live, who.business_id, conversation_id, agent, joined_line=line, stop_turns=stop_turns
    )
    return await _row(rooms, who, conversation_id)


@router.delete("/conversations/{conversation_id}/takeover", responses=problems(404), summary="Hand back")
async def delete_takeover(request: Request, who: Writer, conversation_id: UUID) -> ConversationRow:
    """The assistant answers again."""
    rooms = rooms_of(request)
    business = await rooms.profiles.get(who.business_id)
    await hand_back(rooms.door, rooms.live, who.business_id, conversation_id, line=_line(business, "handed_back"))
    return await _row(rooms, who, conversation_id)


@router.post("/conversations/{conversation_id}/closure", responses=problems(404, 409), summary="Close")
async def post_closure(
    request: Request,
    who: Writer,
    conversation_id: UUID,
    body: Annotated[ClosureIn | None, Body(openapi_examples={"done": {"value": CLOSED}})] = None,
) -> ConversationRow:
    """With its outcome; closing a closed one changes nothing."""
    rooms = rooms_of(request)
    business = await rooms.profiles.get(who.business_id)
    asked = body or ClosureIn()
    await end_conversation(
        rooms.door,
        rooms.live,
        who.business_id,
        conversation_id,
        now=now(),
        outcome=asked.outcome,
        summary=asked.summary,
        by="agent",
        stop_turns=stop_turns,
        line=_line(business, "closed"),
    )
    return await _row(rooms, who, conversation_id)


@router.put("/conversations/{conversation_id}/assignment", responses=problems(404, 409), summary="Assign")
async def put_assignment(request: Request, who: Writer, conversation_id: UUID, body: AssignmentIn) -> ConversationRow:
    """To a colleague, whoever has it now; null hands it back to the assistant."""
    rooms = rooms_of(request)
    if body.agent_id is None:
        return await delete_takeover(request, who, conversation_id)
    business = await rooms.profiles.get(who.business_id)
    async with rooms.door.transaction(who.business_id) as tx:
        person = await person_of(tx, _as_key(who), body.agent_id)
    agent = Agent(person.id, person.name)
    line = _line(business, "joined", agent)
    await assign(
        rooms.door, rooms.live, who.business_id, conversation_id, agent, joined_line=line, stop_turns=stop_turns
    )
    return await _row(rooms, who, conversation_id)


def _as_key(who: Principal) -> Principal:
    """Assigning names any colleague, not only oneself."""
    return Principal(who.business_id, "api_key", who.name, who.role)


@router.get("/handoffs/{conversation_id}", responses=problems(404), summary="The brief for whoever takes it")
async def get_handoff(request: Request, who: Reader, conversation_id: UUID) -> HandoffContext:
    """Spec §6.5 `HandoffContext`, computed from the conversation as it stands now."""
    rooms = rooms_of(request)
    business = await rooms.profiles.get(who.business_id)
    async with rooms.door.transaction(who.business_id) as tx:
        gathered = await gather(tx, business, conversation_id)
    return HandoffContext.model_validate(brief_of(gathered, now()))
