"""Sources over the wire: added, shown without their secrets, changed, read, stopped, removed, and never another's."""

from typing import Any

import pytest
from tests.web.api.conftest import World

SITE = {"kind": "url", "uri": "https://acme.example", "config": {"mode": "crawl", "depth": 2}, "refresh_every": 86_400}


async def test_a_website_is_added_read_at_once_and_listed(world: World) -> None:
    async with world.client() as client:
        answer = await client.post("/api/v1/kb/sources", json=SITE)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert (made["kind"], made["uri"], made["refresh_every"]) == ("url", "https://acme.example", 86_400)
        assert made["config"] == {
            "mode": "crawl",
            "depth": 2,
            "scope": [],
            "exclude": [],
            "include_private_docs": False,
        }
        assert made["last_job"]["status"] == "pending"
        assert made["next_refresh_at"]
        again = await client.post("/api/v1/kb/sources", json=SITE)
        assert (again.status_code, again.json()["code"]) == (409, "source_exists")
        listed = (await client.get("/api/v1/kb/sources")).json()["items"]
        assert made["id"] in [source["id"] for source in listed]
        job = (await client.post(f"/api/v1/kb/sources/{made['id']}/refresh")).json()
        assert job["id"] == made["last_job"]["id"]  # the one that is open
        assert job["source_id"] == made["id"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": "url", "uri": ""}, "uri"),
        ({"kind": "url", "uri": "http://127.0.0.1/"}, "uri"),
        ({"kind": "url", "uri": "https://acme.example", "config": {"depth": 99}}, "config.depth"),
        ({"kind": "url", "uri": "https://acme.example", "config": {"scope": ["prices"]}}, "config.scope"),
        ({"kind": "drive", "uri": "1AbCdEfGhIjKlMnOpQrStUvWxYz012345"}, "credentials"),
        ({"kind": "drive", "uri": "??", "credentials": {"refresh_token": "x"}}, "uri"),
        ({"kind": "fax", "uri": "1"}, "kind"),
        ({"kind": "url", "uri": "https://acme.example", "refresh_every": 5}, "refresh_every"),
    ],
)
async def test_what_is_wrong_with_a_source_is_named(world: World, body: dict[str, Any], field: str) -> None:
    async with world.client() as client:
        answer = await client.post("/api/v1/kb/sources", json=body)
    assert answer.status_code == 422, answer.text
    assert field in [error["field"].removeprefix("body.") for error in answer.json()["errors"]], answer.json()


async def test_credentials_are_kept_sealed_and_never_shown(world: World) -> None:
    secret = {"client_id": "id", "client_secret": "very-secret-indeed", "refresh_token": "1//also-secret"}
    body = {"kind": "drive", "uri": "1AbCdEfGhIjKlMnOpQrStUvWxYz0123", "credentials": secret, "read_now": False}
    async with world.client() as client:
        made = await client.post("/api/v1/kb/sources", json=body)
        assert made.status_code == 201, made.text
        assert made.json()["has_credentials"] is True
        shown = await client.get(f"/api/v1/kb/sources/{made.json()['id']}")
        for answer in (made, shown):
            assert "very-secret-indeed" not in answer.text
            assert "also-secret" not in answer.text
    async with world.house.door.transaction(world.acme.id) as tx:
        sealed = await tx.fetchval("SELECT secret FROM kb_sources WHERE kind = 'drive'")
        audit = await tx.fetch("SELECT * FROM audit_log")
    assert b"very-secret" not in sealed
    assert "very-secret" not in str(audit)


async def test_a_source_is_paused_changed_and_removed(world: World) -> None:
    async with world.client() as client:
        body = {**SITE, "uri": "https://pausing.example", "read_now": False}
        source = (await client.post("/api/v1/kb/sources", json=body)).json()
        path = f"/api/v1/kb/sources/{source['id']}"
        paused = (await client.patch(path, json={"state": "paused", "title": "Our site", "tags": ["web"]})).json()
        assert (paused["state"], paused["title"], paused["tags"]) == ("paused", "Our site", ["web"])
        assert paused["refresh_every"] == 86_400  # not named: stays
        by_hand = (await client.patch(path, json={"refresh_every": None})).json()
        assert (by_hand["refresh_every"], by_hand["next_refresh_at"]) == (None, None)
        assert (await client.delete(path)).status_code == 204
        assert (await client.get(path)).status_code == 404
        assert (await client.delete(path)).status_code == 404


