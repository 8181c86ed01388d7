"""A document's own row on its way in: found again, labelled, written, with its FAQ rows; the file it replaces goes."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx
from firstline.knowledge import queries
from firstline.knowledge.document_queries import object_used
from firstline.knowledge.governing import Governance
from firstline.knowledge.identity import Labels, labels_of
from firstline.knowledge.model import Held, Job, Parsed
from firstline.knowledge.reading_again import reindex
from firstline.knowledge.sources.port import Acquired
from firstline.knowledge.workshop import Workshop

__all__ = ["Step", "Work", "forget_replaced", "keep_faqs", "labelled", "save_row", "wanted"]

Step = Callable[[Tx, int, int, bool], Awaitable[None]]  # chunks stored so far, those of them now, is it the last


@dataclass(frozen=True, slots=True)
class Work:
    """One document on its way."""

    workshop: Workshop
    business_id: UUID
    acquired: Acquired
    parsed: Parsed
    job: Job | None
    step: Step | None
    identity: bytes
    anew: bool
    governance: Governance


def wanted(held: Held, job: Job | None) -> bool:
    """What a person deleted stays deleted, but for that person's own new upload; a source brings its own back."""
    if held.deleted_by is None or held.deleted_by == "source":
        return True
    return job is None or (job.trigger == "person" and job.source_id is None and held.job_id != job.id)


async def save_row(tx: Tx, work: Work, before: Held | None, language: str) -> tuple[UUID, int] | None:
    """The document's row; None when it was deleted while its first chunks were embedded."""
    acquired, parsed, job = work.acquired, work.parsed, work.job
    held = await queries.held_document(tx, acquired.uri, acquired.external_id, lock=True)
    was_live = before is not None and before.deleted_by is None
    if held is not None and held.deleted_by and (was_live or before is None or not wanted(held, job)):
        return None
    if held is None and before is not None:
        return None  # purged meanwhile
    if held and before and held.generation != before.generation and (job is not None or not before.whole):
        return None  # changed meanwhile
    labels, early = labelled(work, held)
    saved = await queries.save_document(
        tx, _row(work, labels, language) | {"job_id": job.id if job else None, "source_id": job.source_id if job else None},
        held, anew=work.anew and (before is None or held is None or held.generation == before.generation),
    )  # fmt: skip
    if parsed.source_type == "faq":
        await keep_faqs(tx, work, saved[0], language, labels.visibility)
    if held is not None:
        await forget_replaced(tx, work, held)
    if early:
        await reindex(tx, [saved[0]])
    return saved


def labelled(work: Work, held: Held | None, *, cleared: bool = False) -> tuple[Labels, bool]:
    """Its labels now. True: its owner made it public while it was read for the team only, so it has to be cleared again.

    It stays internal until then. `cleared`: the very same text is public already.
    """
    labels = labels_of(work.acquired, work.parsed, held if work.job or work.acquired.external_id else None)
    early = labels.visibility == "public" and work.governance.visibility != "public" and not cleared
    return (replace(labels, visibility="internal") if early else labels), early


async def keep_faqs(tx: Tx, work: Work, document_id: UUID, language: str | None, visibility: str) -> None:
    for faq in work.parsed.faqs:
        await queries.keep_faq(
            tx,
            faq,
            document_id=document_id,
            language=faq.language or language or "en",
            visibility=visibility,
            faq_id=work.acquired.faq_id,
        )


async def forget_replaced(tx: Tx, work: Work, held: Held) -> None:
    """The stored file that a new one replaces goes after the commit."""
    key, objects = held.object_key, work.workshop.objects
    if key is None or objects is None or work.acquired.object_key in {None, key}:
        return
    if not await object_used(tx, key, held.id):
        tx.after_commit(lambda: tx.door.spawn(objects.delete(key)))


def _row(work: Work, labels: Labels, language: str) -> dict[str, Any]:
    acquired, parsed = work.acquired, work.parsed
    return {
        "source_type": parsed.source_type,
        "source_uri": acquired.uri,
        "title": parsed.title or acquired.uri,
        "raw_text": parsed.markdown or "\n\n".join(f"{faq.question}\n{faq.answer}" for faq in parsed.faqs),
        "metadata": {**parsed.metadata, "tags": list(labels.tags)},
        "external_id": acquired.external_id,
        "visibility": labels.visibility,
        "language": language,
        "content_hash": work.identity,
        "etag": acquired.etag,
        "last_modified": acquired.last_modified,
        "object_key": acquired.object_key,
        "effective_date": labels.effective_date,
    }
