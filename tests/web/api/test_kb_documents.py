"""Documents over the wire: pushed, found, labelled, filtered, given back as files, in the bin and out of it."""

from typing import Any

from tests.web.api.conftest import World

V1 = "/api/v1"
PAGE = {
    "external_id": "page-42",
    "title": "Gutter cleaning",
    "html": "<html><body><h1>Gutter cleaning</h1><p>We clean gutters of bungalows for $149, leaves taken away.</p></body></html>",
    "tags": ["outside"],
}


async def _search(client: Any, query: str, **more: Any) -> list[dict[str, Any]]:
    answer = await client.post(f"{V1}/kb/search", json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    return [item for item in answer.json()["items"] if item["above_floor"]]


async def test_a_pushed_page_is_found_replaced_and_removed(world: World) -> None:
    async with world.client() as client:
        made = await client.post(f"{V1}/kb/documents", json=PAGE)
        assert made.status_code == 201, made.text
        document = made.json()["document_id"]
        assert document in [item["document_id"] for item in await _search(client, "gutter cleaning of a bungalow")]
        same = await client.post(f"{V1}/kb/documents", json=PAGE)
        assert (same.status_code, same.json()["document_id"], same.json()["changed"]) == (200, document, False)
        dearer = {**PAGE, "html": str(PAGE["html"]).replace("$149", "$179")}
        assert (await client.post(f"{V1}/kb/documents", json=dearer)).json()["document_id"] == document
        found = await _search(client, "gutter cleaning of a bungalow")
        assert "$179" in found[0]["text"]
        assert "$149" not in str(found)
        gone = await client.request("DELETE", f"{V1}/kb/documents", params={"external_id": "page-42"})
        assert gone.status_code == 204
        assert document not in str(await _search(client, "gutter cleaning of a bungalow"))
        again = await client.request("DELETE", f"{V1}/kb/documents", params={"external_id": "page-42"})
        assert again.status_code == 404


async def test_labels_are_true_for_the_next_question(world: World) -> None:
    async with world.client() as client:
        body = {
            "external_id": "warranty",
            "title": "Roof warranty",
            "markdown": "Our roofs have a warranty of 12 years.",
        }
        document = (await client.post(f"{V1}/kb/documents", json=body)).json()["document_id"]
        path, question = f"{V1}/kb/documents/{document}", "how long is the warranty of a roof"
        assert document in str(await _search(client, question))
        patched = await client.patch(path, json={"visibility": "internal", "tags": ["office"]})
        assert (patched.json()["visibility"], patched.json()["metadata"]["tags"]) == ("internal", ["office"])
        assert document not in str(await _search(client, question))
        assert document in str(await _search(client, question, visibility="internal"))
        await client.patch(path, json={"visibility": "public", "effective_date": "2999-01-01"})
        assert document not in str(await _search(client, question))
        shown = (await client.patch(path, json={"effective_date": None})).json()
        assert shown["effective_date"] is None
        assert document in str(await _search(client, question, tags=["office"]))
        listed = (await client.get(f"{V1}/kb/documents", params={"tag": "office"})).json()["items"]
        assert [item["id"] for item in listed] == [document]
        chunks = (await client.get(f"{V1}/kb/chunks", params={"document_id": document})).json()["items"]
        assert chunks[0]["text"].startswith("Our roofs")
        assert (await client.get(f"{V1}/kb/chunks/{chunks[0]['id']}")).json() == chunks[0]


async def test_bad_pushes_name_their_field(world: World) -> None:
    async with world.client() as client:
        for body, field in (
            ({"external_id": "x", "title": "t"}, "html"),
            ({"external_id": "x", "title": "t", "html": "<p>a</p>", "markdown": "b"}, "html"),
            ({"external_id": " ", "markdown": "b"}, "external_id"),
            ({"external_id": "x", "markdown": "   "}, "markdown"),
            ({"external_id": "x", "markdown": "b", "url": "javascript:alert(1)"}, "url"),
        ):
            answer = await client.post(f"{V1}/kb/documents", json=body)
            assert answer.status_code == 422, (body, answer.text)
            assert field in answer.text, (body, answer.text)


async def test_a_file_is_given_back_as_a_download_and_to_its_owner_only(world: World) -> None:
    evil = b"<html><script>alert(1)</script><body><p>Boilers are serviced every year.</p></body></html>"
    key = "kb/test/evil"
    await world.house.objects.put(key, evil)
    async with world.client() as client, world.client("other") as stranger:
        document = (await client.post(f"{V1}/kb/documents", json={**PAGE, "external_id": "f"})).json()["document_id"]
        assert (await client.get(f"{V1}/kb/documents/{document}/file")).status_code == 404
        async with world.house.door.transaction(world.acme.id) as tx:
            await tx.execute("UPDATE kb_source_documents SET object_key = $1 WHERE id = $2::text::uuid", key, document)
        file = await client.get(f"{V1}/kb/documents/{document}/file")
        assert file.content == evil
        assert file.headers["content-disposition"].startswith("attachment")
        assert file.headers["content-type"] == "application/octet-stream"
        assert file.headers["x-content-type-options"] == "nosniff"
        for method, path in (
            ("GET", f"{document}/file"), ("GET", document), ("PATCH", document), ("DELETE", document),
            ("POST", f"{document}/refresh"), ("POST", f"{document}/restore"),
        ):  # fmt: skip
            answer = await stranger.request(method, f"{V1}/kb/documents/{path}", json={} if method == "PATCH" else None)
            assert answer.status_code == 404, (method, path, answer.text)
