"""Knowledge's sources as the wire shows them: what is read again by a schedule or by hand."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from firstline.web.api.schemas.base import Shown, Wire

__all__ = ["CheckOut", "SourceConfig", "SourceIn", "SourceJob", "SourceOut", "SourcePatch"]

Visibility = Literal["public", "internal"]
Tag = Annotated[str, Field(min_length=1, max_length=60)]
Every = Annotated[
    int | None, Field(ge=3600, le=366 * 86_400, description="Seconds between two readings; null: by hand only")
]
Path = Annotated[str, Field(min_length=1, max_length=500)]


class SourceConfig(Wire):
    """How it is read. The first six are for websites; see docs/knowledge.md."""

    mode: Literal["page", "sitemap", "crawl"] | None = None
    depth: int | None = Field(default=None, ge=0, le=10)
    most_pages: int | None = Field(default=None, ge=1, le=5000)
    scope: list[Path] = Field(default_factory=list, max_length=50)
    exclude: list[Path] = Field(default_factory=list, max_length=50)
    rate_per_second: float | None = Field(default=None, ge=0.05, le=10)
    include_private_docs: bool = False
    max_tokens_per_chunk: int | None = Field(default=None, ge=32, le=2048)
    overlap_tokens: int | None = Field(default=None, ge=0, le=1024)


class SourceIn(Wire):
    """A website (`uri`: its address), a Google Drive folder (its id or link), or the CRM's closed tickets and chats."""

    kind: Literal["url", "drive", "crm"]
    uri: str = Field("", max_length=2000, examples=["https://acme-plumbing.example"])
    title: str = Field("", max_length=300)
    config: SourceConfig = Field(default_factory=SourceConfig)
    credentials: dict[str, Any] | None = Field(
        None,
        description="Drive: a service account's key, or client_id, client_secret, refresh_token. Never shown again",
    )
    refresh_every: Every = None
    visibility: Visibility = "public"
    tags: list[Tag] = Field(default_factory=list, max_length=20)
    read_now: bool = True


class SourcePatch(Wire):
    """What is not named stays."""

    title: str | None = Field(None, max_length=300)
    config: SourceConfig | None = None
    credentials: dict[str, Any] | None = None
    refresh_every: Every = None
    visibility: Visibility | None = None
    tags: list[Tag] | None = Field(None, max_length=20)
    state: Literal["active", "paused"] | None = None


class SourceJob(Shown):
    """The latest reading."""

    id: UUID
    status: str
    stats: dict[str, int]
    progress: dict[str, Any]


class SourceOut(Shown):
    """A source. `last_error` is a sentence for the owner; `has_credentials` tells that a key is kept, sealed."""

    id: UUID
    business_id: UUID
    kind: str
    uri: str
    title: str
    config: dict[str, Any]
    visibility: str
    tags: list[str]
    state: str
    last_error: str | None
    refresh_every: int | None
    next_refresh_at: datetime | None
    last_seen: datetime | None
    last_job: SourceJob | None
    documents: int
    has_credentials: bool
    created_at: datetime
    updated_at: datetime


class CheckOut(Shown):
    """Whether the source can be read; `sentence` says what it is, or why not."""

    ok: bool
    sentence: str
