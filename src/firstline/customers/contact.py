"""What a customer tells of themselves: name, email, phone; kept, never shown to another session."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from firstline.customers import queries
from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id

__all__ = ["Known", "known", "learn"]


@dataclass(frozen=True, slots=True)
class Known:
    """A customer's contact details."""

    id: UUID
    name: str | None
    email: str | None
    phone: str | None


def _known(row: Any) -> Known:
    name = " ".join(p for p in (row["first_name"], row["last_name"]) if p) or None
    return Known(row["id"], name, row["email"], row["phone"])


async def known(tx: Tx, customer_id: UUID | None) -> Known | None:
    """The customer, when there is one."""
    row = await queries.customer(tx, customer_id) if customer_id else None
    return _known(row) if row else None


async def learn(
    tx: Tx,
    customer_id: UUID | None,
    *,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    channel: str = "web",
) -> UUID | None:
    """Remembers what was told: fills or corrects the customer, finds the one with that address, or makes a new one.

    An address alone never opens a past conversation to this session: only the conversation is linked, not the session.
    """
    first, _, last = (name or "").strip().partition(" ")
    told = {
        k: v for k, v in {"first_name": first, "last_name": last.strip(), "email": email, "phone": phone}.items() if v
    }
    if not told:
        return customer_id
    if customer_id is None and (email or phone):
        row = await queries.find_by_address(tx, email, phone)
        customer_id = row["id"] if row else None
    if customer_id is not None:
        await queries.update_customer(tx, customer_id, told)
        return customer_id
    customer_id = new_id()
    await queries.insert_customer(tx, customer_id, {**told, "channel": channel})
    return customer_id
