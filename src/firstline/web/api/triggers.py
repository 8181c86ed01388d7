"""Escalation triggers (spec §2.5): list, add, read, change, remove; expressions are checked before they are kept."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Request, Response

from firstline.escalation.rules import check_expression
from firstline.ground.errors import NotFound
from firstline.tenancy import queries
from firstline.tenancy.editing import add_trigger, edit_trigger, remove_trigger
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs
from firstline.web.api.idempotency import IdempotentRoute
from firstline.web.api.schemas.base import Page, problems
from firstline.web.api.schemas.rules import TriggerIn, TriggerOut, TriggerPatch
from firstline.web.rooms import Rooms, rooms_of

__all__ = ["router"]

router = APIRouter(prefix="/escalation-triggers", tags=["escalation"], route_class=IdempotentRoute)
Reader = Annotated[Principal, Depends(needs("triggers:read"))]
Writer = Annotated[Principal, Depends(needs("triggers:write"))]
EXAMPLE = {
    "code": "custom",
    "description": "Three questions and no booking yet",
    "condition": {"type": "rule", "expression": "turn_count > 3 && intent.name == 'book_service'"},
    "action": {"type": "offer_escalation", "notify_channel": "in_app"},
}


def check_rule(text: str) -> list[str]:
    """What is wrong with an expression, each with its place."""
    return [f"line {e.line}, column {e.column}: {e.message}" for e in check_expression(text)]


def _shown(row: Any, business_id: UUID) -> TriggerOut:
    return TriggerOut(business_id=business_id, **dict(row))


async def _one(rooms: Rooms, business_id: UUID, trigger_id: UUID) -> TriggerOut:
    async with rooms.door.transaction(business_id) as tx:
        row = await queries.trigger(tx, trigger_id)
    if row is None:
        raise NotFound("trigger_not_found", "There is no such trigger.")
    return _shown(row, business_id)


@router.get("", responses=problems(), summary="All triggers")
async def list_triggers(request: Request, who: Reader) -> Page[TriggerOut]:
    """Oldest first, those switched off too."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        rows = await queries.triggers(tx)
    return Page(items=[_shown(row, who.business_id) for row in rows])


@router.post("", status_code=201, responses=problems(409, 413, 415), summary="Add a trigger")
async def post_trigger(
    request: Request, who: Writer, body: Annotated[TriggerIn, Body(openapi_examples={"rule": {"value": EXAMPLE}})]
) -> TriggerOut:
    """A wrong expression is refused with its line and column."""
    rooms = rooms_of(request)
    async with rooms.door.transaction(who.business_id) as tx:
        made = await add_trigger(tx, rooms.live, who, body.model_dump(), check_rule)
        tx.after_commit(lambda: rooms.profiles.drop(who.business_id))
    return await _one(rooms, who.business_id, made)


@router.get("/{trigger_id}", responses=problems(404), summary="One trigger")
async def get_trigger(request: Request, who: Reader, trigger_id: UUID) -> TriggerOut:
    """By its id."""
    return await _one(rooms_of(request), who.business_id, trigger_id)


@router.patch("/{trigger_id}", responses=problems(404, 413, 415), summary="Change a trigger")
async def patch_trigger(request: Request, who: Writer, trigger_id: UUID, body: TriggerPatch) -> TriggerOut:
    """What is not named stays."""
    rooms = rooms_of(request)
    async with rooms.door.transaction(who.business_id) as tx:
        await edit_trigger(tx, rooms.live, who, trigger_id, body.model_dump(exclude_none=True), check_rule)
        tx.after_commit(lambda: rooms.profiles.drop(who.business_id))
    return await _one(rooms, who.business_id, trigger_id)


@router.delete("/{trigger_id}", status_code=204, responses=problems(404), summary="Remove a trigger")
async def delete_trigger(request: Request, who: Writer, trigger_id: UUID) -> Response:
    """The built-in safety policies stay."""
    rooms = rooms_of(request)
    async with rooms.door.transaction(who.business_id) as tx:
        await remove_trigger(tx, rooms.live, who, trigger_id)
        tx.after_commit(lambda: rooms.profiles.drop(who.business_id))
    return Response(status_code=204)
