"""The admin API: who may call it, what it changes, and that no tenant reaches another's."""

from typing import Any

import pytest
from tests.web.api.conftest import World

from firstline.ground.events import NOBODY, feed_after
from firstline.kit.ids import new_id
from firstline.web.api.feed import stream

V1 = "/api/v1"


async def test_nobody_gets_in_without_a_key(world: World) -> None:
    for key in (None, "flk_nonsense", world.keys["acme"][:-1] + "x"):
        async with world.client(key) as client:
            response = await client.get(f"{V1}/business")
        assert response.status_code == 401
        assert response.json()["code"] in {"not_signed_in", "wrong_api_key"}
        assert "bearer" in response.headers["www-authenticate"].lower()


async def test_scopes_and_roles_bound_what_is_done(world: World) -> None:
    async with world.client("kb only") as client:
        assert (await client.get(f"{V1}/kb/faqs")).status_code == 200
        assert (await client.get(f"{V1}/business")).status_code == 403
        assert (await client.post(f"{V1}/kb/faqs", json={"question": "a", "answer": "b"})).status_code == 403
    async with await world.signed_in("ana@acme.example") as agent:
        assert (await agent.get(f"{V1}/business")).status_code == 200
        assert (await agent.patch(f"{V1}/business", json={"industry": "x"})).json()["code"] == "not_allowed"
        assert (await agent.get(f"{V1}/conversations")).status_code == 200
    async with await world.signed_in("mike@acme.example") as manager:
        assert (await manager.patch(f"{V1}/business", json={"industry": "plumbing"})).status_code == 200


async def test_a_session_changes_nothing_without_its_csrf_token(world: World) -> None:
    async with await world.signed_in("sarah@acme.example") as client:
        for token in ("", "wrong"):
            response = await client.patch(f"{V1}/business", json={"industry": "x"}, headers={"X-CSRF-Token": token})
            assert (response.status_code, response.json()["code"]) == (403, "csrf_failed")
        assert (await client.patch(f"{V1}/business", json={"industry": "plumbing"})).status_code == 200


async def test_the_profile_is_shown_and_merged(world: World) -> None:
    async with world.client() as client:
        before = (await client.get(f"{V1}/business")).json()
        assert before["slug"] == "acme-plumbing"
        assert before["services"][0]["price_low"] == "89.00"
        assert before["emergency_line"]["surcharge"] == "150.00"
        assert before["crm_integration"] == {"crm_type": "internal", "crm_account_id": None}
        changes = {
            "business_hours": {"sun": [{"open": "10:00", "close": "12:00"}]},
            "chat_config": {"max_quote_value_without_handoff": "1500"},
        }
        after = (await client.patch(f"{V1}/business", json=changes)).json()
        assert after["business_hours"]["sun"] == [{"open": "10:00", "close": "12:00"}]
        assert after["business_hours"]["mon"] == before["business_hours"]["mon"]
        assert after["chat_config"] == {**before["chat_config"], "max_quote_value_without_handoff": "1500.00"}
        assert after["version"] > before["version"]
        services = after["services"][:2]
        for service in services:
            del service["id"]
        assert len((await client.patch(f"{V1}/business", json={"services": services})).json()["services"]) == 2
        undone = {"business_hours": {"sun": []}, "chat_config": {"max_quote_value_without_handoff": 2000}}
        assert (await client.patch(f"{V1}/business", json=undone)).status_code == 200


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"timezone": "Nowhere"}, "timezone"),
        ({"business_hours": {"mon": [{"open": "25:00", "close": "26:00"}]}}, "business_hours.mon[0].open"),
        ({"phone": "call me"}, "phone"),
        ({"id": "x"}, "id"),
        ({"services": [{"name": {"en": "a"}, "price_low": "9", "price_high": "1"}]}, "services[0].price_low"),
        ({"chat_config": {"colour": "red"}}, "chat_config.colour"),
        ({"name": "\x00"}, "body"),
        ({"service_area_radius_km": -1}, "service_area_radius_km"),
    ],
)
async def test_a_wrong_profile_is_refused_by_field(world: World, change: dict[str, Any], field: str) -> None:
    async with world.client() as client:
        response = await client.patch(f"{V1}/business", json=change)
    assert response.status_code == 422
    assert field in [e["field"] for e in response.json()["errors"]]


