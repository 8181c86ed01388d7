"""Spec §6.5 `HandoffContext`, as handoff/data/handoff_context.schema.json publishes it."""

from typing import Any
from uuid import UUID

from pydantic import Field

from firstline.web.api.schemas.base import Shown

__all__ = ["HandoffContext"]


class BriefCustomer(Shown):
    """As far as known."""

    id: UUID | None
    name: str | None
    email: str | None
    phone: str | None


class DetectedIntent(Shown):
    """With its highest confidence."""

    name: str
    confidence: float


class Snippet(Shown):
    """The beginning of a passage."""

    title: str
    snippet: str


class BriefContact(Shown):
    """Whether the customer can be reached, and what is missing."""

    reachable: bool
    missing: list[str]


class HandoffContext(Shown):
    """Everything the person who takes over needs."""

    conversation_id: UUID
    business_id: UUID
    customer: BriefCustomer
    summary: str = Field(examples=["Customer needs a quote for a 50-gallon gas water heater in Madison this week."])
    detected_intents: list[DetectedIntent]
    kb_snippets: list[Snippet]
    ai_suggested_next_steps: list[str]
    service: dict[str, Any] | None
    place: dict[str, Any] | None
    when: dict[str, Any] | None
    budget: dict[str, Any] | None
    urgency: str
    contact: BriefContact
    missing_questions: list[str]
    reason: str | None
    language: str
    photos: list[str]
