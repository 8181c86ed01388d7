"""SQL of the internal CRM and help desk as the admin API reads them: in pages, newest first; one ticket and its change."""

from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx

__all__ = ["change_ticket", "contacts_page", "interactions_page", "leads_page", "ticket", "tickets_page"]

_CONTACT = "c.email, c.phone, c.first_name, c.last_name"
_TICKET = (
    "t.id, t.business_id, t.number, t.customer_id, t.conversation_id, t.source, t.subject, t.description, t.priority, t.category, t.status, "
    "t.metadata, t.created_at, t.updated_at"
)


def _pattern(q: str) -> str:
    return "%" + q.strip().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


async def contacts_page(tx: Tx, q: str, after: UUID | None, most: int) -> list[Any]:
    """Contacts by words in name, email or phone."""
    return await tx.fetch(
        f"SELECT c.id, c.business_id, c.customer_id, {_CONTACT}, c.metadata, c.created_at, c.updated_at FROM crm_contacts c "
        "WHERE c.business_id = $1 AND concat_ws(' ', c.first_name, c.last_name, c.email, c.phone) ILIKE $2 "
        "AND ($3::uuid IS NULL OR c.id < $3) ORDER BY c.id DESC LIMIT $4",
        tx.business_id,
        _pattern(q),
        after,
        most,
    )


async def leads_page(tx: Tx, q: str, status: str | None, after: UUID | None, most: int) -> list[Any]:
    """Leads with their contact."""
    return await tx.fetch(
        "SELECT l.id, l.business_id, l.contact_id, l.conversation_id, l.source, l.description, l.status, l.metadata, l.created_at, "
        f"l.updated_at, {_CONTACT} FROM crm_leads l JOIN crm_contacts c ON c.business_id = l.business_id AND c.id = l.contact_id "
        "WHERE l.business_id = $1 AND ($3::text IS NULL OR l.status = $3) "
        "AND concat_ws(' ', l.description, c.first_name, c.last_name, c.email, c.phone) ILIKE $2 "
        "AND ($4::uuid IS NULL OR l.id < $4) ORDER BY l.id DESC LIMIT $5",
        tx.business_id,
        _pattern(q),
        status,
        after,
        most,
    )


async def interactions_page(tx: Tx, q: str, contact_id: UUID | None, after: UUID | None, most: int) -> list[Any]:
    """Interactions by words of their summary, or of one contact."""
    return await tx.fetch(
        'SELECT i.id, i.business_id, i.contact_id, i.conversation_id, i.type, i.channel, i."timestamp", i.summary, i.external_ref '
        "FROM crm_interactions i WHERE i.business_id = $1 AND i.summary ILIKE $2 AND ($3::uuid IS NULL OR i.contact_id = $3) "
        "AND ($4::uuid IS NULL OR i.id < $4) ORDER BY i.id DESC LIMIT $5",
        tx.business_id,
        _pattern(q),
        contact_id,
        after,
        most,
    )


async def tickets_page(tx: Tx, q: str, status: str | None, after: UUID | None, most: int) -> list[Any]:
    """Tickets by words of subject and description."""
    return await tx.fetch(
        f"SELECT {_TICKET} FROM tickets t WHERE t.business_id = $1 AND ($3::text IS NULL OR t.status = $3) "
        "AND (t.subject ILIKE $2 OR t.description ILIKE $2) AND ($4::uuid IS NULL OR t.id < $4) ORDER BY t.id DESC LIMIT $5",
        tx.business_id,
        _pattern(q),
        status,
        after,
        most,
    )


async def ticket(tx: Tx, ticket_id: UUID) -> Any:
    """One ticket, or None."""
    return await tx.fetchrow(
        f"SELECT {_TICKET} FROM tickets t WHERE t.business_id = $1 AND t.id = $2", tx.business_id, ticket_id
    )


async def change_ticket(tx: Tx, ticket_id: UUID, values: dict[str, Any]) -> Any:
    """Writes columns of a ticket and gives it back, or None. `values`: some of status, priority, category, subject."""
    sets = "".join(f", {column} = ${i}" for i, column in enumerate(values, 3))
    return await tx.fetchrow(
        f"UPDATE tickets t SET updated_at = now(){sets} WHERE t.business_id = $1 AND t.id = $2 RETURNING {_TICKET}",
        tx.business_id,
        ticket_id,
        *values.values(),
    )
