"""The feed of a business: in the order of transactions as numbers, not as words."""

from firstline.ground.events import NOBODY, feed_after, feed_end
from firstline.ground.tenant import Door
from firstline.kit.ids import new_id


async def test_the_feed_keeps_its_order_where_transaction_numbers_gain_a_digit(door: Door) -> None:
    business_id = new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'Acme', $2, 'UTC')",
            business_id,
            f"acme-{business_id.hex}",
        )
        for number, name in (("9", "earlier"), ("10", "later")):
            await tx.execute(
                "INSERT INTO events (business_id, type, data, visible_to_customer, xact) VALUES ($1, $2, '{}', false, $3::text::xid8)",
                business_id,
                name,
                number,
            )
    async with door.transaction(business_id) as tx:
        known = [e for e in await feed_after(tx, NOBODY) if e.type in ("earlier", "later")]
        assert [e.type for e in known] == ["earlier", "later"]
        assert await feed_after(tx, known[-1].cursor) == []
        assert await feed_end(tx) == known[-1].cursor
