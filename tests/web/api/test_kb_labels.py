"""What the owner decides about a document outlives the next push of it."""

from tests.web.api.conftest import World

V1 = "/api/v1"


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
