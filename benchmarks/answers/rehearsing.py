"""The example businesses as `firstline demo` makes them, and the very turn the chat takes, rehearsed with the clock set.

A temporary embedded server, the profile and every document ingested by the worker's own code; then
`rehearsal.playground.rehearse`, which stores and sends nothing. `keep` names a data folder to use again.
"""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from firstline.app.house import House, open_house
from firstline.cli.database import database
from firstline.cli.seeding import seed_business
from firstline.conversations.facts import Said
from firstline.ground.settings import read_settings
from firstline.rehearsal.playground import Rehearsed, rehearse
from firstline.tenancy.model import Business
from firstline.worker.running import open_shop

EXAMPLES = Path(__file__).parents[2] / "examples"
OUTCOMES = {"offer_escalation": "offered", "auto_escalate": "forced"}


@dataclass(slots=True)
class Outcome:
    """What one turn came to, as the README's scoring wants it."""

    text: str
    escalation: str = "none"
    unknown: bool = False
    language: str = "en"
    note: str = ""
    kinds: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Shopfront:
    """One example business, open for questions. `corpus`: all that its files and its profile say."""

    house: House
    business: Business
    corpus: str

    async def ask(self, text: str, earlier: list[Any], now: datetime) -> Outcome:
        """The last of several messages in a new conversation; the earlier ones are really answered first."""
        said: tuple[Said, ...] = ()
        before = Outcome("")
        for message in [_words(e) for e in earlier if _by_customer(e)]:
            said = (*said, Said("customer", message))
            before = await self._turn(said, now, before)
            said = (*said, Said("ai", before.text))
        return await self._turn((*said, Said("customer", text)), now, before)

    async def _turn(self, said: tuple[Said, ...], now: datetime, before: Outcome) -> Outcome:
        asked = bool({"contact_request", "invitation"} & set(before.kinds))
        offered = before.escalation == "offered"
        came = await rehearse(self.house.desk, self.business, said, at=now, asked_contact=asked, offer_open=offered)
        kinds = [s["kind"] for s in came.sentences]
        unknown = "unknown" in kinds
        escalation = OUTCOMES.get(came.verdict.action, "offered" if unknown else "none")
        return Outcome(came.text.strip(), escalation, unknown, came.reading.language, _note(came, escalation), kinds)


def _words(earlier: Any) -> str:
    return str(earlier["text"]) if isinstance(earlier, dict) else str(earlier)


def _by_customer(earlier: Any) -> bool:
    return not isinstance(earlier, dict) or earlier.get("role", "customer") == "customer"


def _note(came: Rehearsed, escalation: str) -> str:
    reading, receipt = came.reading, came.receipt
    top = next(iter(receipt["passages"]), None)
    return (
        f"{reading.intent} {reading.confidence:.2f} {sorted(reading.flags)} "
        f"{[(e.kind, e.value) for e in reading.entities]} -> {escalation} {came.verdict.reason or ''} "
        f"{[s['kind'] for s in came.sentences]} {('stopped', receipt['gate']) if receipt['gate'] else ''} "
        f"top {(top['title'], top['scores']) if top else None}"
    )


@contextlib.asynccontextmanager
async def _open(slugs: list[str], data: Path, url: str) -> AsyncIterator[dict[str, Shopfront]]:
    settings = read_settings({}, FIRSTLINE_DATA=str(data), FIRSTLINE_LOG="ERROR")
    async with open_shop(settings, url) as shop:
        for slug in slugs:
            await seed_business(shop, EXAMPLES / slug, "only-for-the-benchmark")
    house = await open_house(settings, url)
    try:
        fronts = {}
        for slug in slugs:
            business = await house.profiles.find(slug)
            async with house.door.transaction(business.id) as tx:
                rows = await tx.fetch("SELECT text FROM kb_chunks")
            profile = json.dumps(json.loads((EXAMPLES / slug / "business.json").read_text("utf-8")), ensure_ascii=False)
            files = "\n".join(p.read_text("utf-8") for p in sorted((EXAMPLES / slug).glob("*.csv")))
            fronts[slug] = Shopfront(house, business, "\n".join([profile, files, *(r["text"] for r in rows)]))
        yield fronts
    finally:
        await house.close()


def with_businesses(slugs: list[str], body: Any, keep: str | None = None) -> Any:
    """Runs `body(fronts)` with the businesses seeded; without `keep` nothing is left behind."""
    with contextlib.ExitStack() as stack:
        folder = Path(
            keep or stack.enter_context(tempfile.TemporaryDirectory(prefix="fl-", ignore_cleanup_errors=True))
        )
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        settings = read_settings({}, FIRSTLINE_DATA=str(folder), FIRSTLINE_LOG="ERROR")
        url = stack.enter_context(database(settings))

        async def run() -> Any:
            async with _open(slugs, folder, url) as fronts:
                return await body(fronts)

        return asyncio.run(run())
