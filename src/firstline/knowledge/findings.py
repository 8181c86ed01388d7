"""What was found in documents, and what the owner said to it.

"allowed": the words may stay; the document is read again from its source, and then keeps them (the stored text is the
governed one, so what was taken out is not in the database). Where there is no source to read it from, the finding says
what has to be done. "dismissed": seen, nothing changes. "open" takes either back.
"""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx
from firstline.knowledge import document_queries, finding_queries
from firstline.knowledge.contradictions import Held, contradictions
from firstline.knowledge.governance.model import Finding
from firstline.knowledge.price_mentions import Mention
from firstline.knowledge.stated_hours import days_in_words, hours_apart
from firstline.tenancy.model import localized
from firstline.tenancy.profile import business_from_row
from firstline.tenancy.queries import business_row

__all__ = ["Decided", "badge", "compare_again", "compare_hours", "decide", "settle", "words_of"]

STATES = frozenset({"open", "allowed", "dismissed"})


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision. `read_again`: the document (and the source it is of) that must be read anew for it to take effect, or None.

    `again`: nobody can read it anew ("push", "upload": what the owner has to do), '' otherwise.
    """

    finding_id: UUID
    state: str
    read_again: UUID | None = None
    source_id: UUID | None = None
    again: str = ""


async def settle(
    tx: Tx,
    document_id: UUID,
    found: Sequence[Finding],
    prices: Sequence[Mention],
    hours: Sequence[Finding] = (),
    *,
    public: bool,
    stored: bool = False,
) -> None:
    """Writes what was found in a document that is complete, and compares its prices with those of the others.

    Runs in the transaction that completes the document. `stored`: read from our own, already cleared text, which cannot
    tell again what was taken out: that stays told. `hours`: where it states others than the profile (stated_hours.py). An
    internal document's prices and hours contradict nobody.
    """
    await finding_queries.keep_findings(tx, document_id, found, stored=stored)
    await finding_queries.keep_mentions(tx, document_id, prices if public else ())
    await finding_queries.keep_hours(tx, document_id, hours if public else ())
    if not prices or not public:
        await finding_queries.drop_contradictions(tx, document_id)
        return
    await _compare(tx, document_id, prices)


async def compare_again(tx: Tx, document_id: UUID) -> None:
    """Contradictions between a live document that is back out of the bin and the others, from the prices we have of them."""
    if prices := await finding_queries.mentions_of(tx, document_id):
        await _compare(tx, document_id, prices)


async def compare_hours(tx: Tx) -> None:
    """The hours that documents state against those of the profile, which have changed in this transaction."""
    row = await business_row(tx)
    if row is None:
        return
    business = business_from_row(row)
    for told in await finding_queries.stating_hours(tx):
        await finding_queries.keep_hours(tx, told["id"], hours_apart(told["stated"], business))


async def _compare(tx: Tx, document_id: UUID, prices: Sequence[Mention]) -> None:
    held = await finding_queries.mentions(tx, prices)
    told = Counter(entry.mention.subject for entry in held)
    held = [
        entry for entry in held if told[entry.mention.subject] > 1
    ]  # a thing that is priced once contradicts nothing
    own = [entry for entry in held if entry.document_id == document_id]
    others: list[Held] = [entry for entry in held if entry.document_id != document_id]
    await finding_queries.keep_contradictions(tx, document_id, list(contradictions(own, others)))


async def decide(tx: Tx, finding_id: UUID, state: str, who: UUID | None) -> Decided | None:
    """None when there is no such finding; ValueError for a state that is none."""
    if state not in STATES:
        raise ValueError(f"{state!r} is no decision")
    row = await finding_queries.finding(tx, finding_id)
    if row is None:
        return None
    brings_back = state == "allowed" and row["action"] == "redacted"
    takes_out = row["state"] == "allowed" and state != "allowed"
    if row["kind"] == "contradiction" or not (brings_back or takes_out):
        await finding_queries.decide_finding(tx, finding_id, state, who)
        return Decided(finding_id, state)
    again = await _nowhere(tx, row["document_id"]) if brings_back else ""
    await finding_queries.decide_finding(tx, finding_id, state, who, again=again)
    if again:
        return Decided(finding_id, state, again=again)
    await document_queries.forget_marks(tx, row["document_id"])
    return Decided(finding_id, state, row["document_id"], row["source_id"])


async def _nowhere(tx: Tx, document_id: UUID) -> str:
    """What the owner has to do when a document's original is not at hand; '' when it is."""
    row = await document_queries.document_place(tx, document_id)
    if row is None or row["object_key"] or row["source_id"] or row["source_uri"].startswith(("http://", "https://")):
        return ""
    return "push" if row["source_uri"].startswith("push:") else "upload"


async def badge(tx: Tx) -> int:
    """How many findings wait for the owner."""
    return sum((await finding_queries.open_findings(tx)).values())


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("firstline.knowledge").joinpath("data/finding_texts.toml").read_text("utf-8"))


def words_of(detail: Mapping[str, Any], action: str, language: str) -> str:
    """What a finding is, in words for an owner: "A password. Taken out of what the assistant reads." """
    texts = {
        name: localized({lang: table.get(name, "") for lang, table in _texts().items()}, language)
        for name in _texts()["en"]
    }
    known = {name: str(detail.get(name, "")) for name in ("about", "first", "second", "newer")}
    if detail.get("type") == "hours":
        known |= {"about": days_in_words(detail.get("days") or (), language)}
        known |= {name: known[name] or texts["closed"] for name in ("first", "second")}
    said = texts.get(str(detail.get("type", "")), "").format(**known)
    if known["first"]:
        return said
    return f"{said}. {texts[action]} {texts.get('again_' + str(detail.get('again', '')), '')}".rstrip()
