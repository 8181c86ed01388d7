"""What the owner decides about a document outlives the next push of it."""

import asyncio
from typing import Any

from tests.web.api.conftest import World

V1 = "/api/v1"


async def _patch(client: Any, **changes: Any) -> None:
    """A change of the profile, answered when its documents are read; on a busy machine they are still being read then."""
    patched = await client.patch(f"{V1}/business", json=changes)
    assert patched.status_code == 200, patched.text
    for _ in range(600):
        jobs = (await client.get(f"{V1}/kb/jobs")).json()["items"]
        if not any(job["source"] == "profile" and job["status"] == "running" for job in jobs):
            return
        await asyncio.sleep(0.1)


async def test_a_push_leaves_the_owners_labels_alone(world: World) -> None:
    page = {"external_id": "codes", "title": "Codes", "markdown": "The gate of the yard opens with a blue key."}
    question = {"query": "what opens the gate of the yard"}
    async with world.client() as client:
        document = (await client.post(f"{V1}/kb/documents", json=page)).json()["document_id"]
        await client.patch(f"{V1}/kb/documents/{document}", json={"visibility": "internal", "tags": ["office"]})
        for text in (page["markdown"], "The gate of the yard opens with a green key."):
            again = await client.post(f"{V1}/kb/documents", json={**page, "markdown": text, "visibility": "public"})
            assert again.status_code == 200, again.text
            assert document not in (await client.post(f"{V1}/kb/search", json=question)).text
            shown = (await client.get(f"{V1}/kb/documents/{document}")).json()
            assert (shown["visibility"], shown["metadata"]["tags"]) == ("internal", ["office"])
            assert {chunk["visibility"] for chunk in shown["chunk_list"]} == {"internal"}


async def test_two_rows_never_have_one_question_and_a_form_sent_twice_is_one(world: World) -> None:
    async with world.client() as client:
        one = (await client.post(f"{V1}/kb/faqs", json={"question": "Do you rent lamps?", "answer": "Yes."})).json()
        two = (await client.post(f"{V1}/kb/faqs", json={"question": "Do you rent tents?", "answer": "No."})).json()
        taken = await client.patch(f"{V1}/kb/faqs/{two['id']}", json={"question": "do you rent lamps?"})
        assert (taken.status_code, taken.json()["errors"][0]["field"]) == (409, "question")
        assert (await client.patch(f"{V1}/kb/faqs/{one['id']}", json={"answer": "Yes, for $5."})).status_code == 200
        key = {"Idempotency-Key": "the-same-form-twice"}
        sent = [
            await client.post(f"{V1}/kb/jobs", files=[("files", ("k.txt", b"We rent lamps."))], headers=key)
            for _ in range(2)
        ]
        assert [answer.status_code for answer in sent] == [202, 202], sent[1].text
        assert sent[0].json()["id"] == sent[1].json()["id"]
        bad = await client.patch(f"{V1}/kb/documents/{two['document_id']}", json={"effective_date": "0001-01-01"})
        assert bad.status_code == 422


async def test_a_new_answer_to_an_internal_question_stays_internal_and_many_files_are_refused_in_words(
    world: World,
) -> None:
    async with world.client() as client:
        row = {
            "question": "What is the gate pin?",
            "answer": "It is 9911.",
            "visibility": "internal",
            "tags": ["office"],
        }
        await client.post(f"{V1}/kb/faqs", json=row)
        again = await client.post(f"{V1}/kb/faqs", json={"question": "What is the gate pin?", "answer": "It is 9912."})
        assert (again.json()["visibility"], again.json()["tags"]) == ("internal", ["office"])
        assert "9912" not in (await client.post(f"{V1}/kb/search", json={"query": "what is the gate pin"})).text
        files = [("files", (f"{n}.txt", b"x")) for n in range(51)]
        answer = await client.post(f"{V1}/kb/jobs", files=files)
        assert (answer.status_code, answer.json()["detail"]) == (422, "At most 50 files at once.")


async def test_a_changed_price_is_in_the_very_next_search_and_a_removed_service_is_not(world: World) -> None:
    async with world.client() as client:
        services = (await client.get(f"{V1}/business")).json()["services"]
        bell = {
            "name": {"en": "Bell tower tuning", "es": "Afinación de campanas"},
            "unit": "job",
            "price_low": "410.00",
        }
        await _patch(client, services=[*services, bell])
        question = {"query": "how much is bell tower tuning"}
        assert "$410" in (await client.post(f"{V1}/kb/search", json=question)).text
        await _patch(client, services=[*services, {**bell, "price_low": "430.00"}])
        found = (await client.post(f"{V1}/kb/search", json=question)).text
        assert "$430" in found
        assert "$410" not in found
        await _patch(client, services=services)
        assert "Bell tower" not in (await client.post(f"{V1}/kb/search", json=question)).text


async def test_a_service_named_later_meets_the_price_of_an_older_page(world: World) -> None:
    page = {"external_id": "ladders", "title": "Ladders", "markdown": "# Ladders\n\nLadder hire costs $25 per day."}
    hire = {"name": {"en": "Ladder hire"}, "unit": "day", "price_low": "70.00", "price_high": "80.00"}
    async with world.client() as client:
        document = (await client.post(f"{V1}/kb/documents", json=page)).json()["document_id"]
        services = (await client.get(f"{V1}/business")).json()["services"]
        await _patch(client, services=[*services, hire])
        found = (await client.get(f"{V1}/kb/findings", params={"kind": "contradiction"})).json()["items"]
        assert document in str(found), found
        assert "25" in str(found)
        await _patch(client, services=[*services, {**hire, "price_low": "25.00", "price_high": "25.00"}])
        found = (await client.get(f"{V1}/kb/findings", params={"kind": "contradiction"})).json()["items"]
        assert document not in str(found), found
        await _patch(client, services=services)


async def test_a_file_that_comes_again_stays_for_those_who_could_see_it(world: World) -> None:
    async with world.client() as client:
        body = {"external_id": "u", "markdown": "The safe stands behind the mirror.", "visibility": "internal"}
        document = (await client.post(f"{V1}/kb/documents", json=body)).json()["document_id"]
        async with world.house.door.transaction(world.acme.id) as tx:
            await tx.execute(
                "UPDATE kb_source_documents SET source_uri = 'upload:safe.txt' WHERE id = $1::text::uuid", document
            )
        files = [("files", ("safe.txt", b"The safe stands behind the mirror in the hall."))]
        for form, wanted in (({}, "internal"), ({"visibility": "public"}, "public")):
            job = (await client.post(f"{V1}/kb/jobs", files=files, data=form)).json()
            async with world.house.door.transaction(world.acme.id) as tx:
                row = await tx.fetchval("SELECT input FROM kb_ingestion_jobs WHERE id = $1::text::uuid", job["id"])
            assert row["files"][0]["visibility"] == wanted
