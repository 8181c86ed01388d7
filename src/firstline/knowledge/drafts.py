"""Drafts out of resolved conversations: kept unless we know it already, and never used before the owner says yes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from firstline.ground.errors import Conflict, FieldError, Invalid, NotFound
from firstline.ground.tenant import Door
from firstline.kit.clock import now
from firstline.knowledge import draft_queries
from firstline.knowledge.faqs import publish_faq
from firstline.knowledge.impersonal import drafting
from firstline.knowledge.model import Faq
from firstline.knowledge.models import held_models
from firstline.knowledge.resolved import Pair, Resolved
from firstline.knowledge.store import Workshop

__all__ = ["Draft", "accept", "dismiss", "keep_drafts", "list_drafts"]

MOST_QUESTION, MOST_ANSWER = 2000, 10000  # the table's own bounds


@dataclass(frozen=True, slots=True)
class Draft:
    """A row of kb_drafts. `nearest_*`: the nearest of what was known when it was made, with its cosine."""

    id: UUID
    question: str
    answer: str
    language: str
    origin: str
    origin_id: UUID
    made_by: str
    nearest_question: str | None
    nearest_score: float | None
    state: str
    faq_id: UUID | None
    job_id: UUID | None
    decided_by: UUID | None
    decided_at: datetime | None
    created_at: datetime


async def keep_drafts(
    workshop: Workshop,
    business_id: UUID,
    resolved: Resolved,
    pairs: list[Pair],
    *,
    made_by: str,
    language: str,
    job_id: UUID | None = None,
) -> int:
    """Keeps those that are new; how many wait for the owner now. Near-duplicates are kept as such, for the record."""
    kept = 0
    for pair in pairs:
        nearest, score = await _nearest(workshop, business_id, pair)
        duplicate = score is not None and score >= drafting()["near_duplicate"]
        values = {
            "question": pair.question,
            "answer": pair.answer,
            "language": language,
            "origin": resolved.origin,
            "origin_id": resolved.id,
            "made_by": made_by,
            "nearest_question": nearest,
            "nearest_score": score,
            "state": "duplicate" if duplicate else "pending",
            "job_id": job_id,
        }
        async with workshop.door.transaction(business_id) as tx:
            kept += await draft_queries.insert_draft(tx, values) and not duplicate
    return kept


async def _nearest(workshop: Workshop, business_id: UUID, pair: Pair) -> tuple[str | None, float | None]:
    """What of the knowledge base or of the other drafts is nearest to the question, or to a longer answer; its cosine."""
    rules = drafting()
    long_enough = len(pair.answer.split()) >= rules["least_compared_answer_words"]
    texts = [pair.question, *([pair.answer] if long_enough else [])]
    async with workshop.door.transaction(business_id) as tx:
        model = (await held_models(tx, workshop.pool.embedder.name)).active
        others = await draft_queries.recent_questions(tx, rules["compared_drafts"])
    pool = workshop.pool_of(model)
    vectors = await pool.embed(texts)
    found: list[tuple[str, float]] = []
    if others:
        there = await pool.embed([row["question"] for row in others])
        cosines = there @ vectors[0]
        best = int(cosines.argmax())
        found.append((others[best]["question"], float(cosines[best])))
    async with workshop.door.transaction(business_id) as tx:
        for vector in vectors:
            row = await draft_queries.nearest_known(tx, vector, model)
            if row is not None:
                found.append((row["text"], float(row["score"])))
    return max(found, key=lambda entry: entry[1]) if found else (None, None)


async def list_drafts(
    door: Door, business_id: UUID, *, state: str = "pending", after: UUID | None = None, most: int = 50
) -> list[Draft]:
    """Newest first, below the id `after`."""
    async with door.transaction(business_id) as tx:
        return [_draft(row) for row in await draft_queries.drafts_page(tx, state, after, most)]


async def accept(
    workshop: Workshop,
    business_id: UUID,
    draft_id: UUID,
    *,
    question: str | None = None,
    answer: str | None = None,
    by: UUID | None = None,
    languages: tuple[str, ...] = ("en", "es"),
) -> UUID:
    """Publishes the draft, in the owner's words when given; -> its FAQ row. Twice is one row: the first words stay.

    Raises NotFound, Conflict draft_dismissed, Invalid. A run that died in the middle is finished by the next yes.
    """
    _check(question, answer)
    async with workshop.door.transaction(business_id) as tx:
        row = await draft_queries.draft(tx, draft_id)
        if row is None:
            raise NotFound("draft_not_found", "There is no such draft.")
        if row["state"] == "dismissed":
            raise Conflict("draft_dismissed", "This draft was dismissed.")
        if row["state"] == "accepted" and row["faq_id"]:
            held: UUID = row["faq_id"]
            return held
        first = row["state"] != "accepted"
        words = (question or row["question"]).strip(), (answer or row["answer"]).strip()
        said = words if first else (row["question"], row["answer"])
        if first:
            await _claim(tx, draft_id, said, by)
    try:
        faq_id = await publish_faq(workshop, business_id, Faq(*said, row["language"]), languages=languages)
    except BaseException:
        async with workshop.door.transaction(business_id) as tx:
            await draft_queries.unclaim_draft(tx, draft_id)
        raise
    async with workshop.door.transaction(business_id) as tx:
        await draft_queries.decided_draft(tx, draft_id, "accepted" if faq_id else "pending", faq_id, by, now())
    if faq_id is None:
        raise Conflict("draft_not_published", "This question was removed while it was published. Please try again.")
    return faq_id


async def _claim(tx: Any, draft_id: UUID, said: tuple[str, str], by: UUID | None) -> None:
    try:
        await draft_queries.claim_draft(tx, draft_id, *said, by, now())
    except asyncpg.UniqueViolationError:
        raise Conflict("draft_repeated", "Another draft of the same conversation has this question.") from None


async def dismiss(door: Door, business_id: UUID, draft_id: UUID, *, by: UUID | None = None) -> bool:
    """It is not asked about again; False when there is none that waits."""
    async with door.transaction(business_id) as tx:
        row = await draft_queries.draft(tx, draft_id)
        if row is None or row["state"] not in ("pending", "duplicate"):
            return False
        await draft_queries.decided_draft(tx, draft_id, "dismissed", None, by, now())
        return True


def _check(question: str | None, answer: str | None) -> None:
    faults = [
        FieldError(name, f"This must have 1 to {most:,} characters.")
        for name, text, most in (("question", question, MOST_QUESTION), ("answer", answer, MOST_ANSWER))
        if text is not None and not 1 <= len(text.strip()) <= most
    ]
    if faults:
        raise Invalid("invalid", faults[0]["message"], faults)


def _draft(row: Any) -> Draft:
    return Draft(**dict(row))
