"""The SQL of the outbox and of the internal CRM and help desk."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Door, Tx
from firstline.integrations.crm import CrmContact
from firstline.integrations.delivery import Delivery

__all__ = [
    "add_comment",
    "businesses_with_due_rows",
    "claim_outbox",
    "insert_outbox",
    "insert_ticket",
    "mark_delivered",
    "mark_failed",
    "save_contact",
    "ticket_of",
    "update_ticket",
    "upsert_interaction",
    "upsert_lead",
]


# ---------------------------------------------------------------- outbox
async def insert_outbox(
    tx: Tx, row_id: UUID, connector: str, kind: str, key: str, payload: dict[str, Any], conversation_id: UUID | None
) -> bool:
    """False when the key is known."""
    tag = await tx.execute(
        "INSERT INTO outbox (business_id, id, connector, kind, key, conversation_id, payload) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (business_id, connector, key) DO NOTHING",
        tx.business_id,
        row_id,
        connector,
        kind,
        key,
        conversation_id,
        payload,
    )
    return tag == "INSERT 0 1"


async def businesses_with_due_rows(door: Door, most: int = 200) -> list[UUID]:
    """Every tenant with something to deliver, the longest waiting first."""
    return [row["business_id"] for row in await door.lookup("SELECT business_id FROM due_outbox($1)", most)]


async def claim_outbox(tx: Tx, now: datetime, lease_until: datetime, most: int) -> list[Delivery]:
    """Takes due rows for this worker until `lease_until`; the first of each conversation and connector only."""
    rows = await tx.fetch(
        """
        UPDATE outbox o SET attempts = o.attempts + 1, next_try_at = $3
        FROM (
          SELECT q.id FROM outbox q
          WHERE q.business_id = $1 AND q.state = 'pending' AND q.next_try_at <= $2
            AND NOT EXISTS (SELECT FROM outbox e WHERE e.business_id = $1 AND e.conversation_id = q.conversation_id
                            AND e.connector = q.connector AND e.state = 'pending' AND e.id < q.id)
          ORDER BY q.id LIMIT $4 FOR UPDATE SKIP LOCKED
        ) due
        WHERE o.business_id = $1 AND o.id = due.id
        RETURNING o.id, o.connector, o.kind, o.key, o.payload, o.conversation_id, o.attempts
        """,
        tx.business_id,
        now,
        lease_until,
        most,
    )
    claimed = [
        Delivery(
            r["id"],
            tx.business_id,
            r["connector"],
            r["kind"],
            r["key"],
            r["payload"],
            r["conversation_id"],
            r["attempts"],
        )
        for r in rows
    ]
    return sorted(claimed, key=lambda d: d.id)


async def mark_delivered(tx: Tx, row: Delivery, at: datetime) -> None:
    """Done; also when another worker, after a lease that ran out, was faster."""
    await tx.execute(
        "UPDATE outbox SET state = 'delivered', delivered_at = $3, last_error = NULL WHERE business_id = $1 AND id = $2",
        tx.business_id,
        row.id,
        at,
    )


async def mark_failed(tx: Tx, row: Delivery, state: str, next_try: datetime, error: str, permanent: bool) -> None:
    """Put off or given up; a row that somebody delivered meanwhile stays delivered."""
    await tx.execute(
        "UPDATE outbox SET state = $3, next_try_at = $4, last_error = $5, permanent = $6 "
        "WHERE business_id = $1 AND id = $2 AND state = 'pending' AND attempts = $7",
        tx.business_id,
        row.id,
        state,
        next_try,
        error,
        permanent,
        row.attempts,
    )


# ---------------------------------------------------------------- the internal CRM
async def save_contact(tx: Tx, new: UUID, contact: CrmContact) -> UUID:
    """The contact of that customer, else of that email, else of that phone, else a new one.

    Found by an address alone, only gaps are filled in: who types another person's email changes nothing of theirs.
    """
    known = await tx.fetchval(
        """
        SELECT id FROM crm_contacts WHERE business_id = $1
          AND (customer_id = $2 OR ((customer_id IS NULL OR $2::uuid IS NULL) AND (lower(email) = lower($3) OR phone = $4)))
        ORDER BY (customer_id = $2) DESC NULLS LAST, (lower(email) = lower($3)) DESC NULLS LAST, created_at LIMIT 1 FOR UPDATE
        """,
        tx.business_id,
        contact.customer_id,
        contact.email,
        contact.phone,
    )
    values = (contact.customer_id, contact.email, contact.phone, contact.first_name, contact.last_name)
    if known is None:
        inserted: UUID = await tx.fetchval(
            "INSERT INTO crm_contacts (business_id, id, customer_id, email, phone, first_name, last_name) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7) "
            "ON CONFLICT (business_id, customer_id) WHERE customer_id IS NOT NULL DO UPDATE SET updated_at = now() RETURNING id",
            tx.business_id,
            new,
            *values,
        )
        return inserted
    await tx.execute(
        "UPDATE crm_contacts SET customer_id = coalesce(customer_id, $3), "
        "email = CASE WHEN customer_id = $3 THEN coalesce($4, email) ELSE coalesce(email, $4) END, "
        "phone = CASE WHEN customer_id = $3 THEN coalesce($5, phone) ELSE coalesce(phone, $5) END, "
        "first_name = CASE WHEN customer_id = $3 THEN coalesce($6, first_name) ELSE coalesce(first_name, $6) END, "
        "last_name = CASE WHEN customer_id = $3 THEN coalesce($7, last_name) ELSE coalesce(last_name, $7) END, updated_at = now() "
        "WHERE business_id = $1 AND id = $2",
        tx.business_id,
        known,
        *values,
    )
    found: UUID = known
    return found


async def upsert_lead(
    tx: Tx, new: UUID, contact_id: UUID, conversation_id: UUID | None, source: str, text: str, metadata: dict[str, Any]
) -> UUID:
    """The conversation's lead; what a person made of its status stays."""
    lead: UUID = await tx.fetchval(
        "INSERT INTO crm_leads (business_id, id, contact_id, conversation_id, source, description, metadata) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) "
        "ON CONFLICT (business_id, conversation_id) WHERE conversation_id IS NOT NULL DO UPDATE SET "
        "contact_id = EXCLUDED.contact_id, description = EXCLUDED.description, "
        "metadata = crm_leads.metadata || EXCLUDED.metadata, updated_at = now() RETURNING id",
        tx.business_id,
        new,
        contact_id,
        conversation_id,
        source,
        text,
        metadata,
    )
    return lead


