"""The internal CRM: contacts are found again, and nobody changes another person's."""

from uuid import UUID

import pytest

from firstline.ground.tenant import Door
from firstline.integrations import queries
from firstline.integrations.crm import CrmContact
from firstline.kit.ids import new_id


@pytest.fixture
async def shop(door: Door) -> UUID:
    business_id = new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'B', $2, 'UTC')",
            business_id,
            f"b-{business_id.hex}",
        )
    return business_id


async def test_a_contact_is_found_by_email_or_phone_and_only_gaps_are_filled(door: Door, shop: UUID) -> None:
    async with door.transaction(shop) as tx:
        first = await queries.save_contact(tx, new_id(), CrmContact(email="dana@example.com", phone="+16085550100"))
        same = await queries.save_contact(
            tx, new_id(), CrmContact(email="DANA@example.com", phone="+1999", first_name="Dana")
        )
        by_phone = await queries.save_contact(tx, new_id(), CrmContact(phone="+16085550100"))
        row = await tx.fetchrow("SELECT email, phone, first_name FROM crm_contacts")
    assert first == same == by_phone
    assert tuple(row) == ("dana@example.com", "+16085550100", "Dana")


async def test_a_customers_own_contact_follows_what_the_customer_says(door: Door, shop: UUID) -> None:
    customer, other = new_id(), new_id()
    async with door.transaction(shop) as tx:
        for who in (customer, other):
            await tx.execute("INSERT INTO customers (business_id, id) VALUES ($1, $2)", shop, who)
        first = await queries.save_contact(tx, new_id(), CrmContact(email="a@example.com", customer_id=customer))
        again = await queries.save_contact(tx, new_id(), CrmContact(email="b@example.com", customer_id=customer))
        theirs = await queries.save_contact(tx, new_id(), CrmContact(email="b@example.com", customer_id=other))
        assert await tx.fetchval("SELECT email FROM crm_contacts WHERE id = $1", first) == "b@example.com"
    assert first == again != theirs
