"""Conversations as colleagues see them: rows of the inbox, the whole thread with receipts, and what one may do."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from firstline.web.api.schemas.base import Shown, Wire

__all__ = [
    "AssignmentIn",
    "ClosureIn",
    "ConversationOut",
    "ConversationRow",
    "ConversationWhole",
    "MessageIn",
    "MessageOut",
    "PlaygroundIn",
    "PlaygroundOut",
    "TakeoverIn",
    "UnderstandIn",
    "UnderstandOut",
]


class CustomerOut(Shown):
    """As far as known."""

    id: UUID
    name: str | None = None
    email: str | None = None
    phone: str | None = None


class AgentOut(Shown):
    """A colleague."""

    id: UUID
    name: str


class EscalationState(Shown):
    """Spec §2.3."""

    type: str = Field(examples=["forced"])
    reason: str | None = None
    score: float = 0.0
    human_agent_id: UUID | None = None


class ConversationOut(Shown):
    """Spec §2.3 `Conversation`, with its numbers for resuming."""

    id: UUID
    business_id: UUID
    customer_id: UUID | None
    channel: str
    status: str = Field(examples=["waiting_human"])
    topic: str | None
    language: str | None
    metadata: dict[str, Any]
    escalation_state: EscalationState
    resolution_summary: str | None
    resolution_outcome: str | None
    csat_score: int | None
    csat_comment: str | None
    priority: str
    offer_open: bool
    last_text: str
    last_message_at: datetime
    waiting_since: datetime | None
    sequence: int
    event_seq: int
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None


class ConversationRow(ConversationOut):
    """A row of the inbox."""

    customer: CustomerOut | None
    agent: AgentOut | None


class MessageOut(Shown):
    """Spec §2.3 `Message`; `receipt` says what an AI message rested on."""

    id: UUID
    conversation_id: UUID
    sender_type: str
    sender_id: UUID | None
    sender_name: str | None
    sequence: int
    text: str
    kind: str
    state: str
    language: str | None
    intent: str | None
    confidence: float | None
    visible_to_customer: bool
    sources: list[dict[str, Any]]
    attachments: list[dict[str, Any]]
    client_message_id: str | None
    created_at: datetime
    receipt: dict[str, Any] | None = None


class MessageWhole(MessageOut):
    """With the exchange with the model that wrote it; null when none did."""

    raw_llm_request: dict[str, Any] | None = None
    raw_llm_response: dict[str, Any] | None = None


class ConversationWhole(ConversationRow):
    """With its newest messages, oldest of them first."""

    messages: list[MessageWhole]


Agent = Annotated[UUID | None, Field(description="For API keys: the colleague in whose name; else the first owner")]


class MessageIn(Wire):
    """A colleague's reply (`kind` text; the conversation must be theirs) or a private note."""

    text: str = Field(max_length=8000, examples=["I can be there at 3 pm."])
    kind: Literal["text", "note"] = "text"
    client_message_id: str | None = Field(None, min_length=1, max_length=100)
    agent_id: Agent = None


class TakeoverIn(Wire):
    """Nothing is needed."""

    agent_id: Agent = None


class ClosureIn(Wire):
    """How it ended."""

    outcome: Literal["resolved_by_ai", "resolved_by_human", "unresolved"] = "resolved_by_human"
    summary: str | None = Field(default=None, max_length=2000)


class AssignmentIn(Wire):
    """Who shall have it; null gives it back to the assistant."""

    agent_id: UUID | None = Field(examples=["01890a5d-ac96-774b-bcce-b302099a8057"])


class HistoryLine(Wire):
    """One earlier message."""

    role: Literal["customer", "ai", "agent", "system"] = "customer"
    text: str = Field(max_length=8000)


Text = Annotated[str, Field(min_length=1, max_length=8000, pattern=r"\S")]


class UnderstandIn(Wire):
    """A message to be read as a turn would."""

    text: Text = Field(examples=["How much to install a 50-gallon gas water heater in Madison?"])
    history: list[HistoryLine | str] = Field(default_factory=list, max_length=50)
    language: str | None = Field(None, pattern=r"^[a-z]{2}$", description="What the conversation was in before")
    now: datetime | None = None


class IntentOut(Shown):
    """The intent and how sure it is."""

    name: str = Field(examples=["request_quote"])
    confidence: float
    runner_up: str
    gap: float


class EntityOut(Shown):
    """Words, their place in the text, and what they resolve to."""

    kind: str
    text: str
    start: int
    end: int
    value: Any = None


class SentimentOut(Shown):
    """negative, neutral or positive, with its probability."""

    label: str
    score: float


class UnderstandOut(Shown):
    """What a message means."""

    language: str
    intent: IntentOut
    entities: list[EntityOut]
    sentiment: SentimentOut
    flags: list[str]
    flag_scores: dict[str, float]
    stage: str


class ContactIn(Wire):
    """A customer to play."""

    name: str | None = Field(None, max_length=200)
    email: str | None = Field(None, max_length=254)
    phone: str | None = Field(None, max_length=40)


class PlaygroundIn(Wire):
    """A whole conversation so far; the last message, the customer's, is answered."""

    messages: list[HistoryLine | str] = Field(
        min_length=1, max_length=50, examples=[[{"role": "customer", "text": "Are you open on Saturdays?"}]]
    )
    as_customer: ContactIn | None = None
    now: datetime | None = None


class ReplyOut(Shown):
    """What would have been said, sentence by sentence."""

    text: str
    sentences: list[dict[str, Any]]


class PlaygroundOut(Shown):
    """The turn: nothing of it is stored or sent."""

    reply: ReplyOut
    replies: list[dict[str, Any]] = Field(description="The reply as messages, as a customer would get them")
    reading: UnderstandOut
    verdict: dict[str, Any] = Field(
        examples=[{"action": "none", "answers": True, "reason": None, "priority": "normal", "hits": []}]
    )
    status: str = Field(description="What the conversation's status would be")
    receipt: dict[str, Any]