async def test_guardrails_are_put_and_wrong_ones_refused(world: World) -> None:
    async with world.client() as client:
        before = (await client.get(f"{V1}/guardrails")).json()
        assert before["max_quote_without_approval"] == "2000.00"
        sent = {k: v for k, v in before.items() if k not in {"business_id", "currency"}}
        put = await client.put(f"{V1}/guardrails", json={**sent, "allowed_discount_percent": 5})
        assert put.json() == {**before, "allowed_discount_percent": 5.0}
        wrong = await client.put(f"{V1}/guardrails", json={"allowed_discount_percent": 500})
        assert wrong.json()["errors"][0]["field"] == "allowed_discount_percent"


async def test_a_trigger_is_made_changed_and_removed(world: World) -> None:
    rule = {"code": "custom", "condition": {"expression": "turn_count > 3"}, "action": {"type": "notify_only"}}
    async with world.client() as client:
        made = (await client.post(f"{V1}/escalation-triggers", json=rule)).json()
        path = f"{V1}/escalation-triggers/{made['id']}"
        assert (await client.patch(path, json={"enabled": False})).json()["enabled"] is False
        wrong = await client.patch(path, json={"condition": {"expression": "turn_count >"}})
        assert wrong.json()["errors"][0]["field"] == "condition.expression"
        assert made["id"] in [t["id"] for t in (await client.get(f"{V1}/escalation-triggers")).json()["items"]]
        assert (await client.delete(path)).status_code == 204
        assert (await client.get(path)).json()["code"] == "trigger_not_found"


async def test_an_faq_is_found_by_the_next_question_and_gone_after_its_removal(world: World) -> None:
    faq = {
        "question": "Do you thaw frozen pipes?",
        "answer": "Yes, we thaw frozen pipes all winter.",
        "tags": ["winter"],
    }
    async with world.client() as client:
        made = (await client.post(f"{V1}/kb/faqs", json=faq)).json()
        path = f"{V1}/kb/faqs/{made['id']}"
        found = (await client.post(f"{V1}/kb/search", json={"query": "can you thaw my frozen pipe"})).json()["items"]
        assert found[0]["text"]
        assert found[0]["document_id"] == made["document_id"]
        assert {"dense", "keyword", "fused"} <= set(found[0]["scores"])
        changed = await client.patch(path, json={"answer": "Yes, day and night."})
        assert changed.json()["answer"] == "Yes, day and night."
        assert (await client.get(f"{V1}/kb/faqs", params={"q": "thaw"})).json()["items"][0]["id"] == made["id"]
        assert (await client.delete(path)).status_code == 204
        assert (await client.delete(path)).status_code == 404
        again = (await client.post(f"{V1}/kb/search", json={"query": "can you thaw my frozen pipe"})).json()["items"]
        assert made["document_id"] not in [i["document_id"] for i in again]


async def test_documents_are_binned_and_restored(world: World) -> None:
    async with world.client() as client:
        faq = (await client.post(f"{V1}/kb/faqs", json={"question": "Do you fix sinks?", "answer": "Yes."})).json()
        path = f"{V1}/kb/documents/{faq['document_id']}"
        whole = (await client.get(path)).json()
        assert whole["business_id"] == str(world.acme.id)
        assert {c["business_id"] for c in whole["chunk_list"]} == {str(world.acme.id)}
        assert {c["document_id"] for c in whole["chunk_list"]} == {faq["document_id"]}
        listed = (await client.get(f"{V1}/kb/documents")).json()["items"]
        assert {d["business_id"] for d in listed} == {str(world.acme.id)}
        assert (await client.delete(path)).status_code == 204
        binned = (await client.get(f"{V1}/kb/documents", params={"deleted": True})).json()["items"]
        assert faq["document_id"] in [d["id"] for d in binned]
        assert (await client.post(f"{path}/restore")).status_code == 204
        assert (await client.post(f"{path}/restore")).status_code == 409


