"""The worker's rooms for a command about one business, and what such commands share."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import click
import orjson

from firstline.cli.businesses import id_of
from firstline.cli.database import database, run
from firstline.ground.settings import read_settings
from firstline.worker.running import open_shop
from firstline.worker.tasks import Shop

__all__ = ["MOST", "as_json", "business", "in_rooms", "print_json", "source_shown"]

MOST = 1000  # sources that are listed
business = click.option("--business", "slug", required=True, help="The business's slug.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")


def in_rooms(slug: str, body: Callable[[Shop, UUID], Awaitable[Any]]) -> Any:
    """Runs `body(shop, business_id)`. Raises NotFound for a business that is not there."""
    settings = read_settings()

    async def whole(url: str) -> Any:
        async with open_shop(settings, url) as shop:
            return await body(shop, await id_of(shop.door, slug))

    with database(settings) as url:
        return run(whole(url))


def print_json(found: Any) -> None:
    """Indented."""
    click.echo(orjson.dumps(found, default=str, option=orjson.OPT_INDENT_2).decode())


def source_shown(row: Any) -> dict[str, Any]:
    """A row of source_queries.sources_page, plain; `refresh_every` in seconds."""
    names = (
        "id", "kind", "uri", "title", "state", "documents", "visibility", "tags", "config", "last_seen", "next_refresh_at",
        "last_error",
    )  # fmt: skip
    every = row["refresh_every"]
    return {**{name: row[name] for name in names}, "refresh_every": int(every.total_seconds()) if every else None}
