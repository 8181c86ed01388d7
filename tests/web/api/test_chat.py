"""The chat API on the wire: what the widget speaks, and every bad input a clear problem that leaves nothing half-written."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from tests.web.api.conftest import World

from firstline.kit.ids import new_id
from firstline.web.api.chat_models import CARD, CardOut

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def _events(text: str) -> list[tuple[str, dict[str, Any], int | None]]:
    out = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "event" in lines:
            out.append((lines["event"], json.loads(lines["data"]), int(lines["id"]) if "id" in lines else None))
    return out


async def _session(world: World, business: str = "acme-plumbing") -> tuple[httpx.AsyncClient, dict[str, Any]]:
    async with world.client(None) as client:
        made = (await client.post("/chat/session", json={"business": business})).json()
    return world.client(None, Authorization=f"Bearer {made['session_token']}"), made


async def _count(world: World, table: str) -> int:
    async with world.house.door.transaction(world.acme.id) as tx:
        return int(await tx.fetchval(f"SELECT count(*) FROM {table}"))


async def test_the_card_is_public_and_says_nothing_private(world: World) -> None:
    async with world.client(None) as client:
        answer = await client.get("/chat/business/acme-plumbing")
    assert answer.status_code == 200
    card = answer.json()
    assert card["name"] == "Acme Plumbing"
    assert {"chat_config", "guardrails", "triggers", "email"}.isdisjoint(card)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert CardOut.model_validate(card).slug == "acme-plumbing"
    assert set(card) == set(CardOut.model_fields) == set(CARD)
    shown = world.app.openapi()["paths"]["/chat/business/{slug}"]["get"]["responses"]["200"]
    assert shown["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/CardOut"}


async def test_a_turn_streams_in_order_and_can_be_resumed_by_its_numbers(world: World) -> None:
    client, _made = await _session(world)
    answer = await client.post(
        "/chat/message", json={"message": "What are your hours?"}, headers={"Accept": "text/event-stream"}
    )
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = _events(answer.text)
    names = [name for name, _data, _id in events]
    assert names[0] == "accepted"
    assert names[-1] == "done"
    assert "delta" in names
    numbers = [n for _name, _data, n in events if n is not None]
    assert numbers == sorted(set(numbers))
    conversation = events[0][1]["conversation_id"]
    whole = next(d["message"] for n, d, _ in events if n == "message")
    joined = "".join(d["text"] for n, d, _ in events if n == "delta")
    assert whole["text"] == joined
    polled = (await client.get("/chat/messages", params={"conversation_id": conversation, "after": numbers[0]})).json()
    assert [e["id"] for e in polled["events"]] == [n for n in numbers if n > numbers[0]]


async def test_the_same_client_message_id_answers_the_same_and_makes_nothing_twice(world: World) -> None:
    client, _made = await _session(world)
    body = {"message": "Where are you?", "client_message_id": "c" * 24}
    first, again = await asyncio.gather(
        client.post("/chat/message", json=body), client.post("/chat/message", json=body)
    )
    answers = sorted((first, again), key=lambda a: a.status_code)
    assert answers[0].status_code == 200
    later = (await client.post("/chat/message", json=body)).json()
    assert later["message"]["id"] == answers[0].json()["message"]["id"]
    async with world.house.door.transaction(world.acme.id) as tx:
        kept = await tx.fetchval("SELECT count(*) FROM messages WHERE client_message_id = $1", "c" * 24)
    assert kept == 1


async def test_a_message_without_a_session_makes_one_as_the_spec_has_it(world: World) -> None:
    async with world.client(None) as client:
        body = {
            "conversation_id": None,
            "business_id": str(world.acme.id),
            "customer_token": None,
            "message": "Hi",
            "metadata": {"page_url": "x"},
        }
        answer = await client.post("/chat/message", json=body)
    assert answer.status_code == 200
    assert answer.headers["x-session-token"] == answer.json()["session_token"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"message": ""}, "message_empty"),
        ({"message": "   "}, "message_empty"),
        ({"message": "x" * 100_000}, "message_too_long"),
        ({"message": "a\u0000b"}, "message_not_text"),
        ({"message": None}, "validation_failed"),
        ({}, "validation_failed"),
        ({"message": "hi", "conversation_id": "not-an-id"}, "validation_failed"),
    ],
)
async def test_a_bad_message_is_told_by_field_and_leaves_no_row(world: World, body: dict[str, Any], code: str) -> None:
    client, _made = await _session(world)
    before = await _count(world, "messages"), await _count(world, "conversations")
    answer = await client.post("/chat/message", json=body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert code in (found["code"], "validation_failed")
    assert found["errors"]
    assert (await _count(world, "messages"), await _count(world, "conversations")) == before


@pytest.mark.parametrize(
    "text", ["🙂🙂🙂", "\u200fمرحبا، متى تفتحون؟", "<img src=x onerror=alert(1)>", "'; DROP TABLE messages; --"]
)
async def test_odd_text_is_answered_and_kept_as_it_is(world: World, text: str) -> None:
    client, _made = await _session(world)
    answer = (await client.post("/chat/message", json={"message": text})).json()
    assert answer["message"]["text"] == text
    assert answer["replies"]


async def test_wrong_bodies_are_refused_clearly(world: World) -> None:
    client, _made = await _session(world)
    wrong_type = await client.post(
        "/chat/message", content=b"message=hi", headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert wrong_type.status_code in (415, 422)
    binary = await client.post(
        "/chat/message", content=b"\xff\xfe\x00\x01", headers={"Content-Type": "application/json"}
    )
    assert binary.status_code == 422
    huge = await client.post(
        "/chat/message", content=b'{"message": "' + b"x" * 400_000 + b'"}', headers={"Content-Type": "application/json"}
    )
    assert huge.status_code == 413
    for answer in (wrong_type, binary, huge):
        assert answer.headers["content-type"] == "application/problem+json"


async def test_unknown_business_and_unknown_token(world: World) -> None:
    async with world.client(None) as client:
        assert (await client.post("/chat/session", json={"business": "nobody"})).status_code == 404
        assert (await client.get("/chat/business/nobody")).status_code == 404
        assert (await client.get("/c/nobody")).status_code == 404
        assert (
            await client.post("/chat/message", json={"business_id": str(new_id()), "message": "hi"})
        ).status_code == 404
    for token in ("nonsense", f"flv_{world.acme.id.hex}_{new_id().hex}_xxxx", "flv_x_y_z"):
        async with world.client(None, Authorization=f"Bearer {token}") as client:
            answer = await client.post("/chat/message", json={"message": "hi"})
            assert (answer.status_code, answer.json()["code"]) == (401, "bad_session_token")


async def test_an_expired_session_says_so(world: World) -> None:
    client, made = await _session(world)
    session_id = made["session_token"].split("_")[2]
    async with world.house.door.transaction(world.acme.id) as tx:
        await tx.execute(
            "UPDATE visitor_sessions SET expires_at = now() - interval '1 day' WHERE id = $1::uuid", session_id
        )
    world.house.visitors._known.clear()
    answer = await client.post("/chat/message", json={"message": "hi"})
    assert (answer.status_code, answer.json()["code"]) == (401, "session_expired")


async def test_another_visitors_and_another_tenants_conversation_are_not_found(world: World) -> None:
    client, _made = await _session(world)
    mine = (await client.post("/chat/message", json={"message": "My secret question"})).json()["conversation_id"]
    for business in ("acme-plumbing", "other"):
        stranger, _ = await _session(world, business)
        params = {"conversation_id": mine, "after": 0}
        assert (await stranger.get("/chat/messages", params=params)).status_code == 404
        assert (await stranger.get("/chat/stream", params=params)).status_code == 404
        assert (
            await stranger.post("/chat/message", json={"message": "hi", "conversation_id": mine})
        ).status_code == 404
        assert (await stranger.post("/chat/events", json={"conversation_id": mine, "type": "close"})).status_code == 404


async def test_a_closed_conversation_is_reopened_by_a_message(world: World) -> None:
    client, _made = await _session(world)
    c = (await client.post("/chat/message", json={"message": "What are your hours?"})).json()["conversation_id"]
    closed = await client.post("/chat/events", json={"conversation_id": c, "type": "close"})
    assert closed.json()["status"] == "closed"
    again = await client.post("/chat/message", json={"message": "And on Sunday?", "conversation_id": c})
    assert again.json()["conversation_id"] == c
    assert again.json()["status"] == "active"


async def test_contact_feedback_csat_and_a_person_by_events(world: World) -> None:
    client, _made = await _session(world)
    answer = (await client.post("/chat/message", json={"message": "What are your hours?"})).json()
    c, reply = answer["conversation_id"], answer["replies"][0]["id"]

    async def event(kind: str, **data: Any) -> httpx.Response:
        return await client.post("/chat/events", json={"conversation_id": c, "type": kind, "data": data})

    assert (await event("feedback", message_id=reply, value="up")).status_code == 200
    assert (await event("feedback", message_id=str(new_id()), value="up")).status_code == 422
    assert (await event("csat", score=9)).json()["errors"][0]["field"] == "data.score"
    assert (await event("contact", email="not an address")).json()["errors"][0]["field"] == "data.email"
    assert (await event("contact", name="Dana", phone="(608) 555-0123", consent=True)).status_code == 200
    assert (await event("request_human")).json()["status"] == "waiting_human"
    assert (await event("request_human")).json()["status"] == "waiting_human"
    assert (await event("nonsense")).status_code == 422
    for field, kind, data in (
        ("data.name", "contact", {"name": {"a": 1}, "phone": "(608) 555-0123"}),
        ("data.email", "contact", {"email": ["a@b.example"]}),
        ("data.phone", "contact", {"phone": True}),
        ("data.consent", "contact", {"name": "Dana", "consent": "no"}),
        ("data.active", "typing", {"active": {"html": "<b>"}}),
        ("data.active", "typing", {"active": 1}),
        ("data.comment", "csat", {"score": 4, "comment": {}}),
        ("data.reason", "feedback", {"message_id": reply, "value": "up", "reason": []}),
        ("data.answer", "escalation_offer_answer", {"answer": {}}),
    ):
        refused = await event(kind, **data)
        assert (refused.status_code, [e["field"] for e in refused.json()["errors"]]) == (422, [field])
    assert (await event("typing", active=False, more="ignored")).status_code == 200
    assert (await event("typing")).status_code == 200
    async with world.house.door.transaction(world.acme.id) as tx:
        row = await tx.fetchrow(
            "SELECT u.first_name, u.phone FROM conversations c JOIN customers u ON u.business_id = c.business_id AND u.id = c.customer_id WHERE c.id = $1::uuid",
            c,
        )
        assert (row["first_name"], row["phone"]) == ("Dana", "+16085550123")
        assert await tx.fetchval("SELECT count(*) FROM handoffs WHERE conversation_id = $1::uuid", c) == 1


async def test_the_hosted_page_allows_no_inline_script_and_names_who_may_frame_it(world: World) -> None:
    async with world.client(None) as client:
        page = await client.get("/c/acme-plumbing")
        qr = await client.get("/c/acme-plumbing/qr.svg")
    policy = page.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "frame-ancestors" in policy
    assert "set-cookie" not in page.headers
    assert qr.headers["content-type"] == "image/svg+xml"
