"""What a source is given and what it yields."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from firstline.knowledge.fetch import Fetched
from firstline.knowledge.model import Job, Parsed, UnreadableDocument
from firstline.tenancy.model import Business

__all__ = ["Acquired", "Materials", "Objects", "Source"]


class Objects(Protocol):
    """Stored files (ground.storage)."""

    async def get(self, key: str) -> bytes:
        """The bytes kept under `key`."""
        ...


@dataclass(frozen=True, slots=True)
class Acquired:
    """One document of a source, parsed, or the reason why it could not be. `uri` names it for good."""

    uri: str
    parsed: Parsed | UnreadableDocument
    visibility: str = "public"
    tags: tuple[str, ...] = ()
    external_id: str | None = None
    private: bool = False  # at its source; left out unless the job's config includes private documents
    faq_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Materials:
    """What sources may use."""

    business: Business
    objects: Objects | None = None
    fetch: Callable[[str], Awaitable[Fetched]] | None = None
    languages: tuple[str, ...] = field(default=("en", "es"))


class Source(Protocol):
    """Yields a job's documents, in an order that stays the same when the job is run again."""

    def __call__(self, job: Job, materials: Materials) -> AsyncIterator[Acquired]:
        """See the class."""
        ...
