"""What the chat API reads and answers. Unknown fields are ignored: old widgets meet new servers (design/api.md)."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

__all__ = ["CardOut", "EventIn", "EventOut", "Events", "MessageIn", "SessionIn", "SessionOut", "TurnOut"]

Token = Annotated[str, Field(max_length=400)]
Metadata = Annotated[dict[str, Any], Field(max_length=40)]


CARD: JsonDict = {
    "id": "018f3f8e-5a1c-7cc4-9c0e-3a4d0f6f2b11",
    "slug": "acme-plumbing",
    "name": "Acme Plumbing",
    "industry": "plumbing",
    "phone": "+16085550142",
    "logo": None,
    "greeting": {"en": "Hi! How can we help you today?", "es": "¡Hola! ¿En qué podemos ayudarle hoy?"},
    "disclosure": {"en": "I'm Acme Plumbing's AI assistant.", "es": "Soy el asistente de IA de Acme Plumbing."},
    "languages": ["en", "es"],
    "default_language": "en",
    "timezone": "America/Chicago",
    "open_now": False,
    "next_opening": "2026-03-02T08:00:00-06:00",
    "open_text": {"en": "Back tomorrow at 8:00 AM", "es": "Abrimos mañana a las 8:00"},
    "expected_reply": {"en": "within the hour", "es": "en menos de una hora"},
    "theme": {"accent": "#0b63ce", "side": "right", "offset": None, "label": None, "teaser": None},
    "chips": {"en": ["Get a quote"], "es": ["Pedir presupuesto"]},
    "off_hours_mode": "chat",
}
ByLanguage = dict[str, str]


class CardOut(BaseModel):
    """The public card. `open_now` is null when the business gave no hours."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": CARD})

    id: UUID
    slug: str
    name: str
    industry: str
    phone: str | None
    logo: str | None
    greeting: ByLanguage
    disclosure: ByLanguage
    languages: list[str]
    default_language: str
    timezone: str
    open_now: bool | None
    next_opening: datetime | None
    open_text: ByLanguage
    expected_reply: ByLanguage
    theme: dict[str, str | float | bool | None]
    chips: dict[str, list[str]]
    off_hours_mode: str


class SessionIn(BaseModel):
    """`business`: slug or id."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"business": "acme-plumbing", "metadata": {"page_url": "https://acme.example/"}}}
    )

    business: Annotated[str, Field(min_length=1, max_length=100)]
    session_token: Token | None = None
    customer_token: Token | None = None
    metadata: Metadata = {}


class SessionOut(BaseModel):
    """The session, the card, and the conversation where it was left."""

    session_token: str
    business: dict[str, Any]
    customer: dict[str, Any] | None
    conversation: dict[str, Any] | None
    messages: list[dict[str, Any]]
    past_conversations: list[dict[str, Any]]
    tickets: list[dict[str, Any]]


class MessageIn(BaseModel):
    """Spec §4.1, with `client_message_id`: the same id again makes nothing twice."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "conversation_id": None,
                "business_id": "018f3f8e-5a1c-7cc4-9c0e-3a4d0f6f2b11",
                "message": "Hi, can I get a quote to replace my water heater?",
                "client_message_id": "6f9f0c1e-1f0b-4b7e-9c8e-2f5a1c1d7e90",
            }
        }
    )

    conversation_id: UUID | None = None
    business_id: UUID | None = None
    customer_token: Token | None = None
    message: Annotated[str, Field(max_length=200_000)]
    client_message_id: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    metadata: Metadata = {}


class TurnOut(BaseModel):
    """A finished turn."""

    conversation_id: UUID
    status: str
    message: dict[str, Any]
    replies: list[dict[str, Any]]
    escalation: dict[str, Any]
    session_token: str | None = None


class EventIn(BaseModel):
    """One event of the visitor."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"conversation_id": "018f3f8e-5a1c-7cc4-9c0e-3a4d0f6f2b11", "type": "request_human", "data": {}}
        }
    )

    conversation_id: UUID
    type: Literal[
        "typing",
        "read",
        "feedback",
        "csat",
        "request_human",
        "contact",
        "page_view",
        "close",
        "escalation_offer_answer",
        "stop",
    ]
    data: Annotated[dict[str, Any], Field(max_length=20)] = {}


class EventOut(BaseModel):
    """`ok`, and the conversation's status after it."""

    ok: bool = True
    status: str


class Events(BaseModel):
    """Committed events after a number."""

    events: list[dict[str, Any]]
    last: int
    status: str
