"""What a customer may not see is never said in the chat: internal rows, and what takes effect later."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

from tests.web.api.conftest import World

from firstline.knowledge import queries

QUESTION = "Which glue do your plumbers use on copper elbows?"


async def _said(world: World) -> str:
    async with world.client(None) as client:
        made = (await client.post("/chat/session", json={"business": "acme-plumbing"})).json()
    async with world.client(None, Authorization=f"Bearer {made['session_token']}") as client:
        answer = await client.post("/chat/message", json={"message": QUESTION}, headers={"Accept": "application/json"})
    assert answer.status_code == 200
    return json.dumps(answer.json()["replies"])


async def test_an_internal_row_is_not_said_until_it_is_public_and_in_effect(world: World) -> None:
    row = {"question": QUESTION, "answer": "They use zebra compound number nine.", "visibility": "internal"}
    async with world.client("acme") as client:
        made = await client.post("/api/v1/kb/faqs", json=row)
        assert made.status_code == 201
        assert "zebra" not in await _said(world)
        assert (
            await client.patch(f"/api/v1/kb/faqs/{made.json()['id']}", json={"visibility": "public"})
        ).status_code == 200
    assert "zebra compound number nine" in await _said(world)
    later = datetime.now(UTC).date() + timedelta(days=30)
    async with world.house.door.transaction(world.acme.id) as tx:
        faq = await queries.get_faq(tx, UUID(made.json()["id"]))
        assert faq is not None
        assert await queries.label_document(tx, faq["document_id"], "public", [], later)
    assert "zebra" not in await _said(world)
