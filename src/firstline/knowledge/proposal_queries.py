"""SQL of what a website says of the business: proposals that wait for the owner's yes."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id
from firstline.knowledge.structured.news import plain_words

__all__ = [
    "decide_proposal", "drop_proposals", "insert_proposal", "known_questions", "last_decided", "of_job", "proposal", "proposals_page", "waiting",
]  # fmt: skip

SHOWN = "id, business_id, source_id, job_id, url, proposal, state, decided_by, decided_at, created_at"


async def proposals_page(
    tx: Tx, state: str | None, after: UUID | None, most: int, *, job_id: UUID | None = None
) -> list[Any]:
    """Newest first, below the id `after`; of one state or job when named."""
    return await tx.fetch(
        f"""SELECT {SHOWN} FROM kb_profile_proposals WHERE business_id = $1 AND ($2::text IS NULL OR state = $2)
              AND ($3::uuid IS NULL OR id < $3) AND ($5::uuid IS NULL OR job_id = $5) ORDER BY id DESC LIMIT $4""",
        tx.business_id,
        state,
        after,
        most,
        job_id,
    )


async def proposal(tx: Tx, proposal_id: UUID, *, lock: bool = False) -> Any:
    """One, or None."""
    return await tx.fetchrow(
        f"SELECT {SHOWN} FROM kb_profile_proposals WHERE business_id = $1 AND id = $2 {'FOR UPDATE' if lock else ''}",
        tx.business_id,
        proposal_id,
    )


async def decide_proposal(tx: Tx, proposal_id: UUID, state: str, by: UUID | None) -> None:
    """`state` pending, accepted or dismissed."""
    await tx.execute(
        """UPDATE kb_profile_proposals SET state = $3, decided_by = CASE $3 WHEN 'pending' THEN NULL ELSE $4::uuid END,
             decided_at = CASE $3 WHEN 'pending' THEN NULL ELSE now() END WHERE business_id = $1 AND id = $2""",
        tx.business_id,
        proposal_id,
        state,
        by,
    )


async def waiting(tx: Tx, job_id: UUID, source_id: UUID | None, url: str) -> list[Any]:
    """(id, proposal) of those that wait for the owner and are of this job, source or address; held until this transaction ends."""
    return await tx.fetch(
        """SELECT id, proposal FROM kb_profile_proposals WHERE business_id = $1 AND state = 'pending'
             AND (job_id = $2 OR source_id = $3 OR url = $4) ORDER BY id FOR UPDATE""",
        tx.business_id,
        job_id,
        source_id,
        url,
    )


async def last_decided(tx: Tx, source_id: UUID | None, url: str) -> dict[str, Any] | None:
    """What the owner was last asked of this source or address and has decided."""
    found: dict[str, Any] | None = await tx.fetchval(
        """SELECT proposal FROM kb_profile_proposals WHERE business_id = $1 AND state <> 'pending' AND (source_id = $2 OR url = $3)
           ORDER BY decided_at DESC, id DESC LIMIT 1""",
        tx.business_id,
        source_id,
        url,
    )
    return found


async def drop_proposals(tx: Tx, proposals: Sequence[UUID]) -> None:
    """Those that nobody has decided."""
    await tx.execute(
        "DELETE FROM kb_profile_proposals WHERE business_id = $1 AND id = ANY($2::uuid[]) AND state = 'pending'",
        tx.business_id,
        list(proposals),
    )


async def of_job(tx: Tx, proposal_id: UUID, job_id: UUID) -> None:
    """The same was found again by a later job, whose it is from now on."""
    await tx.execute(
        "UPDATE kb_profile_proposals SET job_id = $3 WHERE business_id = $1 AND id = $2",
        tx.business_id,
        proposal_id,
        job_id,
    )


async def insert_proposal(tx: Tx, job_id: UUID, source_id: UUID | None, url: str, proposal: Mapping[str, Any]) -> UUID:
    """A new one, that waits."""
    made = new_id()
    await tx.execute(
        "INSERT INTO kb_profile_proposals (business_id, id, source_id, job_id, url, proposal) VALUES ($1, $2, $3, $4, $5, $6)",
        tx.business_id,
        made,
        source_id,
        job_id,
        url,
        proposal,
    )
    return made


async def known_questions(tx: Tx, questions: Sequence[str]) -> set[str]:
    """Those of `questions` that a live row has, as plain_words writes them."""
    if not questions:
        return set()
    rows = await tx.fetch("SELECT question FROM kb_faqs WHERE business_id = $1 AND deleted_at IS NULL", tx.business_id)
    return {plain_words(row["question"]) for row in rows} & {plain_words(question) for question in questions}
