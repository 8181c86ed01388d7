"""What waits for the owner, over the wire: findings, drafts, proposals; tables and canned replies."""

from typing import Any
from uuid import UUID

from tests.web.api.conftest import World

from firstline.kit.ids import new_id

V1 = "/api/v1"


async def _execute(world: World, sql: str, *args: Any) -> None:
    async with world.house.door.transaction(world.acme.id) as tx:
        await tx.execute(sql, *args)


async def _draft(world: World, question: str, answer: str) -> UUID:
    made = new_id()
    await _execute(
        world,
        "INSERT INTO kb_drafts (business_id, id, question, answer, origin, origin_id, made_by) VALUES ($1, $2, $3, $4, 'chat', $5, 'extraction')",
        world.acme.id,
        made,
        question,
        answer,
        new_id(),
    )
    return made


async def _proposal(world: World) -> UUID:
    made = new_id()
    document = {
        "fields": {
            "phone": {"value": "+16085550199", "source": "https://acme.example/", "confidence": 0.95, "words": ""}
        },
        "services": [{"name": "Leak search"}],
        "faqs": [
            {"question": "Is there a fee for quotes?", "answer": "Quotes are free.", "language": "en", "tags": []}
        ],
        "conflicts": [],
        "profile": {
            "phone": "+16085550199",
            "email": "office@acme.example",
            "services": [{"name": {"en": "Leak search"}, "unit": "job", "price_low": "90.00", "price_high": "140.00"}],
        },
    }
    await _execute(
        world,
        "INSERT INTO kb_profile_proposals (business_id, id, url, proposal) VALUES ($1, $2, 'https://acme.example/', $3)",
        world.acme.id,
        made,
        document,
    )
    return made


async def test_a_secret_in_a_document_is_told_and_can_be_allowed(world: World) -> None:
    body = {"external_id": "s", "title": "Office", "markdown": "Call us early.\n\nOur wifi password: hunter2-Zz9!"}
    async with world.client() as client, world.client("other") as stranger:
        document = (await client.post(f"{V1}/kb/documents", json=body)).json()["document_id"]
        whole = (await client.get(f"{V1}/kb/documents/{document}")).json()
        assert "hunter2" not in str(whole)
        found = (await client.get(f"{V1}/kb/findings", params={"document_id": document})).json()["items"]
        assert [(f["kind"], f["action"], f["document_title"]) for f in found] == [("secret", "redacted", "Office")]
        assert found[0]["sentence"]
        assert "hunter2" not in str(found)
        path = f"{V1}/kb/findings/{found[0]['id']}"
        assert (await stranger.patch(path, json={"state": "allowed"})).status_code == 404
        assert (await client.patch(path, json={"state": "whatever"})).status_code == 422
        dismissed = (await client.patch(path, json={"state": "dismissed"})).json()
        assert dismissed["state"] == "dismissed"
        assert found[0]["id"] not in str((await client.get(f"{V1}/kb/findings")).json())
        assert (await client.patch(path, json={"state": "open"})).json()["state"] == "open"


async def test_a_draft_is_used_only_after_a_yes_and_only_once(world: World) -> None:
    question, answer = "Do you fix copper roofs of chapels?", "Yes, we solder copper roofs of chapels on site."
    draft, other = await _draft(world, question, answer), await _draft(world, "Other?", "Words.")
    async with world.client() as client, world.client("other") as stranger:
        listed = (await client.get(f"{V1}/kb/drafts")).json()["items"]
        assert {str(draft), str(other)} <= {d["id"] for d in listed}
        asked = await client.post(f"{V1}/kb/search", json={"query": question})
        assert "solder copper roofs" not in asked.text
        assert (await stranger.post(f"{V1}/kb/drafts/{draft}/acceptance")).status_code == 404
        yes = await client.post(f"{V1}/kb/drafts/{draft}/acceptance", json={"answer": answer + " Ask Ana."})
        assert yes.status_code == 200, yes.text
        assert yes.json()["answer"].endswith("Ask Ana.")
        again = await client.post(f"{V1}/kb/drafts/{draft}/acceptance")
        assert again.json()["id"] == yes.json()["id"]
        asked = await client.post(f"{V1}/kb/search", json={"query": question})
        assert "solder copper roofs" in asked.text
        assert (await client.post(f"{V1}/kb/drafts/{other}/dismissal")).status_code == 204
        assert (await client.post(f"{V1}/kb/drafts/{other}/acceptance")).status_code == 409
        assert (await client.delete(f"{V1}/kb/drafts/{other}/dismissal")).status_code == 204
        assert str(other) in (await client.get(f"{V1}/kb/drafts")).text


