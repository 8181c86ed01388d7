"""`firstline ingest`: files, folders or an address into a business's knowledge, with a bar."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from firstline.cli.businesses import id_of
from firstline.cli.database import database, run
from firstline.ground.settings import Settings, read_settings
from firstline.kit.ids import new_id
from firstline.knowledge.queries import create_job
from firstline.worker.running import open_shop
from firstline.worker.tasks import Shop, run_ingestion

__all__ = ["READABLE", "ingest", "ingest_paths", "run_job"]

READABLE = frozenset({".html", ".htm", ".pdf", ".docx", ".csv", ".md", ".txt"})


@click.command()
@click.argument("source")
@click.option("--business", "slug", required=True, help="The business's slug.")
def ingest(source: str, slug: str) -> None:
    """Read SOURCE (a file, a folder or an http address) into the knowledge of a business."""
    settings = read_settings()
    with database(settings) as url:
        job = run(_ingest(settings, url, source, slug))
    for error in job.errors:
        click.echo(f"  {error.get('uri', '')}: {error['message']}", err=True)
    click.echo(f"{job.stats['documents']} documents, {job.stats['chunks']} passages, {job.stats['errors']} errors.")
    if job.status == "failed":
        raise SystemExit(1)


async def _ingest(settings: Settings, url: str, source: str, slug: str) -> Any:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    async with open_shop(settings, url) as shop:
        business_id = await id_of(shop.door, slug)
        with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), transient=True) as bar:
            if source.startswith(("http://", "https://")):
                return await _run(shop, business_id, "url", {"urls": [source]}, bar.add_task("reading", total=1), bar)
            path = Path(source)
            files = sorted(p for p in path.rglob("*") if p.suffix.lower() in READABLE) if path.is_dir() else [path]
            if not files or not all(p.is_file() for p in files):
                raise click.ClickException(f"{source}: there is nothing to read.")
            return await _run(
                shop,
                business_id,
                "upload",
                await stored(shop, files, path),
                bar.add_task("reading", total=len(files)),
                bar,
            )


async def stored(shop: Shop, files: list[Path], root: Path, page_base: str = "") -> dict[str, Any]:
    """Keeps the files and gives a job's input. `page_base`: where the HTML pages are seen, so that answers can link to them."""
    entries = []
    for file in files:
        plain = re.sub(r"[^0-9A-Za-z._-]", "_", file.name).lstrip("._-") or "file"
        key = f"uploads/{new_id().hex}/{plain}"
        await shop.objects.put(key, file.read_bytes())
        name = str(file.relative_to(root)) if root.is_dir() else file.name
        entry = {"key": key, "name": name}
        if page_base and file.suffix == ".html":
            entry["uri"] = f"{page_base}{file.name}"
        entries.append(entry)
    return {"files": entries}


async def ingest_paths(shop: Shop, business_id: UUID, files: list[Path], root: Path, page_base: str, told: Any) -> Any:
    """Reads files at once, without the queue: for the demo. `told` hears the stats after each document."""
    return await run_job(shop, business_id, "upload", await stored(shop, files, root, page_base), told)


async def run_job(shop: Shop, business_id: UUID, source: str, job_input: dict[str, Any], told: Any = None) -> Any:
    """Makes a job and runs it here."""
    async with shop.door.transaction(business_id) as tx:
        job_id = await create_job(tx, source, job_input)
    return await run_ingestion(shop, business_id, job_id, told)


async def _run(shop: Shop, business_id: UUID, source: str, job_input: dict[str, Any], task: Any, bar: Any) -> Any:
    def told(stats: dict[str, int]) -> None:
        bar.update(task, completed=stats["documents"] + stats["errors"])

    return await run_job(shop, business_id, source, job_input, told)
