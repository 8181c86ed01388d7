"""`firstline kb status`: what is known, by where it came from, and what waits for the owner."""

from typing import Any
from uuid import UUID

import click

from firstline.cli.reading import counted
from firstline.cli.rooms import MOST, as_json, business, in_rooms, print_json, source_shown
from firstline.knowledge import source_queries
from firstline.knowledge.models import held_models
from firstline.knowledge.overview_queries import known_by_origin, waiting
from firstline.worker.tasks import Shop

__all__ = ["status"]


@click.command()
@business
@as_json
def status(slug: str, as_json: bool) -> None:
    """Documents by where they come from, what waits for the owner, the embedding model."""

    async def body(shop: Shop, business_id: UUID) -> dict[str, Any]:
        async with shop.door.transaction(business_id) as tx:
            sources = await source_queries.sources_page(tx, None, MOST)
            origins = await known_by_origin(tx)
            model = await held_models(tx, shop.embedders.wanted)
            return {
                "documents": {row["origin"]: row["documents"] for row in origins},
                "sources": [source_shown(row) for row in sources],
                "waiting": await waiting(tx),
                "model": {"active": model.active, "building": model.building, "done": model.done, "total": model.total},
            }

    found = in_rooms(slug, body)
    if as_json:
        print_json(found)
        return
    for origin, number in sorted(found["documents"].items()):
        click.echo(f"{origin:<10} {counted(number, 'document')}")
    for source in found["sources"]:
        click.echo(
            f"{source['kind']:<10} {counted(source['documents'], 'document')} of {source['uri']} ({source['state']})"
        )
    if not found["documents"] and not found["sources"]:
        click.echo("Nothing yet. `firstline ingest` reads files, folders and websites.")
    click.echo(f"waiting    {counted(found['waiting']['suggestions'], 'suggestion')}, "
               f"{counted(found['waiting']['findings'], 'finding')} to look at")  # fmt: skip
    model = found["model"]
    change = f", changing to {model['building']}: {model['done']} of {model['total']}" if model["building"] else ""
    click.echo(f"model      {model['active']}{change}")
