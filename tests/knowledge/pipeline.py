"""Helpers of the pipeline's tests: a folder as object store, a source made of a list, a business with its workshop."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from firstline.embedding.fake import FakeEmbedder
from firstline.embedding.pool import EmbeddingPool
from firstline.ground.tenant import Door
from firstline.kit.ids import new_id
from firstline.knowledge import queries
from firstline.knowledge.ingest import SOURCES, ingest
from firstline.knowledge.model import Job, Parsed
from firstline.knowledge.sources.port import Acquired, Materials
from firstline.knowledge.store import Workshop
from firstline.tenancy.model import Business


class Folder:
    """An object store of one dict."""

    def __init__(self, **files: bytes) -> None:
        self.files = files

    async def put(self, key: str, data: bytes) -> None:
        self.files[key] = data

    async def get(self, key: str) -> bytes:
        return self.files[key]

    async def delete(self, key: str) -> None:
        self.files.pop(key, None)


class Given:
    """A source that yields what it is given, and tells its job what it is told to."""

    def __init__(
        self, *documents: Any, complete: bool = False, cursor: str | None = None, fails: Exception | None = None
    ) -> None:
        self.documents = list(documents)
        self.complete, self.cursor, self.fails = complete, cursor, fails
        self.known: Any = None
        self.seen: Any = None

    async def __call__(self, job: Job, materials: Materials) -> AsyncIterator[Acquired]:
        self.known, self.seen = materials.known, materials.source
        for document in self.documents:
            yield document
        if self.fails:
            raise self.fails
        materials.report.complete = self.complete
        materials.report.cursor = self.cursor


def page(uri: str, text: str, **about: Any) -> Acquired:
    """A page of one paragraph."""
    return Acquired(uri, Parsed(uri, text, "page"), **about)


async def a_business(door: Door) -> Business:
    """Acme, without knowledge."""
    business = Business(id=new_id(), name="Acme Plumbing", slug=f"acme-{new_id().hex[-8:]}")
    async with door.transaction(business.id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, $2, $3, 'UTC')",
            business.id,
            business.name,
            business.slug,
        )
    return business


def a_workshop(door: Door, dimensions: int = 64, **more: Any) -> Workshop:
    """With the fake model."""
    return Workshop(door, EmbeddingPool(FakeEmbedder(dimensions)), **more)


async def run(
    workshop: Workshop,
    business: Business,
    given: Given,
    *,
    source_id: Any = None,
    trigger: str = "person",
    **config: Any,
) -> Job:
    """A job of kind url over what is given."""
    async with workshop.door.transaction(business.id) as tx:
        job_id = await queries.create_job(tx, "url", {}, config, source_id, trigger=trigger)
    return await run_job(workshop, business, job_id, given)


async def run_job(workshop: Workshop, business: Business, job_id: Any, given: Given) -> Job:
    """That job over what is given."""
    found = await ingest(workshop, Materials(business, Folder()), job_id, sources={**SOURCES, "url": given})
    assert found is not None
    return found


async def live(workshop: Workshop, business: Business) -> dict[str, Any]:
    """Live documents by address."""
    async with workshop.door.transaction(business.id) as tx:
        return {row["source_uri"]: row for row in await queries.list_documents(tx)}


async def value(workshop: Workshop, business: Business, sql: str, *args: Any) -> Any:
    """One value, as the tenant."""
    async with workshop.door.transaction(business.id) as tx:
        return await tx.fetchval(sql, *args)


def other(business: Business) -> Business:
    """The same under another id, not stored."""
    return replace(business, id=new_id())
