"""A parsed document on its way in: cleared of what must not be indexed, with what was found and the prices it names."""

import asyncio
from dataclasses import dataclass, replace
from uuid import UUID

from firstline.ground.tenant import Door, Tx
from firstline.knowledge import finding_queries, queries
from firstline.knowledge.findings import settle
from firstline.knowledge.governance.filter import govern_parsed
from firstline.knowledge.governance.model import Finding
from firstline.knowledge.identity import labels_of
from firstline.knowledge.model import Job, Parsed
from firstline.knowledge.price_mentions import Mention, price_mentions
from firstline.knowledge.sources.port import Acquired
from firstline.knowledge.stated_hours import hours_apart, stated_hours
from firstline.knowledge.tongue import language_of
from firstline.tenancy.model import Business
from firstline.tenancy.profile import business_from_row
from firstline.tenancy.queries import business_row

__all__ = ["Governance", "governed", "governed_again"]


@dataclass(frozen=True, slots=True)
class Governance:
    """What was found in `parsed`, whose text is already without what was taken out. `stored`: it came out of our own database.

    `visibility`: for whom it was cleared; what was cleared for the team only may not be shown to customers.
    """

    parsed: Parsed
    findings: tuple[Finding, ...] = ()
    prices: tuple[Mention, ...] = ()
    hours: tuple[Finding, ...] = ()
    stored: bool = False
    visibility: str = "public"

    async def settle(self, tx: Tx, document_id: UUID) -> None:
        """Writes it beside the complete document, in the same transaction."""
        labels = await queries.labels_of_document(tx, document_id)
        public = labels is not None and labels["visibility"] == "public"
        await settle(tx, document_id, self.findings, self.prices, self.hours, public=public, stored=self.stored)


async def governed(
    door: Door, business_id: UUID, acquired: Acquired, parsed: Parsed, languages: tuple[str, ...], job: Job | None
) -> Governance:
    """Reads the business, what its owner has allowed and how the document is seen; the filters run in a thread."""
    async with door.transaction(business_id) as tx:
        row = await business_row(tx)
        allowed = await finding_queries.allowed_fingerprints(tx)
        held = await queries.held_document(tx, acquired.uri, acquired.external_id)
    visibility = labels_of(acquired, parsed, held if job else None).visibility
    if row is None:
        return Governance(parsed, visibility=visibility)
    stored = job is not None and job.source == "reindex"
    return await asyncio.to_thread(_read, parsed, business_from_row(row), visibility, allowed, languages, stored)


async def governed_again(tx: Tx, parsed: Parsed, visibility: str) -> Governance | None:
    """A stored document under another visibility, within the transaction that asks: for short ones. None without a business."""
    row = await business_row(tx)
    if row is None:
        return None
    business = business_from_row(row)
    allowed = await finding_queries.allowed_fingerprints(tx)
    languages = business.guardrails.languages_allowed
    return await asyncio.to_thread(_read, parsed, business, visibility, allowed, languages, True)


def _read(
    parsed: Parsed,
    business: Business,
    visibility: str,
    allowed: frozenset[bytes],
    languages: tuple[str, ...],
    stored: bool,
) -> Governance:
    clean, findings = govern_parsed(parsed, business=business, visibility=visibility, allowed=allowed)
    text = clean.markdown or "\n\n".join(f"{faq.question}\n{faq.answer}" for faq in clean.faqs)
    told = str(clean.metadata.get("language", ""))
    language = told if told in languages else language_of(text, languages, languages[0])
    prices = tuple(price_mentions(text, business, language))
    stated = stated_hours(text) if parsed.source_type != "profile" else []
    if stated:  # kept beside the text: a change of the profile is compared with it
        clean = replace(clean, metadata={**clean.metadata, "stated_hours": stated})
    apart = tuple(hours_apart(stated, business))
    return Governance(clean, findings, prices, apart, stored=stored, visibility=visibility)