async def upsert_interaction(
    tx: Tx, new: UUID, contact_id: UUID | None, conversation_id: UUID | None, values: Mapping[str, Any]
) -> UUID:
    """The conversation's interaction; `values`: type, channel, timestamp, summary, external_ref."""
    interaction: UUID = await tx.fetchval(
        "INSERT INTO crm_interactions "
        '(business_id, id, contact_id, conversation_id, type, channel, "timestamp", summary, external_ref) '
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
        "ON CONFLICT (business_id, conversation_id) WHERE conversation_id IS NOT NULL DO UPDATE SET "
        "contact_id = coalesce(EXCLUDED.contact_id, crm_interactions.contact_id), summary = EXCLUDED.summary, "
        '"timestamp" = EXCLUDED."timestamp", external_ref = crm_interactions.external_ref || EXCLUDED.external_ref, '
        "updated_at = now() RETURNING id",
        tx.business_id,
        new,
        contact_id,
        conversation_id,
        values["type"],
        values["channel"],
        values["timestamp"],
        values["summary"],
        values["external_ref"],
    )
    return interaction


# ---------------------------------------------------------------- the internal help desk
async def ticket_of(tx: Tx, conversation_id: UUID) -> Mapping[str, Any] | None:
    """The conversation's ticket, locked."""
    row: Mapping[str, Any] | None = await tx.fetchrow(
        "SELECT id, number, priority, status, metadata FROM tickets WHERE business_id = $1 AND conversation_id = $2 FOR UPDATE",
        tx.business_id,
        conversation_id,
    )
    return row


async def insert_ticket(tx: Tx, new: UUID, values: Mapping[str, Any]) -> None:
    """A ticket with the business's next number; numbers are given under a lock of this business."""
    await tx.execute("SELECT pg_advisory_xact_lock(hashtextextended('tickets:' || $1::text, 0))", str(tx.business_id))
    await tx.execute(
        "INSERT INTO tickets (business_id, id, number, customer_id, conversation_id, source, subject, description, priority, "
        "category, metadata) SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10 "
        "FROM tickets WHERE business_id = $1 ON CONFLICT (business_id, conversation_id) WHERE conversation_id IS NOT NULL DO NOTHING",
        tx.business_id,
        new,
        values["customer_id"],
        values["conversation_id"],
        values["source"],
        values["subject"],
        values["description"],
        values["priority"],
        values["category"],
        values["metadata"],
    )


async def update_ticket(tx: Tx, ticket_id: UUID, values: Mapping[str, Any]) -> None:
    """News on a known ticket: priority only upwards, a solved or closed one is open again."""
    await tx.execute(
        "UPDATE tickets SET customer_id = coalesce($3, customer_id), subject = $4, category = $5, "
        "priority = (ARRAY['normal', 'high', 'urgent'])[greatest(array_position(ARRAY['normal', 'high', 'urgent'], priority), "
        "array_position(ARRAY['normal', 'high', 'urgent'], $6::text))], "
        "status = CASE WHEN status IN ('solved', 'closed') THEN 'open' ELSE status END, updated_at = now() "
        "WHERE business_id = $1 AND id = $2",
        tx.business_id,
        ticket_id,
        values["customer_id"],
        values["subject"],
        values["category"],
        values["priority"],
    )


async def add_comment(tx: Tx, new: UUID, ticket_id: UUID, key: str, values: Mapping[str, Any]) -> UUID:
    """A comment, once a key."""
    comment: UUID = await tx.fetchval(
        "INSERT INTO ticket_comments (business_id, id, ticket_id, author_type, author_id, body, visible_to_customer, key) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
        "ON CONFLICT (business_id, ticket_id, key) DO UPDATE SET key = EXCLUDED.key RETURNING id",
        tx.business_id,
        new,
        ticket_id,
        values["author_type"],
        values["author_id"],
        values["body"],
        values["visible_to_customer"],
        key,
    )
    return comment