async def test_jobs_take_urls_rows_the_profile_and_files(world: World) -> None:
    bodies = [
        {"source": "url", "url": "https://acme.example/prices"},
        {"source": "faq", "rows": [{"question": "q", "answer": "a"}]},
        {"source": "profile"},
    ]
    async with world.client() as client:
        for body in bodies:
            made = await client.post(f"{V1}/kb/jobs", json=body)
            assert made.status_code == 202, made.text
            assert made.json()["source"] == body["source"]
        files = [
            ("files", ("../../warranty.txt", b"Two years on all parts.", "text/plain")),
            ("files", ("b.md", b"# B", "text/markdown")),
        ]
        made = await client.post(f"{V1}/kb/jobs", files=files, data={"visibility": "internal", "tags": "a, b"})
        assert made.status_code == 202, made.text
        job = made.json()
        assert (await client.get(f"{V1}/kb/jobs/{job['id']}")).json() == job
        page = (await client.get(f"{V1}/kb/jobs", params={"limit": 3})).json()
        assert page["items"][0]["id"] == job["id"]
        rest = (await client.get(f"{V1}/kb/jobs", params={"cursor": page["next_cursor"]})).json()
        ids = [item["id"] for item in [*page["items"], *rest["items"]]]
        assert len(ids) == len(set(ids)) >= 4
    async with world.house.door.transaction(world.acme.id) as tx:
        row = await tx.fetchrow("SELECT input FROM kb_ingestion_jobs WHERE id = $1::text::uuid", job["id"])
        queued = await tx.fetchval("SELECT count(*) FROM jobs.procrastinate_jobs WHERE task_name = 'ingest'")
    assert queued >= 4  # and what the business itself has asked for: its profile
    stored = row["input"]["files"][0]
    assert (stored["name"], stored["tags"], stored["visibility"]) == ("warranty.txt", ["a", "b"], "internal")
    assert await world.house.objects.get(stored["key"]) == b"Two years on all parts."


@pytest.mark.parametrize(
    "body",
    [{}, {"source": "moon"}, {"source": "url"}, {"source": "url", "url": "file:///etc/passwd"}, {"source": "faq", "rows": []},
     {"source": "faq", "rows": [{"question": "", "answer": "x"}]}, {"source": "profile", "more": 1}, [], "x", 7],
)  # fmt: skip
async def test_a_wrong_job_leaves_no_row(world: World, body: Any) -> None:
    async with world.client() as client:
        before = (await client.get(f"{V1}/kb/jobs")).json()["items"]
        assert (await client.post(f"{V1}/kb/jobs", json=body)).status_code == 422
        assert (
            await client.post(f"{V1}/kb/jobs", content=b"<x/>", headers={"Content-Type": "text/xml"})
        ).status_code == 415
        assert (await client.post(f"{V1}/kb/jobs", files=[("files", ("a.pdf", b""))])).status_code == 422
        assert (await client.get(f"{V1}/kb/jobs")).json()["items"] == before


async def test_the_same_idempotency_key_does_a_thing_once(world: World) -> None:
    faq = {"question": "Once?", "answer": "Once."}
    async with world.client(**{"Idempotency-Key": new_id().hex}) as client:
        first = await client.post(f"{V1}/kb/faqs", json=faq)
        second = await client.post(f"{V1}/kb/faqs", json=faq)
        assert first.json() == second.json()
        assert second.status_code == 201
        assert second.headers["idempotency-replayed"] == "true"
        other = await client.post(f"{V1}/kb/faqs", json={**faq, "answer": "Twice."})
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    async with world.client(**{"Idempotency-Key": new_id().hex}) as client:
        assert (await client.post(f"{V1}/kb/faqs", json={"question": ""})).status_code == 422
        assert (await client.post(f"{V1}/kb/faqs", json=faq)).status_code == 201


