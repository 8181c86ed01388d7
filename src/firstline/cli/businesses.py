"""Businesses and their keys, from the operator's command line."""

import json
from typing import Any
from uuid import UUID

import click

from firstline.cli.database import database, run
from firstline.ground.db import create_pool
from firstline.ground.errors import NotFound
from firstline.ground.settings import read_settings
from firstline.ground.tenant import Door
from firstline.tenancy.queries import find_business

__all__ = ["api_key", "business", "id_of"]


async def id_of(door: Door, slug: str) -> UUID:
    """The business's id. Raises NotFound naming the slug."""
    row = await find_business(door, slug)
    if row is None:
        raise NotFound("business_not_found", f"There is no business {slug!r}; `firstline business create` makes one.")
    found: UUID = row["id"]
    return found


@click.group()
def business() -> None:
    """Create businesses."""


@business.command("create")
@click.option("--name", required=True)
@click.option("--slug", required=True, help="Its address: /c/SLUG.")
@click.option("--timezone", required=True, help="An IANA zone such as America/Chicago.")
@click.option("--profile", type=click.File("rb"), help="A profile as in examples/acme-plumbing/business.json.")
def create(name: str, slug: str, timezone: str, profile: Any) -> None:
    """Create a business and print it as JSON."""
    document = json.load(profile) if profile else None
    settings = read_settings()
    with database(settings) as url:
        click.echo(json.dumps(run(_create(url, name, slug, timezone, document))))


async def _create(url: str, name: str, slug: str, timezone: str, document: dict[str, Any] | None) -> dict[str, Any]:
    from firstline.escalation.defaults import default_triggers
    from firstline.tenancy.creating import create_business

    pool = await create_pool(url, least=1, most=2)
    try:
        made = await create_business(
            Door(pool), name=name, slug=slug, timezone=timezone, triggers=default_triggers(), document=document
        )
    finally:
        await pool.close()
    return {"id": str(made.id), "name": made.name, "slug": made.slug, "timezone": made.timezone}


@click.group("api-key")
def api_key() -> None:
    """Create keys for the admin API."""


@api_key.command("create")
@click.option("--business", "slug", required=True, help="The business's slug.")
@click.option("--name", default="command line")
@click.option("--scope", "scopes", multiple=True, help="Such as kb:write; none: everything.")
def create_api_key(slug: str, name: str, scopes: tuple[str, ...]) -> None:
    """Create an API key and print it; it is shown this once."""
    settings = read_settings()
    with database(settings) as url:
        click.echo(run(_create_key(url, slug, name, scopes or ("*",))))


async def _create_key(url: str, slug: str, name: str, scopes: tuple[str, ...]) -> str:
    from firstline.tenancy.keys import create_key

    pool = await create_pool(url, least=1, most=2)
    try:
        door = Door(pool)
        async with door.transaction(await id_of(door, slug)) as tx:
            return await create_key(tx, name, scopes)
    finally:
        await pool.close()
