"""A Drive folder through the whole pipeline: its sealed key, its documents found, what is deleted there no longer known here."""

import pytest
from tests.knowledge.drive_api import FOLDER, GoogleDrive

from firstline.embedding.fake import FakeEmbedder
from firstline.embedding.pool import EmbeddingPool
from firstline.ground.sealing import Sealer
from firstline.kit.ids import new_id
from firstline.knowledge import job_queries, queries
from firstline.knowledge.ingest import ingest
from firstline.knowledge.refresh import add_source, refresh_source
from firstline.knowledge.sources.drive import DriveSource
from firstline.knowledge.sources.port import Materials
from firstline.knowledge.store import Workshop
from firstline.tenancy.model import Business


@pytest.fixture
async def acme(door):
    business = Business(id=new_id(), name="Acme Plumbing", slug=f"acme-{new_id().hex[-8:]}")
    async with door.transaction(business.id) as tx:
        await tx.execute("INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, $2, $3, 'UTC')", business.id, business.name, business.slug)  # fmt: skip
    return business


@pytest.fixture
def workshop(door):
    made = Workshop(door, EmbeddingPool(FakeEmbedder(64)), sealer=Sealer("a key of the tests"))
    yield made
    made.pool.close()


async def known(workshop, acme):
    async with workshop.door.transaction(acme.id) as tx:
        return {d["source_uri"]: d["visibility"] for d in await queries.list_documents(tx)}


async def test_a_folder_is_read_refreshed_and_forgotten_as_it_is_in_drive(workshop, acme):
    values = {"title": "Drive", "config": {}, "visibility": "public", "tags": [], "refresh_every": None}
    with GoogleDrive() as google:
        source = DriveSource(google.endpoints, clock=lambda: google.now)

        async def run(source_id):
            async with workshop.door.transaction(acme.id) as tx:
                job_id = await job_queries.open_job_of_source(tx, source_id) or await refresh_source(tx, source_id)
            return await ingest(workshop, Materials(acme), job_id, sources={"drive": source})

        google.put("sub-1", "Internal", FOLDER)
        google.put("txt-1", "hours.txt", "text/plain", data=b"Open on Saturdays until noon.")
        google.put("txt-2", "fees.txt", "text/plain", data=b"A visit costs 60 dollars.")
        google.put("txt-3", "margin.txt", "text/plain", data=b"Our margin is 40 percent.", parents=["sub-1"])
        async with workshop.door.transaction(acme.id) as tx:
            secret = {"service_account": google.account}
            source_id = await add_source(
                tx, "drive", "root-folder-1", values | {"secret": secret}, sealer=workshop.sealer
            )
            stored = await tx.fetchval("SELECT secret FROM kb_sources WHERE id = $1", source_id)
        assert b"PRIVATE KEY" not in stored
        job = await run(source_id)
        assert (job.status, job.stats["documents"], job.errors) == ("completed", 2, [])
        assert await known(workshop, acme) == {"drive:txt-1": "public", "drive:txt-2": "public"}

        google.delete("txt-1")
        google.put("txt-2", "fees.txt", "text/plain", data=b"A visit costs 80 dollars.")
        google.requests.clear()
        assert (await run(source_id)).status == "completed"
        assert "drive.files.list" not in dict(google.requests)
        assert await known(workshop, acme) == {"drive:txt-2": "public"}

        google.change("txt-2", parents=["sub-1"])  # now private at its source
        await run(source_id)
        assert await known(workshop, acme) == {}

        google.revoked = True
        failed = await run(source_id)
        assert failed.status == "failed"
        assert "revoked" in failed.errors[0]["message"]
        assert google.refused == []
