"""The table of moves: code and database agree, and both refuse the rest."""

import asyncpg
import pytest

from firstline.conversations.states import MOVES, STATUSES, check_move
from firstline.ground.errors import Conflict
from firstline.ground.tenant import Door
from firstline.kit.ids import new_id


@pytest.mark.parametrize("before", STATUSES)
@pytest.mark.parametrize("after", STATUSES)
async def test_the_database_allows_exactly_the_moves_of_the_table(door: Door, before: str, after: str) -> None:
    business_id, conversation_id = new_id(), new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'B', $2, 'UTC')",
            business_id,
            f"b-{business_id.hex}",
        )
        await tx.execute(
            "INSERT INTO conversations (business_id, id, status, closed_at) VALUES ($1, $2, $3, now())",
            business_id,
            conversation_id,
            before,
        )
    allowed = before == after or (before, after) in MOVES
    try:
        async with door.transaction(business_id) as tx:
            await tx.execute("UPDATE conversations SET status = $2 WHERE id = $1", conversation_id, after)
        moved = True
    except asyncpg.CheckViolationError:
        moved = False
    assert moved is allowed
    if not allowed:
        with pytest.raises(Conflict):
            check_move(before, after)
