"""`firstline kb search`: what a question finds, by which score, and what the assistant would not see and why."""

from dataclasses import asdict
from typing import Any

import click
import orjson

from firstline.cli.businesses import id_of
from firstline.cli.database import database, run
from firstline.ground.db import create_pool
from firstline.ground.settings import Settings, read_settings
from firstline.ground.tenant import Door
from firstline.knowledge.query import search_text
from firstline.knowledge.retrieve import Asked, Looked, Retriever
from firstline.knowledge.tongue import language_of
from firstline.tenancy.profile import Profiles

__all__ = ["search"]

CUT = {
    "floor": "too far from the question",
    "duplicate": "says what another passage says",
    "filter": "not for customers, or not yet",
    "beyond": "more than an answer takes",
}


@click.command()
@click.argument("query")
@click.option("--business", "slug", required=True, help="The business's slug.")
@click.option("--internal", is_flag=True, help="As the team sees it: also what customers do not.")
@click.option("--tag", "tags", multiple=True, help="Only passages with this tag; repeatable.")
@click.option("--limit", type=click.IntRange(1, 50), default=6, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def search(query: str, slug: str, internal: bool, tags: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Show what QUERY finds: fused, dense and keyword score, and what was cut."""
    if not query.strip():
        raise click.UsageError("QUERY: say what to look for.")
    settings = read_settings()
    with database(settings) as url:
        found = run(_search(settings, url, slug, query, "internal" if internal else "public", tags or None, limit))
    if as_json:
        shown = [{**asdict(one.passage), "cut": one.cut} for one in found]
        click.echo(orjson.dumps(shown, default=str, option=orjson.OPT_INDENT_2).decode())
        return
    _tell([one for one in found if one.cut is None], [one for one in found if one.cut is not None])


async def _search(
    settings: Settings, url: str, slug: str, query: str, visibility: str, tags: tuple[str, ...] | None, limit: int
) -> list[Looked]:
    from firstline.embedding.catalog import Embedders

    pool = await create_pool(url, least=1, most=3)
    embedders = Embedders.from_setting(settings.knowledge.embedder)
    try:
        door = Door(pool)
        business = await Profiles(door).get(await id_of(door, slug))
        language = language_of(query, business.guardrails.languages_allowed, business.language)
        text = search_text(query, (), language)
        retriever = Retriever(door, embedders, limit_bytes=0)
        return await retriever.looked_at(business.id, Asked(text, language, limit, visibility, tags))
    finally:
        embedders.close()
        await pool.close()


def _tell(seen: list[Looked], cut: list[Looked]) -> None:
    click.echo("fused  dense  keyword")
    for one in seen:
        click.echo(_line(one))
        click.echo(f"       {_short(one.passage.answer or one.passage.text)}")
    if not seen:
        click.echo("Nothing that an answer could rest on.")
    if cut:
        click.echo("\nNot seen by the assistant:")
    for one in cut:
        click.echo(f"{_line(one)}: {CUT[one.cut or 'floor']}")


def _line(one: Looked) -> str:
    passage: Any = one.passage
    scores = passage.scores
    where = " · ".join(dict.fromkeys(part for part in (passage.title, passage.question or passage.section) if part))
    return f"{scores['fused']:5.2f}  {scores['dense']:5.2f}  {scores['keyword']:7.2f}  {where}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 110 else line[:109] + "…"
