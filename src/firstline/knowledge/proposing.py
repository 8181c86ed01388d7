"""What the pages of a run say of the business, kept as one proposal for the owner: only what is news.

A run in which some pages were unchanged knows only what the others say: that takes the place of what these pages said before
in the proposal that waits, or becomes one of its own. When nothing of it is news, nothing waits.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from firstline.ground.tenant import Tx
from firstline.knowledge import proposal_queries
from firstline.knowledge.model import Job
from firstline.knowledge.sources.port import Report
from firstline.knowledge.structured.news import news_of, plain_words
from firstline.knowledge.structured.proposal import Proposal, from_plain, merged, without
from firstline.tenancy.profile import business_from_row
from firstline.tenancy.queries import business_row

__all__ = ["propose"]

LISTED = ("profile", "faqs", "conflicts")


async def propose(tx: Tx, job: Job, url: str, report: Report) -> UUID | None:
    """Writes, replaces or takes away the proposal of a job's source (or address); -> its id, None when nothing waits.

    What the owner has decided about already is not asked again by a run that nobody has asked for.
    """
    if not (report.proposals or report.read):
        return None
    of = job.source_id or (UUID(str(job.input["of"])) if job.input.get("of") else None)
    waiting = await proposal_queries.waiting(tx, job.id, of, url)
    said = [from_plain(one) for one in report.proposals]
    if report.partial or (of is not None and job.source_id is None):
        said += [without(from_plain(row["proposal"]), report.read) for row in waiting]
    row = await business_row(tx)
    if row is None:
        return None
    whole = merged(said)
    profile = news_of(whole.as_profile(), business_from_row(row))
    plain = _plain(whole) | {"profile": profile}
    known = await proposal_queries.known_questions(tx, [faq["question"] for faq in plain["faqs"]])
    plain["faqs"] = [faq for faq in plain["faqs"] if plain_words(faq["question"]) not in known]
    if job.trigger != "person":
        plain = _undecided(plain, await proposal_queries.last_decided(tx, of, url))
    if len(waiting) == 1 and waiting[0]["proposal"] == plain:
        await proposal_queries.of_job(tx, waiting[0]["id"], job.id)
        return UUID(str(waiting[0]["id"]))
    await proposal_queries.drop_proposals(tx, [row["id"] for row in waiting])
    if not any(plain[name] for name in LISTED):
        return None
    return await proposal_queries.insert_proposal(tx, job.id, of, url, plain)


def _plain(proposal: Proposal) -> dict[str, Any]:
    plain: dict[str, Any] = orjson.loads(orjson.dumps(proposal, default=str))  # default: amounts
    return plain


def _undecided(plain: Mapping[str, Any], decided: Mapping[str, Any] | None) -> dict[str, Any]:
    """Without what the last decided proposal had in it."""
    if decided is None:
        return dict(plain)
    then = decided.get("profile") or {}
    profile = {name: value for name, value in plain["profile"].items() if name == "services" or value != then.get(name)}
    if left := _new(profile.pop("services", ()), then.get("services") or (), ("name", "price_low", "price_high")):
        profile["services"] = left
    faqs = _new(plain["faqs"], decided.get("faqs") or (), ("question",))
    conflicts = _new(plain["conflicts"], decided.get("conflicts") or (), ("field", "kept", "other"))
    return {**plain, "profile": profile, "faqs": faqs, "conflicts": conflicts}


def _new(found: Sequence[Mapping[str, Any]], seen: Collection[Mapping[str, Any]], by: Sequence[str]) -> list[Any]:
    def key(one: Mapping[str, Any]) -> str:
        return repr(
            [side["value"] if isinstance(side := one.get(n), Mapping) and "value" in side else side for n in by]
        )

    known = {key(one) for one in seen}
    return [one for one in found if key(one) not in known]
