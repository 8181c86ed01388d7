"""The people of a business."""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from firstline.ground.errors import Conflict
from firstline.ground.tenant import Door, Tx
from firstline.kit.ids import new_id
from firstline.tenancy import queries
from firstline.tenancy.fields import Fields
from firstline.tenancy.model import ROLES
from firstline.tenancy.passwords import hash_password

__all__ = ["Person", "add_person", "colleagues"]

LEAST_PASSWORD = 8  # characters; NIST SP 800-63B
MOST_PASSWORD = 256


@dataclass(frozen=True, slots=True)
class Person:
    """A colleague. `role` is owner, manager or agent."""

    id: UUID
    email: str
    name: str
    role: str


async def add_person(
    door: Door, business_id: UUID, *, email: str, name: str, role: str, password: str | None = None
) -> Person:
    """Adds a colleague. Somebody who is known from another business keeps name and password and only joins.

    The first owner becomes the business's primary contact. Raises Invalid naming the field.
    """
    f = Fields()
    address = f.email(email.strip().lower() if isinstance(email, str) else email, "email")
    called = f.text(name, "name", 200, least=1)
    f.choice(role, "role", ROLES)
    if password is not None and not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        f.wrong("password", f"from {LEAST_PASSWORD} to {MOST_PASSWORD} characters")
    f.done("invalid_person")
    assert address is not None
    assert called is not None
    known = await queries.find_user(door, address)
    stored = await hash_password(password) if password is not None and known is None else None
    person = Person(known or new_id(), address, called, role)
    async with door.transaction(business_id) as tx:
        if known is None:
            try:
                await queries.add_user(tx, person.id, address, called, stored)
            except asyncpg.UniqueViolationError:
                raise Conflict("person_exists", "This address was just added; try again.") from None
        await queries.add_membership(tx, person.id, role)
        if role == "owner":
            await queries.set_primary_contact(tx, person.id)
        await queries.add_audit(tx, new_id(), "system", None, "person.added", str(person.id), {"role": role})
    return person


async def colleagues(tx: Tx) -> list[Person]:
    """Everybody of this business, by name."""
    return [Person(row["id"], row["email"], row["name"], row["role"]) for row in await queries.colleagues(tx)]
