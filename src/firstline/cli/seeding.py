"""The demo's businesses: made once from examples/, their knowledge read, their people signed up."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from firstline.cli.gathering import stored
from firstline.cli.ingesting import READABLE, ingest_paths, run_job
from firstline.escalation.defaults import default_triggers
from firstline.ground.settings import Settings
from firstline.knowledge.job_queries import list_jobs
from firstline.tenancy.creating import create_business
from firstline.tenancy.people import add_person
from firstline.tenancy.queries import find_business
from firstline.worker.running import open_shop
from firstline.worker.tasks import Shop

__all__ = ["seed", "seed_business"]


async def seed(settings: Settings, url: str, examples: Path, password: str, say: Callable[[str], object]) -> None:
    """Makes what is not there yet; run again it changes nothing."""
    async with open_shop(settings, url) as shop:
        for folder in sorted(examples.iterdir()):
            if (folder / "business.json").is_file():
                await seed_business(shop, folder, password, say)


async def seed_business(
    shop: Shop, folder: Path, password: str, say: Callable[[str], object] = lambda _text: None
) -> UUID:
    """One example business with its people and its knowledge; returns its id."""
    document: dict[str, Any] = json.loads((folder / "business.json").read_text("utf-8"))
    profile = document["business"]
    known = await find_business(shop.door, profile["slug"])
    if known is None:
        made = await create_business(
            shop.door,
            name=profile["name"],
            slug=profile["slug"],
            timezone=profile["timezone"],
            triggers=default_triggers(),
            document=document,
        )
        business_id = made.id
        for person in document.get("users", ()):
            await add_person(
                shop.door,
                business_id,
                email=person["email"],
                name=person["name"],
                role=person["role"],
                password=password,
            )
    else:
        business_id = known["id"]
    await _knowledge(shop, business_id, folder, profile, say)
    return business_id


async def _knowledge(
    shop: Shop, business_id: UUID, folder: Path, profile: dict[str, Any], say: Callable[[str], object]
) -> None:
    """What a run before has read to its end is not read again. Tables of questions become rows of their own."""
    async with shop.door.transaction(business_id) as tx:
        done = {job.source for job in await list_jobs(tx) if job.status == "completed"}
    files = sorted(p for p in folder.rglob("*") if p.suffix.lower() in READABLE and p.name != "README.md")
    tables = [p for p in files if p.suffix.lower() == ".csv"]
    pages = [p for p in files if p not in tables]
    base = f"/demo/{profile['slug']}/"
    if not {"upload", "profile"} <= done:
        say(f"  {profile['name']}: reading {len(files)} files")
    jobs = []
    if "upload" not in done:
        jobs.append(await ingest_paths(shop, business_id, pages, folder, base, None))
    if "faq" not in done and tables:
        entries, _ = await stored(shop, business_id, tables, folder)
        jobs.append(await run_job(shop, business_id, "faq", {"files": entries}))
    if "profile" not in done:
        jobs.append(await run_job(shop, business_id, "profile", {}))
    for job in filter(None, jobs):
        for error in job.errors:
            say(f"    {error.get('uri', '')}: {error['message']}")
    if any(jobs):
        documents, chunks = (sum(job.stats[name] for job in jobs if job) for name in ("documents", "chunks"))
        say(f"  {profile['name']}: {documents} documents, {chunks} passages")
