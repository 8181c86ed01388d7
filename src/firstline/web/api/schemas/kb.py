"""Knowledge as the wire shows it (spec §3.2)."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from firstline.web.api.schemas.base import Shown, Wire

__all__ = [
    "ChunkOut",
    "CrmJobIn",
    "DocumentOut",
    "DocumentPatch",
    "DocumentWhole",
    "DriveJobIn",
    "FaqIn",
    "FaqJobIn",
    "FaqOut",
    "FaqPatch",
    "FaqRow",
    "JobIn",
    "JobOut",
    "ProfileJobIn",
    "PushIn",
    "PushOut",
    "SearchIn",
    "SearchItem",
    "SearchOut",
    "UrlJobIn",
]

Visibility = Literal["public", "internal"]
Tag = Annotated[str, Field(min_length=1, max_length=60)]
Question = Annotated[
    str, Field(min_length=1, max_length=2000, pattern=r"\S", examples=["Do you charge extra on weekends?"])
]
Answer = Annotated[
    str, Field(min_length=1, max_length=10_000, pattern=r"\S", examples=["No, Saturday mornings cost the same."])
]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$", examples=["en"])]


Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2999, 12, 31))]


class JobConfigIn(Wire):
    """Spec §3.2 `config`."""

    max_tokens_per_chunk: int = Field(default=512, ge=32, le=2048)
    overlap_tokens: int = Field(default=64, ge=0, le=1024)
    include_private_docs: bool = False


class FaqRow(Wire):
    """A question with its answer, as written."""

    question: Question
    answer: Answer
    language: Language | None = None
    tags: list[Tag] = Field(default_factory=list, max_length=20)
    visibility: Visibility = "public"


class UrlJobIn(Wire):
    """Reads web pages, a site by its sitemap, or a site by its links; internal addresses are refused, on every redirect too."""

    source: Literal["url"]
    url: (
        Annotated[str, Field(max_length=2000, pattern=r"^https?://\S+$", examples=["https://acme-plumbing.example"])]
        | None
    ) = None
    urls: list[Annotated[str, Field(max_length=2000, pattern=r"^https?://\S+$")]] = Field(
        default_factory=list, max_length=200
    )
    mode: Literal["page", "sitemap", "crawl"] = "page"
    depth: int | None = Field(None, ge=0, le=10)
    most_pages: int | None = Field(None, ge=1, le=5000)
    scope: list[Annotated[str, Field(max_length=500)]] = Field(default_factory=list, max_length=50)
    exclude: list[Annotated[str, Field(max_length=500)]] = Field(default_factory=list, max_length=50)
    rate_per_second: float | None = Field(None, ge=0.05, le=10)
    visibility: Visibility = "public"
    tags: list[Tag] = Field(default_factory=list, max_length=20)
    config: JobConfigIn = Field(default_factory=JobConfigIn)


class CrmJobIn(Wire):
    """Reads closed tickets and chats for questions and answers that the owner may accept."""

    source: Literal["crm"]
    config: JobConfigIn = Field(default_factory=JobConfigIn)


class DriveJobIn(Wire):
    """Reads a Google Drive folder that is a source already."""

    source: Literal["drive"]
    source_id: UUID
    config: JobConfigIn = Field(default_factory=JobConfigIn)


class FaqJobIn(Wire):
    """Keeps rows of questions and answers."""

    source: Literal["faq"]
    rows: list[FaqRow] = Field(min_length=1, max_length=1000)
    config: JobConfigIn = Field(default_factory=JobConfigIn)


class ProfileJobIn(Wire):
    """Reads the business's own profile."""

    source: Literal["profile"]
    config: JobConfigIn = Field(default_factory=JobConfigIn)


JobIn = Annotated[UrlJobIn | FaqJobIn | ProfileJobIn | CrmJobIn | DriveJobIn, Field(discriminator="source")]


class JobConfigOut(Shown):
    """As it is used."""

    max_tokens_per_chunk: int
    overlap_tokens: int
    include_private_docs: bool


