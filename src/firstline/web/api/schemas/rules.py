"""Guardrails and escalation triggers as the wire shows them (spec §5.1, §2.5). The checks are tenancy's."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, PlainSerializer

from firstline.web.api.schemas.base import Money, Shown, Wire

__all__ = ["GuardrailsIn", "GuardrailsOut", "TriggerIn", "TriggerOut", "TriggerPatch"]

Percent = Annotated[Decimal, PlainSerializer(float), Field(ge=0, le=100, decimal_places=2)]
Texts = Annotated[list[str], Field(max_length=500)]


class GuardrailsIn(Wire):
    """Spec §5.1; a PUT: what is left out goes back to its default."""

    allowed_topics: Texts | None = None
    banned_topics: Texts | None = None
    max_quote_without_approval: Money | None = None
    allowed_discount_percent: Percent | None = None
    require_disclaimer_on_estimates: bool | None = None
    handoff_on_keywords: Texts | None = None
    languages_allowed: Texts | None = Field(None, examples=[["en", "es"]])
    enabled_tools: Texts | None = None


class GuardrailsOut(Shown):
    """Spec §5.1; amounts as decimal strings in `currency`."""

    business_id: UUID
    allowed_topics: list[str]
    banned_topics: list[str]
    max_quote_without_approval: Money
    allowed_discount_percent: float
    require_disclaimer_on_estimates: bool
    handoff_on_keywords: list[str]
    languages_allowed: list[str]
    enabled_tools: list[str]
    currency: str


class Condition(Wire):
    """A CEL expression; docs/escalation.md lists its names."""

    type: str = "rule"
    expression: str = Field(
        examples=["intent.name == 'request_quote' && extracted_quote_value > business.quote_limit"], max_length=1000
    )


class Action(Wire):
    """What happens, and how the first person hears of it."""

    type: str = Field(examples=["offer_escalation"])
    notify_channel: str = "in_app"


class TriggerIn(Wire):
    """Spec §2.5."""

    code: str = Field(examples=["high_quote_value"])
    description: str = ""
    condition: Condition
    action: Action
    enabled: bool = True


class ActionPatch(Wire):
    """A part of an action."""

    type: str | None = None
    notify_channel: str | None = None


class TriggerPatch(Wire):
    """What is not named stays."""

    code: str | None = None
    description: str | None = None
    condition: Condition | None = None
    action: ActionPatch | None = None
    enabled: bool | None = None


class TriggerOut(Shown):
    """Spec §2.5."""

    id: UUID
    business_id: UUID
    code: str
    description: str
    condition: dict[str, Any]
    action: dict[str, Any]
    enabled: bool
    created_at: datetime
