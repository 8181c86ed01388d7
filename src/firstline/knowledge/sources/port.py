"""What a source is given and what it yields."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from firstline.knowledge.fetch import Fetched
from firstline.knowledge.model import Job, Parsed, UnreadableDocument
from firstline.tenancy.model import Business

__all__ = [
    "Acquired",
    "Gone",
    "Known",
    "Materials",
    "Objects",
    "Parse",
    "Report",
    "Source",
    "SourceFailed",
    "SourceRow",
    "Unchanged",
]

Parse = Callable[[bytes, str, str], Awaitable[Parsed]]  # data, name, title; raises UnreadableDocument


class Objects(Protocol):
    """Stored files (ground.storage)."""

    async def get(self, key: str) -> bytes:
        """The bytes kept under `key`."""
        ...


class SourceFailed(Exception):
    """A source that cannot be read as a whole: the job fails. `code` is stable, `sentence` is for the owner."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The source says this document is as we have it (304, same revision): it stays, and costs nothing."""


@dataclass(frozen=True, slots=True)
class Gone:
    """The source no longer has this document: it is put in the bin."""


@dataclass(frozen=True, slots=True)
class Acquired:
    """One document of a source: parsed, unchanged, gone, or the reason why it could not be read. `uri` names it for good."""

    uri: str
    parsed: Parsed | UnreadableDocument | Unchanged | Gone
    visibility: str = "public"
    tags: tuple[str, ...] = ()
    external_id: str | None = None
    private: bool = False  # at its source; left out unless the job's config includes private documents
    faq_id: UUID | None = None
    etag: str | None = None
    last_modified: str | None = None
    object_key: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What we hold of a document of this source: to ask for it only when it has changed."""

    document_id: UUID
    etag: str | None = None
    last_modified: str | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row of kb_sources, its secret unsealed. `config` as the source's own file describes it."""

    id: UUID
    kind: str
    uri: str
    config: Mapping[str, Any]
    visibility: str = "public"
    tags: tuple[str, ...] = ()
    cursor: str | None = None
    secret: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Report:
    """What a source tells its job besides documents.

    `found`: how many documents there will be, once known. `complete`: everything the source has was yielded, so what
    was not is gone. `cursor`: kept with the source for the next run, when this one ends well. `proposals`: what pages
    say of the business itself (structured.Proposal in plain values), read from the pages `read`; `partial` when others were
    unchanged, so that what those say is not in it.
    """

    found: int | None = None
    complete: bool = False
    cursor: str | None = None
    proposals: list[dict[str, Any]] = field(default_factory=list)
    read: set[str] = field(default_factory=set)
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Materials:
    """What sources may use. `known` maps a uri to what we hold of it, for the documents of `source`.

    `own`: the address of the demo's own pages, which `fetch` reads although this machine serves them; "" elsewhere.
    """

    business: Business
    objects: Objects | None = None
    fetch: Callable[..., Awaitable[Fetched]] | None = None
    languages: tuple[str, ...] = field(default=("en", "es"))
    parse: Parse | None = None
    source: SourceRow | None = None
    known: Mapping[str, Known] = field(default_factory=dict)
    report: Report = field(default_factory=Report)
    own: str = ""


class Source(Protocol):
    """Yields a job's documents, in an order that stays the same when the job is run again."""

    def __call__(self, job: Job, materials: Materials) -> AsyncIterator[Acquired]:
        """See the class. Raises SourceFailed."""
        ...
