"""What waits for the owner: findings, drafts, proposals; tables of questions and canned replies."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from firstline.web.api.schemas.base import Shown, Wire
from firstline.web.api.schemas.kb import Answer, Language, Question, Tag

__all__ = [
    "AcceptDraft", "AcceptProposal", "CannedIn", "CannedOut", "CannedPatch", "DraftOut", "FaultOut", "FindingOut", "FindingPatch",
    "ImportOut", "ModelOut", "ProfileImportIn", "ProposalOut",
]  # fmt: skip


class FindingOut(Shown):
    """Something in a document for the owner to look at; a contradiction has its other side in `other_*` and `detail`."""

    id: UUID
    business_id: UUID
    document_id: UUID
    document_title: str
    source_uri: str
    other_document_id: UUID | None
    other_title: str | None
    kind: str
    action: str
    severity: str
    sentence: str = Field(description="What it is, in the owner's language")
    excerpt: str
    detail: dict[str, Any]
    state: str
    decided_at: datetime | None
    created_at: datetime


class FindingPatch(Wire):
    """`allowed`: the words may stay, the document is read again. `dismissed`: seen. `open` takes either back."""

    state: Literal["open", "allowed", "dismissed"]


class DraftOut(Shown):
    """A question with the answer that a person gave, without personal data; used only after a yes."""

    id: UUID
    question: str
    answer: str
    language: str
    origin: str
    origin_id: UUID
    made_by: str
    nearest_question: str | None
    nearest_score: float | None
    state: str
    faq_id: UUID | None
    created_at: datetime


class AcceptDraft(Wire):
    """In the owner's own words, where named."""

    question: Question | None = None
    answer: Answer | None = None


class ProposalOut(Shown):
    """What a website says of the business. `proposal.profile` is a body for `PATCH business`; the rest says where it stands."""

    id: UUID
    business_id: UUID
    source_id: UUID | None
    job_id: UUID | None
    url: str
    proposal: dict[str, Any]
    state: str
    decided_at: datetime | None
    created_at: datetime


class AcceptProposal(Wire):
    """What of it to take over: names of `proposal.profile`, places in its `services` and in `proposal.faqs`."""

    fields: list[Annotated[str, Field(max_length=60)]] = Field(default_factory=list, max_length=40)
    services: list[Annotated[int, Field(ge=0, le=1000)]] | None = Field(None, max_length=300)
    faqs: list[Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=list, max_length=300)


class ProfileImportIn(Wire):
    """The address of the business's website."""

    url: str = Field(max_length=2000, pattern=r"^https?://\S+$", examples=["https://acme-plumbing.example"])


class FaultOut(Shown):
    """What is wrong in one row of a table."""

    row: int
    column: str
    message: str


class ImportOut(Shown):
    """What a table does, or did (`applied`)."""

    new: int
    changed: int
    same: int
    bad: int
    repeated: int
    applied: bool
    errors: list[FaultOut]


class CannedIn(Wire):
    """A reply picked by its shortcut. With `answers` the assistant says it as written; then it may have no variables."""

    shortcut: str = Field(max_length=41, examples=["parking"])
    title: str = Field(max_length=300, examples=["Where can I park?"])
    text: str = Field(max_length=10_000, examples=["There are places behind the house, {{customer_name}}."])
    language: Language = "en"
    tags: list[Tag] = Field(default_factory=list, max_length=20)
    answers: bool = False


class CannedPatch(Wire):
    """What is not named stays."""

    shortcut: str | None = Field(None, max_length=41)
    title: str | None = Field(None, max_length=300)
    text: str | None = Field(None, max_length=10_000)
    language: Language | None = None
    tags: list[Tag] | None = Field(None, max_length=20)
    answers: bool | None = None


class CannedOut(Shown):
    """A reply."""

    id: UUID
    shortcut: str
    title: str
    text: str
    language: str
    tags: list[str]
    answers: bool
    created_at: datetime
    updated_at: datetime


class ModelOut(Shown):
    """Whose vectors answer (`active`), and how far the next model's are made beside it."""

    active: str
    building: str | None
    done: int
    total: int
