"""The internal CRM and help desk: contacts, leads, interactions, tickets (spec §7)."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query, Request

from firstline.ground.errors import NotFound
from firstline.ground.events import Fact, record, record_for_business
from firstline.integrations import paging_queries as queries
from firstline.kit.ids import new_id
from firstline.tenancy.principal import Principal
from firstline.tenancy.queries import add_audit
from firstline.web.api.auth import needs
from firstline.web.api.paging import id_page
from firstline.web.api.schemas.base import Limit, Page, Search, problems
from firstline.web.api.schemas.crm import ContactOut, InteractionOut, LeadOut, TicketOut, TicketPatch
from firstline.web.rooms import rooms_of

__all__ = ["router"]

router = APIRouter(tags=["crm"])
Reader = Annotated[Principal, Depends(needs("crm:read"))]
Writer = Annotated[Principal, Depends(needs("crm:write"))]
Cursor = Annotated[UUID | None, Query(description="`next_cursor` of the page before")]
LeadStatus = Literal["open", "won", "lost"]
TicketStatus = Literal["open", "pending", "solved", "closed"]


@router.get("/contacts", responses=problems(), summary="Contacts")
async def list_contacts(
    request: Request, who: Reader, q: Search = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[ContactOut]:
    """Newest first."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        rows = await queries.contacts_page(tx, q, cursor, limit + 1)
    return id_page(ContactOut, rows, limit)


@router.get("/leads", responses=problems(), summary="Leads")
async def list_leads(
    request: Request,
    who: Reader,
    q: Search = "",
    status: LeadStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[LeadOut]:
    """Newest first, each with its contact."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        rows = await queries.leads_page(tx, q, status, cursor, limit + 1)
    return id_page(LeadOut, [_lead(row) for row in rows], limit)


def _lead(row: Any) -> dict[str, Any]:
    values = dict(row)
    return {**values, "contact": {k: values[k] for k in ("email", "phone", "first_name", "last_name")}}


@router.get("/interactions", responses=problems(), summary="Interactions")
async def list_interactions(
    request: Request,
    who: Reader,
    q: Search = "",
    contact_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[InteractionOut]:
    """Newest first; of one contact when named."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        rows = await queries.interactions_page(tx, q, contact_id, cursor, limit + 1)
    return id_page(InteractionOut, rows, limit)


@router.get("/tickets", responses=problems(), summary="Tickets")
async def list_tickets(
    request: Request,
    who: Reader,
    q: Search = "",
    status: TicketStatus | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[TicketOut]:
    """Newest first."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        rows = await queries.tickets_page(tx, q, status, cursor, limit + 1)
    return id_page(TicketOut, rows, limit)


def _no_ticket() -> NotFound:
    return NotFound("ticket_not_found", "There is no such ticket.")


@router.get("/tickets/{ticket_id}", responses=problems(404), summary="One ticket")
async def get_ticket(request: Request, who: Reader, ticket_id: UUID) -> TicketOut:
    """By its id."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        row = await queries.ticket(tx, ticket_id)
    if row is None:
        raise _no_ticket()
    return TicketOut.model_validate(dict(row))


@router.patch("/tickets/{ticket_id}", responses=problems(404, 413, 415), summary="Change a ticket")
async def patch_ticket(
    request: Request,
    who: Writer,
    ticket_id: UUID,
    body: Annotated[TicketPatch, Body(openapi_examples={"solved": {"value": {"status": "solved"}}})],
) -> TicketOut:
    """A new status is told in its conversation's stream, to the customer too."""
    rooms, changes = rooms_of(request), body.model_dump(exclude_none=True)
    async with rooms.door.transaction(who.business_id) as tx:
        before = await queries.ticket(tx, ticket_id)
        if before is None:
            raise _no_ticket()
        row = await queries.change_ticket(tx, ticket_id, changes)
        await add_audit(tx, new_id(), who.kind, who.actor_id, "ticket.changed", str(ticket_id), changes)
        if row["status"] != before["status"]:
            data = {"id": str(ticket_id), "number": row["number"], "subject": row["subject"], "status": row["status"]}
            if row["conversation_id"]:
                await record(tx, rooms.live, row["conversation_id"], [Fact("ticket", data)])
            else:
                await record_for_business(tx, rooms.live, Fact("ticket", data, visible=False))
    return TicketOut.model_validate(dict(row))
