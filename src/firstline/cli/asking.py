"""`firstline ask`: one question to a business's assistant, the answer and its receipt; nothing is stored."""

from datetime import datetime
from typing import Any

import click
import orjson

from firstline.cli.database import database, run
from firstline.ground.errors import Invalid
from firstline.ground.settings import Settings, read_settings

__all__ = ["ask"]


@click.command()
@click.argument("question")
@click.option("--business", "slug", required=True, help="The business's slug.")
@click.option("--at", help="The instant to ask at, RFC 3339 with offset; none: now.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def ask(question: str, slug: str, at: str | None, as_json: bool) -> None:
    """Ask QUESTION as a customer would and print the answer with its receipt."""
    settings = read_settings()
    with database(settings) as url:
        rehearsed = run(_ask(settings, url, slug, question, _instant(at)))
    if as_json:
        shown = {
            "text": rehearsed.text,
            "status": rehearsed.status,
            "sentences": rehearsed.sentences,
            "receipt": rehearsed.receipt,
        }
        click.echo(orjson.dumps(shown, default=str, option=orjson.OPT_INDENT_2).decode())
        return
    click.echo(rehearsed.text)
    click.echo()
    _print_receipt(rehearsed)


def _instant(at: str | None) -> datetime | None:
    if at is None:
        return None
    try:
        found = datetime.fromisoformat(at)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid("bad_instant", "--at wants an instant with its offset, such as 2026-11-26T10:00:00-06:00.")
    return found


async def _ask(settings: Settings, url: str, slug: str, question: str, at: datetime | None) -> Any:
    from firstline.app.house import open_house
    from firstline.conversations.facts import Said
    from firstline.conversations.posting import clean_text
    from firstline.rehearsal.playground import rehearse

    house = await open_house(settings, url)
    try:
        business = await house.profiles.find(slug)
        said = (Said("customer", clean_text(question, "question")),)
        return await rehearse(house.desk, business, said, at=at or house.desk.clock())
    finally:
        await house.close()


def _print_receipt(rehearsed: Any) -> None:
    reading, receipt = rehearsed.reading, rehearsed.receipt
    entities = ", ".join(f"{e.kind}={e.value or e.text}" for e in reading.entities) or "none"
    click.echo(f"  intent     {reading.intent} ({reading.confidence:.2f}, {reading.stage}); entities: {entities}")
    click.echo(
        f"  verdict    {rehearsed.verdict.action}"
        + (f" because {rehearsed.verdict.reason}" if rehearsed.verdict.reason else "")
    )
    click.echo(f"  composer   {receipt['composer']}" + (f", {receipt['model']}" if receipt["model"] else ""))
    for passage in receipt["passages"][:5]:
        mark = "used  " if passage.get("above_floor") else "floor "
        click.echo(
            f"  {mark}     {passage.get('scores', {}).get('fused', 0):.2f}  {passage['title']} · {passage['section']}"
        )
    for finding in receipt["gate"]:
        click.echo(f"  gate       {finding['rule']}: {finding['words']}")
    click.echo(f"  time       {receipt['timings_ms'].get('whole', 0)} ms")
