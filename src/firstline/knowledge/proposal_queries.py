"""SQL of what a website says of the business: proposals that wait for the owner's yes."""

from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx

__all__ = ["decide_proposal", "proposal", "proposals_page"]

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
