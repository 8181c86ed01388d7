"""Knowledge's entities: a parsed document, its chunks, a stored chunk with its vectors, an ingestion job."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from firstline.knowledge.wording import sentences

__all__ = ["Chunk", "Faq", "Held", "Job", "JobConfig", "Parsed", "StoredChunk", "UnreadableDocument", "parts_of"]

MOST_PARTS = 24  # sentences of a chunk that get a vector of their own


class UnreadableDocument(Exception):
    """A document nobody can read. `code` is stable, `sentence` is for the owner."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Faq:
    """A question with its answer, as the owner wrote them."""

    question: str
    answer: str
    language: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A document as Markdown. `faqs` is filled instead of `markdown` for a table of questions and answers."""

    title: str
    markdown: str
    source_type: str
    faqs: tuple[Faq, ...] = ()
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document. `context` (title and section path) is embedded and searched with it, never shown as answer."""

    text: str
    title: str = ""
    section: str = ""
    question: str | None = None
    answer: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None

    @property
    def context(self) -> str:
        """Title and section path, each once."""
        lines = [self.title, *([] if self.section == self.title else [self.section])]
        return "\n".join(line for line in lines if line)

    @property
    def searchable(self) -> str:
        """What is embedded and searched by keyword."""
        return "\n".join(part for part in (self.context, self.question or "", self.text) if part)

    @property
    def parts(self) -> list[str]:
        """Texts that get vectors of their own."""
        return parts_of(self.text, self.question)


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk as the index holds it: its row, its vector, and its parts' vectors (shape (parts, dimensions))."""

    id: UUID
    document_id: UUID
    chunk: Chunk
    language: str
    visibility: str
    source_uri: str
    source_type: str
    vector: NDArray[np.floating[Any]]
    part_vectors: NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class JobConfig:
    """Spec §3.2 `config`. `target_tokens` is what chunks aim at below the maximum."""

    max_tokens_per_chunk: int = 512
    overlap_tokens: int = 64
    include_private_docs: bool = False
    target_tokens: int = 160

    @classmethod
    def read(cls, config: dict[str, Any]) -> "JobConfig":
        """From the stored object; what is missing or out of range takes its default or the nearest bound."""
        most = min(max(int(config.get("max_tokens_per_chunk", 512)), 32), 2048)
        overlap = min(max(int(config.get("overlap_tokens", 64)), 0), most // 2)
        target = min(max(int(config.get("target_tokens", 160)), 32), most)
        return cls(most, overlap, bool(config.get("include_private_docs", False)), target)


@dataclass(frozen=True, slots=True)
class Job:
    """A row of kb_ingestion_jobs."""

    id: UUID
    business_id: UUID
    source: str
    status: str
    config: JobConfig
    input: dict[str, Any]
    stats: dict[str, int]
    errors: list[dict[str, Any]]
    source_id: UUID | None
    created_at: datetime
    completed_at: datetime | None
    owner: UUID | None = None  # the run that has it
    trigger: str = "person"
    progress: dict[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """What we have under an address. `whole`: all chunks of its generation are there; `kept`: labels the owner decided.

    `deleted_by`: who put it into the bin ("person", "source"), None for a live one.
    """

    id: UUID
    generation: int
    content_hash: bytes
    whole: bool
    visibility: str
    tags: tuple[str, ...]
    effective_date: date | None
    kept: dict[str, Any]
    deleted_by: str | None
    job_id: UUID | None
    object_key: str | None


def parts_of(text: str, question: str | None) -> list[str]:
    """The FAQ question first, then the sentences: the order in which part vectors are stored (from part 1)."""
    found = sentences(text)[:MOST_PARTS]
    return [question, *found] if question else found
