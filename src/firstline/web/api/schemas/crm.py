"""The internal CRM and help desk, and the summary of a period (spec §7, §8.3)."""

from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from firstline.web.api.schemas.base import Shown, Wire

__all__ = ["ContactOut", "InteractionOut", "LeadOut", "SummaryOut", "TicketOut", "TicketPatch"]


class LeadContact(Shown):
    """Spec §7.1 `contact`."""

    email: str | None
    phone: str | None
    first_name: str | None
    last_name: str | None


class ContactOut(LeadContact):
    """A person the business knows."""

    id: UUID
    business_id: UUID
    customer_id: UUID | None
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class LeadOut(Shown):
    """Spec §7.1, as it stands in the internal CRM."""

    id: UUID
    business_id: UUID
    contact_id: UUID
    contact: LeadContact
    conversation_id: UUID | None
    source: str
    description: str
    status: str
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class InteractionOut(Shown):
    """Spec §7.1 `Interaction`."""

    id: UUID
    business_id: UUID
    contact_id: UUID | None
    conversation_id: UUID | None
    type: str
    channel: str
    timestamp: datetime
    summary: str
    external_ref: dict[str, Any]


class TicketOut(Shown):
    """Spec §7.2."""

    id: UUID
    business_id: UUID
    number: int
    customer_id: UUID | None
    conversation_id: UUID | None
    source: str
    subject: str
    description: str
    priority: str
    category: str
    status: str
    metadata: dict[str, Any]
    created_at: datetime
    updated_at: datetime


class TicketPatch(Wire):
    """What is not named stays."""

    status: Literal["open", "pending", "solved", "closed"] | None = None
    priority: Literal["normal", "high", "urgent"] | None = None
    category: Literal["billing", "service_issue", "complaint", "question", "booking", "other"] | None = None
    subject: str | None = Field(None, min_length=1, max_length=200, pattern=r"\S")


class Counted(Shown):
    """A name and how often."""

    name: str
    count: int


class SummaryOut(Shown):
    """Spec §8.3 `ChatAnalyticsSummary`; conversations_started = ai_resolved + human_escalated + unresolved + open."""

    business_id: UUID
    period_start: date
    period_end: date
    conversations_started: int
    ai_resolved: int
    human_escalated: int
    unresolved: int
    open: int
    median_first_response_ms: int | None
    median_resolution_minutes: float | None
    csat_avg: float | None
    top_intents: list[Counted]
    top_faq_clusters: list[dict[str, Any]]
    messages: dict[str, int]
    human_resolved: int
    escalation_reasons: list[Counted]
    leads_created: int
    quotes_requested: int
    tickets_created: int
    helpful: int
    unhelpful: int