async def test_understand_reads_and_the_playground_stores_nothing(world: World) -> None:
    text = "How much to install a 50-gallon gas water heater in Madison?"
    async with world.client() as client:
        reading = (await client.post(f"{V1}/understand", json={"text": text})).json()
        assert reading["intent"]["name"] == "request_quote"
        assert reading["language"] == "en"
        assert {"kind", "text", "start", "end", "value"} <= set(reading["entities"][0])
        counts = "SELECT (SELECT count(*) FROM conversations) + (SELECT count(*) FROM messages) + (SELECT count(*) FROM events)"
        async with world.house.door.transaction(world.acme.id) as tx:
            before = await tx.fetchval(counts)
        hours = {"messages": ["¿A qué hora abren los sábados?"], "now": "2026-03-10T12:00:00-05:00"}
        turn = (await client.post(f"{V1}/playground", json=hours)).json()
        assert "8" in turn["reply"]["text"]
        assert turn["reading"]["language"] == "es"
        assert turn["verdict"]["action"] == "none"
        assert turn["receipt"]["composer"] == "extractive"
        angry = {"messages": ["I'm really upset, the tech left a mess and didn't fix the problem."]}
        turn = (await client.post(f"{V1}/playground", json=angry)).json()
        assert (turn["verdict"]["action"], turn["status"]) == ("auto_escalate", "waiting_human")
        assert turn["reply"]["text"]
        async with world.house.door.transaction(world.acme.id) as tx:
            assert await tx.fetchval(counts) == before
        wrong = await client.post(f"{V1}/playground", json={"messages": [{"role": "ai", "text": "hi"}]})
        assert wrong.status_code == 422


async def test_a_colleague_sees_what_a_model_was_asked_and_said_and_null_without_one(world: World) -> None:
    conversation_id = await world.conversation("What are your hours on Monday?")
    path = f"{V1}/conversations/{conversation_id}"
    async with world.client() as client:
        messages = (await client.get(path)).json()["messages"]
        assert {(m["raw_llm_request"], m["raw_llm_response"]) for m in messages} == {(None, None)}
        reply = next(m["id"] for m in messages if m["sender_type"] == "ai")
        asked, said = {"messages": [{"role": "user", "content": "Hi"}]}, {"text": "Hello"}
        async with world.house.door.transaction(world.acme.id) as tx:
            update = "UPDATE messages SET raw_llm_request = $2, raw_llm_response = $3 WHERE id = $1::uuid"
            await tx.execute(update, reply, asked, said)
        messages = {m["id"]: m for m in (await client.get(path)).json()["messages"]}
        assert (messages[reply]["raw_llm_request"], messages[reply]["raw_llm_response"]) == (asked, said)
        assert [m["id"] for m in messages.values() if m["raw_llm_request"]] == [reply]


async def test_a_complaint_is_taken_over_answered_and_closed(world: World) -> None:
    conversation_id = await world.conversation("I'm really upset, the tech left a mess and didn't fix the problem.")
    path = f"{V1}/conversations/{conversation_id}"
    async with await world.signed_in("sarah@acme.example") as sarah, await world.signed_in("mike@acme.example") as mike:
        waiting = (await sarah.get(f"{V1}/conversations", params={"view": "waiting"})).json()["items"]
        assert str(conversation_id) in [c["id"] for c in waiting]
        brief = (await sarah.get(f"{V1}/handoffs/{conversation_id}")).json()
        assert brief["conversation_id"] == str(conversation_id)
        assert brief["summary"]
        refused = await sarah.post(f"{path}/messages", json={"text": "Hello"})
        assert (refused.status_code, refused.json()["code"]) == (409, "not_yours")
        note = await sarah.post(f"{path}/messages", json={"text": "Call her.", "kind": "note"})
        assert note.json()["visible_to_customer"] is False
        taken = (await sarah.post(f"{path}/takeover")).json()
        assert (taken["status"], taken["agent"]["name"]) == ("active", "Sarah Miles")
        assert (await mike.post(f"{path}/takeover")).json()["code"] == "taken"
        reply = {"text": "I am so sorry.", "client_message_id": "r1"}
        first = (await sarah.post(f"{path}/messages", json=reply)).json()
        assert (await sarah.post(f"{path}/messages", json=reply)).json() == first
        mine = (await sarah.get(f"{V1}/conversations", params={"view": "mine", "q": "so sorry"})).json()["items"]
        assert [c["id"] for c in mine] == [str(conversation_id)]
        whole = (await mike.get(path)).json()
        assert [m["text"] for m in whole["messages"] if m["sender_type"] == "agent"] == ["Call her.", "I am so sorry."]
        assert any(m["receipt"] for m in whole["messages"] if m["sender_type"] == "ai")
        people = {p["name"]: p["agent"]["id"] for p in mine for p in [{"name": "sarah", "agent": p["agent"]}]}
        assert people["sarah"]
        me = (await mike.get(f"{V1}/business")).json()["primary_contact_user_id"]
        assigned = (await mike.put(f"{path}/assignment", json={"agent_id": me})).json()
        assert assigned["agent"]["id"] == me
        closed = (
            await sarah.post(f"{path}/closure", json={"outcome": "resolved_by_human", "summary": "Fixed."})
        ).json()
        assert (closed["status"], closed["resolution_outcome"]) == ("closed", "resolved_by_human")
        assert (await sarah.post(f"{path}/closure")).status_code == 200


