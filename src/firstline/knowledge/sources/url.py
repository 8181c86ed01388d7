"""Web pages: `input` or the source's config as firstline.knowledge.crawl.plan describes it (a page, a sitemap, a site)."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import orjson

from firstline.knowledge.crawl.found import Found, Still
from firstline.knowledge.crawl.guest import Guest
from firstline.knowledge.crawl.listing import listing
from firstline.knowledge.crawl.pace import Pace
from firstline.knowledge.crawl.plan import BadPlan, CrawlPlan
from firstline.knowledge.crawl.rules import CannotRead, said
from firstline.knowledge.crawl.single import Pages
from firstline.knowledge.crawl.site import Site
from firstline.knowledge.fetch import fetch
from firstline.knowledge.model import Job, Parsed, UnreadableDocument
from firstline.knowledge.parse import parse
from firstline.knowledge.sources.port import Acquired, Gone, Materials, Report, SourceFailed, Unchanged
from firstline.knowledge.structured import Proposal, merged, proposed

__all__ = ["pages", "plan_of"]


async def pages(
    job: Job,
    materials: Materials,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
) -> AsyncIterator[Acquired]:
    """Every page under one name. Raises SourceFailed for a site that cannot be read at all.

    `report.complete` stays False when something may be missing for now only (time or page limit, a server's errors).
    """
    plan = plan_of(job, materials)
    guest = Guest(materials.fetch or fetch, Pace(plan.rate_per_second, clock, sleep))
    read = materials.parse or _parse
    report = materials.report
    heard = _Said(materials.business.country, report)
    try:
        if plan.mode == "page":
            reader: Pages | Site = (alone := Pages(plan, guest, read, materials.known))
            found = alone.read()
        else:
            reader = site = Site(plan, guest, read, materials.known)
            listed = await listing(plan, guest, needed=plan.mode == "sitemap") if _lists(plan) else None
            entries = listed.pages if listed else ()
            found = (
                site.crawl(entries)
                if plan.mode == "crawl"
                else site.listed(entries, whole=bool(listed and listed.whole))
            )
        async for page in found:
            report.found = reader.found
            await heard.hear(page)
            yield _acquired(page, plan)
    except CannotRead as why:
        raise SourceFailed(why.code, why.sentence) from why
    report.found = reader.found
    report.complete = reader.complete
    report.proposals += heard.tell()


def plan_of(job: Job, materials: Materials) -> CrawlPlan:
    """The job's input over its source's config. Raises SourceFailed naming the wrong field."""
    source = materials.source
    config: dict[str, object] = {}
    if source:
        config = {"visibility": source.visibility, "tags": list(source.tags)}
        config |= {"urls": [source.uri]} if source.uri.startswith(("http://", "https://")) else {}
        config |= source.config
    config |= job.input
    try:
        return CrawlPlan.read(config, guarded=False, own=materials.own)
    except BadPlan as why:
        raise SourceFailed("bad_config", said("bad_config", why=str(why))) from why


def _lists(plan: CrawlPlan) -> bool:
    return plan.mode == "sitemap" or plan.depth > 0


async def _parse(data: bytes, name: str, title: str) -> Parsed:
    return await asyncio.to_thread(parse, data, name, title)


class _Said:
    """What the pages of a run say of the business itself, for the owner to confirm (proposing.py)."""

    def __init__(self, country: str, report: Report) -> None:
        self._country = country
        self._report = report
        self._proposals: list[Proposal] = []

    async def hear(self, page: Found) -> None:
        if page.outcome is Still.UNCHANGED:
            self._report.partial = True
        elif page.outcome is Still.GONE:
            self._report.read.add(page.uri)
        if page.html is None or not isinstance(page.outcome, Parsed):
            return
        self._report.read.add(page.uri)
        said = await asyncio.to_thread(proposed, page.html, page.uri, country=self._country)
        if said.fields or said.services or said.faqs:
            self._proposals.append(said)

    def tell(self) -> list[dict[str, object]]:
        """One proposal of all pages, in plain values; `profile` is a body for PATCH /api/v1/business."""
        if not self._proposals:
            return []
        whole = merged(self._proposals)
        plain: dict[str, object] = orjson.loads(orjson.dumps(whole, default=str))  # default: amounts
        return [{**plain, "profile": whole.as_profile()}]


def _acquired(page: Found, plan: CrawlPlan) -> Acquired:
    outcome: Parsed | UnreadableDocument | Unchanged | Gone
    if isinstance(page.outcome, Still):
        outcome = Unchanged() if page.outcome is Still.UNCHANGED else Gone()
    else:
        outcome = page.outcome
    return Acquired(page.uri, outcome, plan.visibility, plan.tags, etag=page.etag, last_modified=page.last_modified)
