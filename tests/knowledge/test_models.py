"""Which model answers: that of the vectors there are, the process's own for a business without any."""

from firstline.kit.ids import new_id
from firstline.knowledge.models import active_model, held_models


async def a_business(door):
    business_id = new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'Acme', $2, 'UTC')",
            business_id,
            f"a-{business_id.hex}",
        )
    return business_id


async def test_a_business_without_vectors_uses_the_process_own_model(door):
    business_id = await a_business(door)
    async with door.transaction(business_id) as tx:
        assert await active_model(tx, "mine") == "mine"


async def test_a_business_stays_with_its_model_when_the_setting_changes(door):
    business_id = await a_business(door)
    async with door.transaction(business_id) as tx:
        assert (await held_models(tx, "old")).wanted == ("old",)
    async with door.transaction(business_id) as tx:
        assert await active_model(tx, "new") == "old"
        assert (await held_models(tx, "new")).active == "old"
