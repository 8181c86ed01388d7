"""`firstline ingest`: files, folders or an address into a business's knowledge, with a bar."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from firstline.cli.businesses import id_of
from firstline.cli.database import database, run
from firstline.cli.gathering import READABLE, gathered, stored
from firstline.cli.reading import report, run_and_show
from firstline.ground.settings import Settings, read_settings
from firstline.knowledge import job_queries, refresh, source_queries
from firstline.knowledge.crawl.plan import MODES, BadPlan, CrawlPlan
from firstline.knowledge.queries import create_job
from firstline.worker.running import open_shop
from firstline.worker.tasks import Shop, run_ingestion

__all__ = ["READABLE", "ingest", "ingest_paths", "run_job"]

EVERY = re.compile(r"([1-9][0-9]{0,3})([hdw])")
HOURS = {"h": 1, "d": 24, "w": 168}
LONGEST = timedelta(days=366)
OF_ADDRESSES = ("mode", "depth", "pages", "scope", "exclude", "schedule")


@dataclass(frozen=True, slots=True)
class Wanted:
    """The options, checked. `plan`: of an address. `every`: None is by hand only; `source`: whether it is one."""

    slug: str
    visibility: str
    tags: tuple[str, ...]
    config: dict[str, Any]
    plan: dict[str, Any] | None = None
    source: bool = False
    every: timedelta | None = None


@click.command()
@click.argument("source")
@click.option("--business", "slug", required=True, help="The business's slug.")
@click.option(
    "--mode", type=click.Choice(MODES), help="Of an address: this page (default), its sitemap, the whole site."
)
@click.option("--depth", type=int, help="How many links away from the address a crawl goes (3).")
@click.option("--pages", type=int, help="The most pages to read (200).")
@click.option(
    "--scope", multiple=True, metavar="PATH", help="Only pages below this path, such as /services; repeatable."
)
@click.option(
    "--exclude", multiple=True, metavar="PATH", help="No pages below this path; * stands for anything; repeatable."
)
@click.option("--schedule", metavar="EVERY", help="Keep it as a source, read again every 12h, 1d, 2w; never: by hand.")
@click.option("--internal", is_flag=True, help="For the team only: customers never see it.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Repeatable.")
@click.option("--private", is_flag=True, help="Also documents that are private where they come from; internal here.")
@click.option("--max-tokens", type=click.IntRange(32, 2048), help="The longest passage (512).")
@click.option("--overlap", type=click.IntRange(0, 1024), help="What neighbouring passages share, in tokens (64).")
def ingest(source: str, slug: str, **options: Any) -> None:
    """Read SOURCE (a file, a folder or an http address) into the knowledge of a business.

    Ends with 0 when something could be read, 1 when nothing could, 2 for a wrong call, 130 when it was stopped by Ctrl-C.
    """
    settings = read_settings()
    wanted = _wanted(source, slug, options, settings)
    files = None if wanted.plan else gathered(Path(source))
    with database(settings) as url:
        code = run(_ingest(settings, url, wanted, files))
    if code:
        raise SystemExit(code)


def _wanted(source: str, slug: str, options: dict[str, Any], settings: Settings) -> Wanted:
    """Raises click.UsageError naming the option."""
    tags = tuple(dict.fromkeys(tag.strip() for tag in options["tags"] if tag.strip()))
    if any(len(tag) > 60 for tag in tags) or len(tags) > 20:
        raise click.UsageError("--tag: at most 20 tags of at most 60 letters each.")
    most, overlap = options["max_tokens"], options["overlap"]
    if overlap is not None and overlap > (most or 512) // 2:
        raise click.UsageError("--overlap: at most half of --max-tokens.")
    config = {
        "max_tokens_per_chunk": most,
        "overlap_tokens": overlap,
        "include_private_docs": options["private"] or None,
    }
    config = {name: value for name, value in config.items() if value is not None}
    basis = Wanted(slug, "internal" if options["internal"] else "public", tags, config)
    if source.startswith(("http://", "https://")):
        return _of_address(source, basis, options, settings)
    named = [f"--{name}" for name in OF_ADDRESSES if options[name]]
    if named:
        raise click.UsageError(f"{', '.join(named)}: only for an address that begins with http:// or https://.")
    return basis


def _of_address(source: str, basis: Wanted, options: dict[str, Any], settings: Settings) -> Wanted:
    mode = options["mode"] or "page"
    for name, modes in (("depth", ("crawl",)), ("pages", MODES[1:]), ("scope", MODES[1:]), ("exclude", MODES[1:])):
        if options[name] not in (None, ()) and mode not in modes:
            raise click.UsageError(f"--{name}: only with --mode {' or '.join(modes)}.")
    plan = {"urls": [source], "mode": mode, "depth": options["depth"], "most_pages": options["pages"]}
    plan |= {"scope": list(options["scope"]), "exclude": list(options["exclude"])}
    plan |= {"visibility": basis.visibility, "tags": list(basis.tags)}
    plan = {name: value for name, value in plan.items() if value not in (None, [])}
    try:
        CrawlPlan.read(plan, own=settings.web.own_site)
    except BadPlan as why:
        option = {"urls": "SOURCE", "most_pages": "--pages"}.get(why.field, f"--{why.field}")
        raise click.UsageError(f"{option}: {why.sentence}") from None
    every = _every(options["schedule"])
    return Wanted(basis.slug, basis.visibility, basis.tags, basis.config, plan, options["schedule"] is not None, every)


def _every(schedule: str | None) -> timedelta | None:
    if schedule is None or schedule == "never":
        return None
    found = EVERY.fullmatch(schedule)
    every = timedelta(hours=int(found[1]) * HOURS[found[2]]) if found else None
    if every is None or every > LONGEST:
        raise click.UsageError("--schedule: wants 1h to 366d, such as 12h, 1d or 2w, or never.")
    return every


async def _ingest(settings: Settings, url: str, wanted: Wanted, files: tuple[Path, list[Path]] | None) -> int:
    async with open_shop(settings, url) as shop:
        business_id = await id_of(shop.door, wanted.slug)
        failed: list[tuple[str, str]] = []
        if files is None:
            job_id: UUID | None = await _open_address(shop, business_id, wanted)
        else:
            job_id, failed = await _open_files(shop, business_id, *files, wanted)
        if job_id is None:
            for name, sentence in failed:
                click.echo(f"  {name}: {sentence}", err=True)
            return 1
        return report(*await run_and_show(shop, business_id, job_id, "reading"), failed)


async def _open_address(shop: Shop, business_id: UUID, wanted: Wanted) -> UUID:
    assert wanted.plan is not None
    async with shop.door.transaction(business_id) as tx:
        if not wanted.source:
            return await create_job(tx, "url", wanted.plan, wanted.config)
        uri = CrawlPlan.read(wanted.plan, guarded=False).urls[0]
        plan = {k: v for k, v in wanted.plan.items() if k not in ("urls", "visibility", "tags")}
        values = {"config": {**plan, **wanted.config}, "refresh_every": wanted.every,
                  "visibility": wanted.visibility, "tags": list(wanted.tags)}  # fmt: skip
        known = next((row for row in await source_queries.sources_page(tx, None, 1000) if row["uri"] == uri), None)
        if known is None:
            source_id = await refresh.add_source(tx, "url", uri, values, read_now=False)
        else:
            click.echo("This is a source already: it is changed and read again.", err=True)
            source_id = known["id"]
            await refresh.change_source(tx, source_id, values)
        job_id = await refresh.refresh_source(tx, source_id)
        assert job_id is not None
        return job_id


async def _open_files(
    shop: Shop, business_id: UUID, root: Path, files: Sequence[Path], wanted: Wanted
) -> tuple[UUID | None, list[tuple[str, str]]]:
    """The job, and the files that could not even be stored. What was stored goes again when there will be no job."""
    entries: list[dict[str, Any]] = []
    try:
        entries, failed = await stored(
            shop, business_id, files, root, tags=wanted.tags, visibility=wanted.visibility, entries=entries
        )
        if not entries:
            return None, failed
        async with shop.door.transaction(business_id) as tx:
            return await create_job(tx, "upload", {"files": entries}, wanted.config), failed
    except BaseException:
        for entry in entries:
            await shop.objects.delete(entry["key"])
        raise


async def ingest_paths(shop: Shop, business_id: UUID, files: list[Path], root: Path, page_base: str, told: Any) -> Any:
    """Reads files at once, without the queue: for the demo. `told` hears the stats after each document."""
    entries, _ = await stored(shop, business_id, files, root, page_base)
    return await run_job(shop, business_id, "upload", {"files": entries}, told)


async def run_job(shop: Shop, business_id: UUID, source: str, job_input: dict[str, Any], told: Any = None) -> Any:
    """Makes a job and runs it here; the job as it ended, also when a worker was quicker to take it."""
    async with shop.door.transaction(business_id) as tx:
        job_id = await create_job(tx, source, job_input)
    done = await run_ingestion(shop, business_id, job_id, told)
    if done is not None:
        return done
    async with shop.door.transaction(business_id) as tx:
        return await job_queries.get_job(tx, job_id)