async def test_of_a_proposal_only_what_is_named_is_taken_over(world: World) -> None:
    proposal = await _proposal(world)
    path = f"{V1}/kb/proposals/{proposal}"
    async with world.client() as client, world.client("other") as stranger:
        before = (await client.get(f"{V1}/business")).json()
        assert (await stranger.get(path)).status_code == 404
        wrong = await client.post(f"{path}/acceptance", json={"fields": ["favourite_colour"]})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "fields")
        assert (await client.post(f"{path}/dismissal")).status_code == 204
        assert (await client.delete(f"{path}/dismissal")).status_code == 204
        taken = await client.post(f"{path}/acceptance", json={"fields": ["phone"], "services": [0], "faqs": [0]})
        assert taken.status_code == 200, taken.text
        assert taken.json()["state"] == "accepted"
        after = (await client.get(f"{V1}/business")).json()
        assert after["phone"] == "+16085550199"
        assert after["email"] == before["email"]  # not named
        names = [service["name"]["en"] for service in after["services"]]
        assert [service["name"]["en"] for service in before["services"]] == names[:-1]
        assert names[-1] == "Leak search"
        assert after["not_offered"] == before["not_offered"]
        assert "Quotes are free." in (await client.get(f"{V1}/kb/faqs", params={"q": "fee for quotes"})).text
        assert (await client.post(f"{path}/acceptance", json={"fields": ["phone"]})).status_code == 409


async def test_a_profile_import_is_a_job_and_guards_its_address(world: World) -> None:
    async with world.client() as client:
        made = await client.post(f"{V1}/business/profile-import", json={"url": "https://acme.example"})
        assert (made.status_code, made.json()["source"]) == (202, "url")
        wrong = await client.post(f"{V1}/business/profile-import", json={"url": "http://169.254.169.254/latest"})
        assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "url")


async def test_faqs_go_out_and_come_in_as_a_table(world: World) -> None:
    table = 'question,answer,language\nDo you sell pipes by the metre?,"Yes, cut to length.",en\n,No question.,en\n'
    async with world.client() as client:
        headers = {"Content-Type": "text/csv"}
        path = f"{V1}/kb/faqs/import"
        dry = (await client.post(path, content=table, headers=headers, params={"dry_run": True})).json()
        assert (dry["new"], dry["bad"], dry["applied"]) == (1, 1, False)
        assert (dry["errors"][0]["row"], dry["errors"][0]["column"]) == (3, "question")
        whole = (await client.post(path, content=table, headers=headers)).json()
        assert whole["applied"] is False  # a bad row: nothing is written
        done = (await client.post(path, files={"file": ("f.csv", table)}, params={"only_good": True})).json()
        assert (done["new"], done["applied"]) == (1, True)
        exported = await client.get(f"{V1}/kb/faqs/export")
        assert exported.headers["content-type"].startswith("text/csv")
        assert "Do you sell pipes by the metre?" in exported.text
        same = (await client.post(path, content=exported.content, headers=headers, params={"dry_run": True})).json()
        assert (same["new"], same["changed"], same["bad"]) == (0, 0, 0)
        assert (await client.post(path, content=b"\x00\x01", headers=headers)).status_code == 422
        assert (await client.post(path, json={})).status_code == 415


async def test_canned_replies_are_written_found_removed_and_brought_back(world: World) -> None:
    body = {
        "shortcut": "/Parking",
        "title": "Where can I park my lorry?",
        "text": "Behind the hall, gate C.",
        "answers": True,
    }
    async with world.client() as client, world.client("other") as stranger:
        made = await client.post(f"{V1}/canned-replies", json=body)
        assert (made.status_code, made.json()["shortcut"]) == (201, "parking")
        path = f"{V1}/canned-replies/{made.json()['id']}"
        assert (await stranger.get(path)).status_code == 404
        assert (await client.post(f"{V1}/canned-replies", json=body)).status_code == 409
        query = {"query": "where can I park my lorry"}
        assert "gate C" in (await client.post(f"{V1}/kb/search", json=query)).text
        bad = await client.patch(path, json={"text": "Hi {{customer_nam}}", "answers": False})
        assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "text")
        assert (await client.delete(path)).status_code == 204
        assert "gate C" not in (await client.post(f"{V1}/kb/search", json=query)).text
        assert (await client.post(f"{path}/restore")).json()["text"] == body["text"]
        assert "gate C" in (await client.post(f"{V1}/kb/search", json=query)).text
        listed = (await client.get(f"{V1}/canned-replies", params={"limit": 1})).json()
        assert [reply["shortcut"] for reply in listed["items"]] == ["parking"]
        assert "parking" in (await client.get(f"{V1}/canned-replies/export")).text


async def test_reindexing_is_a_job_and_the_model_is_told(world: World) -> None:
    async with world.client() as client:
        assert (await client.post(f"{V1}/kb/reindex")).status_code == 202
        assert (await client.get(f"{V1}/kb/model")).json()["active"] == "use-multilingual-3"
