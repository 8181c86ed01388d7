"""A changed profile is in the knowledge base when the answer to the change is out: not a moment later than its words.

The change has opened a job in its own transaction (knowledge.refresh); this process runs it at once instead of waiting for a
worker. Whoever claims it first has it; if this takes too long it goes on beside the next requests.
"""

import asyncio
from uuid import UUID

from firstline.knowledge.ingest import ingest
from firstline.knowledge.job_queries import pending_job
from firstline.knowledge.sources.port import Materials
from firstline.web.api.kb_documents import workshop_of
from firstline.web.rooms import Rooms

__all__ = ["profile_now"]

PATIENCE_SECONDS = 4.0
_running: set[asyncio.Task[object]] = set()


async def profile_now(rooms: Rooms, business_id: UUID) -> None:
    """Reads the profile's own documents again, if a change has asked for it. Waits for a few seconds at most."""
    async with rooms.door.transaction(business_id) as tx:
        job_id = await pending_job(tx, "profile", "change")
    if job_id is None:
        return
    rooms.profiles.drop(business_id)
    business = await rooms.profiles.get(business_id)
    materials = Materials(business, languages=business.guardrails.languages_allowed)
    task: asyncio.Task[object] = asyncio.create_task(ingest(workshop_of(rooms), materials, job_id, live=rooms.live))
    _running.add(task)
    task.add_done_callback(_running.discard)
    await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