async def test_a_key_takes_over_in_the_name_of_a_colleague_and_hands_back(world: World) -> None:
    conversation_id = await world.conversation("Are you open on Saturdays?")
    path = f"{V1}/conversations/{conversation_id}"
    async with world.client() as client:
        assert (await client.post(f"{path}/takeover", json={})).json()["agent"]["name"] == "Sarah Miles"
        assert (await client.delete(f"{path}/takeover")).json()["agent"] is None
        stranger = await client.post(f"{path}/takeover", json={"agent_id": str(new_id())})
        assert stranger.json()["code"] == "unknown_agent"


async def test_the_inbox_comes_in_pages(world: World) -> None:
    for n in range(3):
        await world.conversation(f"What are your hours? {n}")
    async with world.client() as client:
        seen: list[str] = []
        cursor = None
        while True:
            params = {"limit": "2", **({"cursor": cursor} if cursor else {})}
            page = (await client.get(f"{V1}/conversations", params=params)).json()
            seen += [c["id"] for c in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        everything = (await client.get(f"{V1}/conversations", params={"limit": 200})).json()["items"]
        assert seen == [c["id"] for c in everything]
        assert (await client.get(f"{V1}/conversations", params={"cursor": "zzz"})).json()["code"] == "cursor_invalid"
        assert (await client.get(f"{V1}/conversations", params={"q": "100%_\\"})).json()["items"] == []


async def test_tickets_change_and_lists_answer(world: World) -> None:
    ticket_id, conversation_id = new_id(), await world.conversation("My bill is wrong")
    async with world.house.door.transaction(world.acme.id) as tx:
        await tx.execute(
            "INSERT INTO tickets (business_id, id, number, subject, description, conversation_id) VALUES ($1, $2, 900, 'Bill', 'd', $3)",
            world.acme.id, ticket_id, conversation_id,
        )  # fmt: skip
    async with world.client() as client:
        changed = (await client.patch(f"{V1}/tickets/{ticket_id}", json={"status": "solved"})).json()
        assert changed["status"] == "solved"
        assert (await client.patch(f"{V1}/tickets/{ticket_id}", json={"status": "gone"})).status_code == 422
        for resource in ("contacts", "leads", "interactions", "tickets"):
            assert (await client.get(f"{V1}/{resource}", params={"q": "a"})).status_code == 200
    async with world.house.door.transaction(world.acme.id) as tx:
        assert "ticket" in [e.type for e in await feed_after(tx, NOBODY)]


async def test_the_summary_counts_in_the_business_s_days(world: World) -> None:
    async with world.client() as client:
        summary = (await client.get(f"{V1}/analytics/summary")).json()
        total = summary["ai_resolved"] + summary["human_escalated"] + summary["unresolved"] + summary["open"]
        assert summary["conversations_started"] == total > 0
        for wrong in ({"from": "2026-02-30", "to": "2026-03-01"}, {"from": "2026-03-02", "to": "2026-03-01"}):
            assert (await client.get(f"{V1}/analytics/summary", params=wrong)).status_code == 422


async def test_the_stream_resumes_after_its_cursor_and_tells_what_comes(world: World) -> None:
    rooms = world.app.state.rooms
    await world.conversation("Do you fix toilets?")
    frames = b"".join([chunk async for chunk in stream(rooms, world.acme.id, NOBODY, longest=0.2)])
    ids = [line[4:].decode() for line in frames.split(b"\n") if line.startswith(b"id: ")]
    assert len(ids) == len(set(ids)) > 3
    rest = b"".join([chunk async for chunk in stream(rooms, world.acme.id, ids[-3], longest=0.2)])
    assert [line[4:].decode() for line in rest.split(b"\n") if line.startswith(b"id: ")] == ids[-2:]
    others = b"".join([chunk async for chunk in stream(rooms, world.other.id, NOBODY, longest=0.1)])
    assert b"id: " not in others
    async with world.client() as client:
        assert (await client.get(f"{V1}/events/stream", params={"after": "1-1; drop"})).json()[
            "code"
        ] == "cursor_invalid"


CROSSING = [
    ("GET", "escalation-triggers/{trigger}", None),
    ("PATCH", "escalation-triggers/{trigger}", {"enabled": False}),
    ("DELETE", "escalation-triggers/{trigger}", None),
    ("GET", "kb/jobs/{job}", None),
    ("GET", "kb/faqs/{faq}", None),
    ("PATCH", "kb/faqs/{faq}", {"answer": "stolen"}),
    ("DELETE", "kb/faqs/{faq}", None),
    ("GET", "kb/documents/{document}", None),
    ("DELETE", "kb/documents/{document}", None),
    ("POST", "kb/documents/{document}/restore", None),
    ("GET", "conversations/{conversation}", None),
    ("GET", "conversations/{conversation}/messages", None),
    ("POST", "conversations/{conversation}/messages", {"text": "hi", "kind": "note"}),
    ("POST", "conversations/{conversation}/takeover", {}),
    ("DELETE", "conversations/{conversation}/takeover", None),
    ("POST", "conversations/{conversation}/closure", {}),
    ("PUT", "conversations/{conversation}/assignment", {"agent_id": None}),
    ("GET", "handoffs/{conversation}", None),
    ("GET", "tickets/{ticket}", None),
    ("PATCH", "tickets/{ticket}", {"status": "closed"}),
]


@pytest.fixture(scope="module")
async def theirs(world: World) -> dict[str, str]:
    """Ids of Acme's things."""
    ticket = new_id()
    conversation = await world.conversation("What do you charge for a drain?")
    async with world.house.door.transaction(world.acme.id) as tx:
        await tx.execute(
            "INSERT INTO tickets (business_id, id, number, subject, description) VALUES ($1, $2, 901, 's', 'd')",
            world.acme.id,
            ticket,
        )
    async with world.client() as client:
        faq = (await client.post(f"{V1}/kb/faqs", json={"question": "Mine?", "answer": "Mine."})).json()
        job = (await client.post(f"{V1}/kb/jobs", json={"source": "profile"})).json()
        trigger = (await client.get(f"{V1}/escalation-triggers")).json()["items"][0]
    return {
        "trigger": trigger["id"], "job": job["id"], "faq": faq["id"], "document": faq["document_id"],
        "conversation": str(conversation), "ticket": str(ticket),
    }  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body"), CROSSING, ids=lambda v: v if isinstance(v, str) else "")
async def test_another_tenants_id_is_not_found(
    world: World, theirs: dict[str, str], method: str, path: str, body: Any
) -> None:
    for ids in (theirs, dict.fromkeys(theirs, str(new_id()))):
        async with world.client("other") as client:
            response = await client.request(method, f"{V1}/{path.format(**ids)}", json=body)
        assert response.status_code == 404, response.text
        assert response.headers["content-type"] == "application/problem+json"


async def test_lists_show_nothing_of_another_tenant(world: World, theirs: dict[str, str]) -> None:
    async with world.client("other") as client:
        for path in (
            "conversations",
            "kb/faqs",
            "kb/documents",
            "kb/jobs",
            "tickets",
            "contacts",
            "leads",
            "interactions",
        ):
            assert (await client.get(f"{V1}/{path}")).json()["items"] == []
        found = await client.post(f"{V1}/kb/search", json={"query": "Mine?", "visibility": "internal"})
        assert found.json()["items"] == []
        own = (await client.get(f"{V1}/escalation-triggers")).json()["items"]
        assert theirs["trigger"] not in [t["id"] for t in own]


async def test_every_route_documents_its_errors(world: World) -> None:
    document = world.app.openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("summary"), (method, path)
            assert {"401", "403", "422"} <= set(operation["responses"]), (method, path)
            assert operation["security"], (method, path)
    assert {"Problem", "UrlJobIn", "FaqRow"} <= set(document["components"]["schemas"])