async def test_a_removed_source_comes_back_once_and_not_to_an_address_that_is_taken(world: World) -> None:
    async with world.client() as client:
        made = (await client.post("/api/v1/kb/sources", json={**SITE, "uri": "https://back.example"})).json()
        path = f"/api/v1/kb/sources/{made['id']}"
        assert (await client.post(f"{path}/restore")).status_code == 404  # it is there
        assert (await client.delete(path)).status_code == 204
        back = await client.post(f"{path}/restore")
        assert back.status_code == 200, back.text
        assert back.json()["next_refresh_at"] is not None
        assert (await client.delete(path)).status_code == 204
        assert (
            await client.post("/api/v1/kb/sources", json={**SITE, "uri": "https://back.example"})
        ).status_code == 201
        assert (await client.post(f"{path}/restore")).status_code == 409


async def test_another_business_sees_none_of_it(world: World) -> None:
    async with world.client() as mine, world.client("other") as theirs:
        source = (await mine.post("/api/v1/kb/sources", json={**SITE, "uri": "https://mine.example"})).json()
        path = f"/api/v1/kb/sources/{source['id']}"
        assert (await theirs.get(path)).status_code == 404
        assert (await theirs.patch(path, json={"title": "x"})).status_code == 404
        assert (await theirs.post(f"{path}/refresh")).status_code == 404
        assert (await theirs.post(f"{path}/restore")).status_code == 404
        assert (await theirs.delete(path)).status_code == 404
        assert (await theirs.get("/api/v1/kb/sources")).json()["items"] == []
        job = source["last_job"]["id"]
        assert (await theirs.delete(f"/api/v1/kb/jobs/{job}")).status_code == 404
        assert (await theirs.post(f"/api/v1/kb/jobs/{job}/retry")).status_code == 404


async def test_reading_needs_the_scope_and_writing_its_own(world: World) -> None:
    async with world.client("kb only") as client:
        assert (await client.get("/api/v1/kb/sources")).status_code == 200
        assert (await client.post("/api/v1/kb/sources", json=SITE)).status_code == 403


async def test_a_job_is_stopped_once_and_tried_again(world: World) -> None:
    async with world.client() as client:
        files = [("files", ("a.txt", b"We clean drains.")), ("files", ("b.txt", b"We fit heaters."))]
        job = (await client.post("/api/v1/kb/jobs", files=files)).json()
        assert (await client.post(f"/api/v1/kb/jobs/{job['id']}/retry")).status_code == 409  # not ended
        stopped = await client.delete(f"/api/v1/kb/jobs/{job['id']}")
        assert stopped.status_code == 202
        assert stopped.json()["status"] == "failed"
        assert stopped.json()["errors"][0]["code"] == "cancelled"
        assert (await client.delete(f"/api/v1/kb/jobs/{job['id']}")).status_code == 409
        again = await client.post(f"/api/v1/kb/jobs/{job['id']}/retry")
        assert again.status_code == 202, again.text
        assert again.json()["id"] != job["id"]


async def test_a_crawl_is_asked_for_field_by_field(world: World) -> None:
    async with world.client() as client:
        body = {"source": "url", "url": "https://acme.example", "mode": "crawl", "depth": 1, "scope": ["/services"]}
        made = await client.post("/api/v1/kb/jobs", json=body)
        assert made.status_code == 202, made.text
        assert made.json()["trigger"] == "person"
        wrong = await client.post("/api/v1/kb/jobs", json={**body, "scope": ["services"]})
        assert wrong.status_code == 422
        assert wrong.json()["errors"][0]["field"] == "scope"


async def test_an_upload_loses_no_file_and_no_address_is_asked_in_vain(world: World) -> None:
    async with world.client() as client:
        files = [
            ("files", ("prices.txt", b"A: $10.")),
            ("files", ("prices.txt", b"B: $20.")),
            ("files", ("e.txt", b"")),
        ]
        job = (await client.post("/api/v1/kb/jobs", files=files)).json()
        async with world.house.door.transaction(world.acme.id) as tx:
            row = await tx.fetchval("SELECT input FROM kb_ingestion_jobs WHERE id = $1::text::uuid", job["id"])
        assert [file["name"] for file in row["files"]] == ["prices.txt", "prices (2).txt", "e.txt"]
        for url in ("http://foo:99999/", "http://127.0.0.1/", "http://[::1]/", "http://10.0.0.1:80/"):
            answer = await client.post("/api/v1/kb/jobs", json={"source": "url", "url": url})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "urls"), url


async def test_a_large_page_can_be_pushed_and_other_bodies_stay_small(world: World) -> None:
    async with world.client() as client:
        page = {"external_id": "large", "html": "<p>" + "Words of a long page. " * 30_000 + "</p>"}
        assert (await client.post("/api/v1/kb/documents", json=page)).status_code == 202
        assert (await client.post("/api/v1/kb/search", json={"query": "a" * 400_000})).status_code == 413
