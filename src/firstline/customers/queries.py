"""SQL of customers and visitor sessions."""

from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx

__all__ = [
    "customer",
    "find_by_address",
    "hold_session",
    "insert_customer",
    "insert_session",
    "session",
    "update_customer",
]


async def insert_session(tx: Tx, session_id: UUID, token_hash: bytes, metadata: dict[str, Any], days: int) -> None:
    """A visitor's session."""
    await tx.execute(
        "INSERT INTO visitor_sessions (business_id, id, token_hash, metadata, expires_at) VALUES ($1, $2, $3, $4, now() + make_interval(days => $5))",
        tx.business_id,
        session_id,
        token_hash,
        metadata,
        days,
    )


async def session(tx: Tx, session_id: UUID) -> Any:
    """(id, token_hash, customer_id, alive) or None."""
    return await tx.fetchrow(
        "SELECT id, token_hash, customer_id, expires_at > now() AS alive FROM visitor_sessions WHERE business_id = $1 AND id = $2",
        tx.business_id,
        session_id,
    )


async def hold_session(tx: Tx, session_id: UUID) -> None:
    """Takes the session's lock until the transaction ends (weak enough for the foreign keys that point to it)."""
    await tx.execute(
        "SELECT FROM visitor_sessions WHERE business_id = $1 AND id = $2 FOR NO KEY UPDATE", tx.business_id, session_id
    )


async def customer(tx: Tx, customer_id: UUID) -> Any:
    """The row, or None."""
    return await tx.fetchrow("SELECT * FROM customers WHERE business_id = $1 AND id = $2", tx.business_id, customer_id)


async def find_by_address(tx: Tx, email: str | None, phone: str | None) -> Any:
    """The oldest customer with that address or number."""
    return await tx.fetchrow(
        "SELECT * FROM customers WHERE business_id = $1 AND (lower(email) = lower($2) OR phone = $3) ORDER BY created_at LIMIT 1",
        tx.business_id,
        email,
        phone,
    )


async def insert_customer(tx: Tx, customer_id: UUID, values: dict[str, Any]) -> None:
    """A new customer."""
    columns = "".join(f", {c}" for c in values)
    places = "".join(f", ${i}" for i in range(3, len(values) + 3))
    await tx.execute(
        f"INSERT INTO customers (business_id, id{columns}) VALUES ($1, $2{places})",
        tx.business_id,
        customer_id,
        *values.values(),
    )


async def update_customer(tx: Tx, customer_id: UUID, values: dict[str, Any]) -> None:
    """Writes columns."""
    sets = "".join(f", {column} = ${i}" for i, column in enumerate(values, 3))
    await tx.execute(
        f"UPDATE customers SET updated_at = now(){sets} WHERE business_id = $1 AND id = $2",
        tx.business_id,
        customer_id,
        *values.values(),
    )


async def add_consent(tx: Tx, consent_id: UUID, customer_id: UUID, purpose: str, text: str) -> None:
    """What the customer agreed to, in the words shown."""
    await tx.execute(
        "INSERT INTO consents (business_id, id, customer_id, purpose, text) VALUES ($1, $2, $3, $4, $5)",
        tx.business_id,
        consent_id,
        customer_id,
        purpose,
        text,
    )