class JobOut(Shown):
    """Spec §3.2 `KBIngestionJob`."""

    id: UUID
    business_id: UUID
    status: str
    source: str
    config: JobConfigOut
    stats: dict[str, int] = Field(examples=[{"documents": 10, "chunks": 256, "errors": 0}])
    errors: list[dict[str, Any]]
    created_at: datetime
    completed_at: datetime | None
    trigger: str = Field(description="person, schedule or change")
    source_id: UUID | None
    progress: dict[str, Any] = Field(
        examples=[
            {"found": 12, "done": 7, "unchanged": 2, "removed": 0, "current": "https://acme-plumbing.example/prices"}
        ]
    )


class FaqIn(FaqRow):
    """A new row."""


class FaqPatch(Wire):
    """What is not named stays."""

    question: Question | None = None
    answer: Answer | None = None
    language: Language | None = None
    tags: list[Tag] | None = Field(None, max_length=20)
    visibility: Visibility | None = None


class FaqOut(Shown):
    """A row."""

    id: UUID
    question: str
    answer: str
    language: str
    tags: list[str]
    visibility: str
    document_id: UUID | None
    created_at: datetime
    updated_at: datetime


class DocumentOut(Shown):
    """Spec §3.2 `KBSourceDocument` without its text."""

    id: UUID
    business_id: UUID
    job_id: UUID | None
    title: str
    source_type: str
    source_uri: str
    visibility: str
    language: str
    chunks: int
    metadata: dict[str, Any]
    updated_at: datetime
    deleted_at: datetime | None = None
    source_id: UUID | None = None
    external_id: str | None = None
    effective_date: date | None = None
    has_file: bool = False


class DocumentPatch(Wire):
    """What is not named stays; `effective_date: null` ends it. What is set here outlives later readings of its source."""

    visibility: Visibility | None = None
    tags: list[Tag] | None = Field(None, max_length=20)
    effective_date: Day | None = Field(None, description="Not used in answers before this day")


class PushIn(Wire):
    """A document of another module or website of the business. Exactly one of `html` and `markdown`."""

    external_id: str = Field(min_length=1, max_length=200, pattern=r"\S", examples=["page-42"])
    title: str = Field("", max_length=300)
    html: str | None = Field(None, max_length=5_000_000)
    markdown: str | None = Field(None, max_length=2_000_000)
    tags: list[Tag] = Field(default_factory=list, max_length=20)
    visibility: Visibility = "public"
    url: Annotated[str, Field(max_length=2000, pattern=r"^https?://\S+$")] | None = None


class PushOut(Shown):
    """`document_id` once it is found by questions; else the job that reads it. `changed` false: it was there already."""

    document_id: UUID | None
    job_id: UUID | None
    changed: bool


class ChunkOut(Shown):
    """Spec §3.2 `KBChunk`."""

    id: UUID
    business_id: UUID
    document_id: UUID
    metadata: dict[str, Any]
    ordinal: int
    text: str
    section: str
    visibility: str
    language: str


class DocumentWhole(DocumentOut):
    """With its text and its live chunks."""

    raw_text: str
    chunk_list: list[ChunkOut]


class SearchIn(Wire):
    """What a customer would ask."""

    query: str = Field(min_length=1, max_length=2000, pattern=r"\S", examples=["do you replace water heaters"])
    limit: int = Field(6, ge=1, le=50)
    visibility: Visibility = "public"
    tags: list[Tag] | None = Field(None, max_length=20)
    language: Language | None = None
    on: Day | None = Field(None, description="As on this day: what takes effect later is not found")
    explain: bool = False


class SearchItem(Shown):
    """A passage; `above_floor`: it may support an answer."""

    chunk_id: UUID
    document_id: UUID
    title: str
    section: str
    text: str
    question: str | None
    source_uri: str
    source_type: str
    language: str
    tags: list[str]
    scores: dict[str, float] = Field(examples=[{"dense": 0.61, "keyword": 0.4, "fused": 0.55}])
    above_floor: bool
    cut: str | None = Field(
        None, description="Why the assistant would not see it: floor, duplicate, beyond (the limit); null: it would"
    )


class SearchOut(Shown):
    """Best first."""

    items: list[SearchItem]
