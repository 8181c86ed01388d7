"""The CRM as a source: what people answered in resolved tickets and closed chats becomes drafts, not documents.

`cursor` is the last look: "<ISO time>|<id>" of the last conversation that was read. The job's stats stay at 0 documents; the
drafts wait in kb_drafts (drafts.py).
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from firstline.ground.log import logger
from firstline.knowledge.drafts import keep_drafts
from firstline.knowledge.extracting import extracted
from firstline.knowledge.impersonal import drafting
from firstline.knowledge.model import Job
from firstline.knowledge.resolved import Pair, Resolved, ResolvedConversations, Summarise
from firstline.knowledge.sources.port import Acquired, Materials
from firstline.knowledge.store import Workshop
from firstline.knowledge.tongue import language_of
from firstline.llm.errors import LLMError

__all__ = ["CrmSource"]

log = logger("knowledge")


@dataclass(frozen=True, slots=True)
class CrmSource:
    """A Source. `summarise` None: no gateway, so by extraction; also when the gateway fails for a conversation."""

    workshop: Workshop
    conversations: ResolvedConversations
    summarise: Summarise | None = None

    async def __call__(self, job: Job, materials: Materials) -> AsyncIterator[Acquired]:
        """Yields nothing; writes drafts as it goes."""
        after = _read_cursor(materials.source.cursor if materials.source else None)
        most = drafting()["page"]
        while page := await self.conversations.resolved(job.business_id, after, most):
            for resolved in page:
                await self._one(job, materials, resolved)
                after = (resolved.at, resolved.id)
            if len(page) < most:
                break
        if after:
            materials.report.cursor = f"{after[0].isoformat()}|{after[1]}"
        nothing: tuple[Acquired, ...] = ()
        for acquired in nothing:  # what makes it a source: an iterator
            yield acquired

    async def _one(self, job: Job, materials: Materials, resolved: Resolved) -> None:
        said = " ".join(turn.text for turn in resolved.turns if turn.who != "ai")
        language = resolved.language if resolved.language in materials.languages else None
        language = language or language_of(said, materials.languages, materials.languages[0])
        pairs, made_by = await self._pairs(materials, resolved, language)
        await keep_drafts(
            self.workshop, job.business_id, resolved, pairs, made_by=made_by, language=language, job_id=job.id
        )

    async def _pairs(self, materials: Materials, resolved: Resolved, language: str) -> tuple[list[Pair], str]:
        if self.summarise is not None:
            try:
                return await self.summarise(resolved, materials.business, language), "llm"
            except LLMError as error:
                log.warning("draft_by_extraction", code=error.code)
        return await extracted(resolved, materials.business, self.workshop.pool), "extraction"


def _read_cursor(cursor: str | None) -> tuple[datetime, UUID] | None:
    at, _, last = (cursor or "").partition("|")
    try:
        return datetime.fromisoformat(at), UUID(last)
    except ValueError:
        return None
