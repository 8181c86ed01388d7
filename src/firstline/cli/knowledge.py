"""`firstline kb`: what a business's assistant knows: its sources, what a question finds and why, its tables, its bin."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import click

from firstline.cli.knowing import status
from firstline.cli.reading import counted, report, run_and_show
from firstline.cli.rooms import MOST, as_json, business, in_rooms, print_json, source_shown
from firstline.cli.searching import search
from firstline.knowledge import document_queries, faq_csv, refresh, source_queries
from firstline.knowledge.purge import purge_documents
from firstline.knowledge.reading_again import reindex as open_reindex
from firstline.worker.tasks import Shop

__all__ = ["kb"]


@click.group()
def kb() -> None:
    """What a business's assistant knows."""


kb.add_command(search)
kb.add_command(status)


@kb.command("sources")
@business
@as_json
def sources(slug: str, as_json: bool) -> None:
    """The sources that are read again, each with its id, state and times."""

    async def body(shop: Shop, business_id: UUID) -> list[dict[str, Any]]:
        async with shop.door.transaction(business_id) as tx:
            return [source_shown(row) for row in await source_queries.sources_page(tx, None, MOST)]

    found = in_rooms(slug, body)
    if as_json:
        print_json(found)
        return
    for source in found:
        read = f"read {source['last_seen']:%Y-%m-%d %H:%M} UTC" if source["last_seen"] else "not read yet"
        again = f", again {source['next_refresh_at']:%Y-%m-%d %H:%M}" if source["next_refresh_at"] else ", by hand"
        click.echo(f"{source['id']}  {source['kind']}  {source['uri']}")
        click.echo(f"  {source['state']}, {counted(source['documents'], 'document')}, {read}{again}")
        if source["last_error"]:
            click.echo(f"  {source['last_error']}")
    if not found:
        click.echo("No sources yet. `firstline ingest ADDRESS --schedule 1d` makes one.")


@kb.command("refresh")
@business
@click.option("--source", "wanted", help="Its id or its address; none: all of them.")
def refresh_sources(slug: str, wanted: str | None) -> None:
    """Read the sources again, whatever their schedule says."""

    async def body(shop: Shop, business_id: UUID) -> int:
        async with shop.door.transaction(business_id) as tx:
            rows = await source_queries.sources_page(tx, None, MOST)
        rows = [row for row in rows if wanted in (None, str(row["id"]), row["uri"])]
        if not rows:
            said = f"There is no source {wanted!r}" if wanted else "There are no sources yet"
            raise click.UsageError(f"{said}; `firstline kb sources` lists them.")
        worst = 0
        for row in rows:
            async with shop.door.transaction(business_id) as tx:
                job_id = await refresh.refresh_source(tx, row["id"])
            if job_id is None:
                continue  # removed meanwhile
            click.echo(f"{row['kind']} {row['uri']}")
            code = report(*await run_and_show(shop, business_id, job_id, "reading"))
            worst = max(worst, code)
            if code > 1:
                break
        return worst

    _leave(in_rooms(slug, body))


@kb.command("reindex")
@business
def reindex(slug: str) -> None:
    """Divide and embed all documents anew; questions are answered meanwhile."""

    async def body(shop: Shop, business_id: UUID) -> int:
        async with shop.door.transaction(business_id) as tx:
            job_id = await open_reindex(tx)
        return report(*await run_and_show(shop, business_id, job_id, "indexing"))

    _leave(in_rooms(slug, body))


def _leave(code: int) -> None:
    if code:
        raise SystemExit(code)


@kb.command("export-faqs")
@business
@click.option("--output", type=click.File("wb"), default="-", help="A file; none: the screen.")
def export_faqs(slug: str, output: Any) -> None:
    """Write the questions and answers as CSV."""
    output.write(in_rooms(slug, lambda shop, business_id: faq_csv.export_faqs(shop.door, business_id)))


@kb.command("import-faqs")
@click.argument("file", type=click.File("rb"))
@business
@click.option("--dry-run", is_flag=True, help="Say what would be done.")
@click.option("--good-rows-only", is_flag=True, help="Take the good rows although others are bad.")
def import_faqs(file: Any, slug: str, dry_run: bool, good_rows_only: bool) -> None:
    """Read questions and answers from a CSV table; a question that is known takes its new answer."""
    data = file.read()

    async def body(shop: Shop, business_id: UUID) -> faq_csv.Imported:
        owner = await shop.profiles.get(business_id)
        return await faq_csv.import_faqs(
            shop.workshop, business_id, data, dry_run=dry_run, good_rows_only=good_rows_only,
            languages=owner.guardrails.languages_allowed,
        )  # fmt: skip

    done = in_rooms(slug, body)
    for fault in done.faults:
        click.echo(f"  row {fault.row}, {fault.column}: {fault.message}", err=True)
    click.echo(f"{done.new} new, {done.changed} changed, {done.same} same, {done.bad} bad.")
    if not done.applied and not dry_run:
        click.echo("Nothing was written: mend the bad rows, or take the good ones with --good-rows-only.", err=True)
        raise SystemExit(1)


@kb.command("purge")
@business
@click.option("--days", type=click.FloatRange(0), required=True, help="What has been in the bin for so long; 0: all.")
@click.confirmation_option("--yes", prompt="What is purged cannot be restored. Go on?")
def purge(slug: str, days: float) -> None:
    """Empty the bin for good: rows, passages, vectors; the files by the worker."""

    async def body(shop: Shop, business_id: UUID) -> int:
        before, gone, after = datetime.now(UTC) - timedelta(days=days), 0, None
        while True:
            async with shop.door.transaction(business_id) as tx:
                page = await document_queries.documents_page(tx, "", True, after, 100)
            if not page:
                return gone
            after = page[-1]["id"]
            gone += await purge_documents(shop.door, business_id, [row["id"] for row in page], before)

    click.echo(f"{counted(in_rooms(slug, body), 'document')} purged.")
