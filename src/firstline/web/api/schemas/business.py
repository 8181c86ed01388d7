"""The business as the wire shows them (spec §2.1). The checks are tenancy's."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from firstline.web.api.schemas.base import Localized, Money, Shown, Wire

__all__ = ["BusinessOut", "BusinessPatch", "business_out"]

Chips = dict[str, list[str]]


class Stretch(Wire):
    """Local times; a close of 24:00, or one not above its open, reaches into the next day."""

    open: str = Field(examples=["08:00"])
    close: str = Field(examples=["17:00"])


Week = Annotated[dict[str, list[Stretch]], Field(examples=[{"mon": [{"open": "08:00", "close": "17:00"}], "sat": []}])]
WeekPatch = dict[str, list[Stretch] | None]


class Address(Wire):
    """Where the business is."""

    street: str | None = None
    street2: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None


class EmergencyLine(Wire):
    """A number for emergencies, its hours, what it adds to the price."""

    phone: str = Field(examples=["+16085550199"])
    hours: Week = Field(default_factory=dict)
    surcharge: Money | None = None
    description: Localized = Field(default_factory=dict)


class ChatConfig(Wire):
    """Spec §2.1."""

    default_language: str | None = None
    require_contact_before_quote: bool | None = None
    max_quote_value_without_handoff: Money | None = None
    guardrails_profile: str | None = Field(None, examples=["conservative"])


class HolidayIn(Wire):
    """A date, or a day of every year, with hours of its own; none: closed."""

    name: Localized = Field(default_factory=dict)
    date: str | None = Field(None, examples=["2026-12-25"])
    yearly: str | None = Field(None, examples=["12-25"])
    hours: list[Stretch] = Field(default_factory=list)


class ServiceIn(Wire):
    """A service and its band of prices in the business's currency. What a GET gave can be sent back: its `id` is not read."""

    id: UUID | None = Field(default=None, description="Not read: a service is known by its code")
    code: str | None = None
    name: Localized
    aliases: Chips = Field(default_factory=dict)
    description: Localized = Field(default_factory=dict)
    price_low: Money | None = None
    price_high: Money | None = None
    unit: str = "job"
    notes: Localized = Field(default_factory=dict)
    bookable: bool = True


class ServiceOut(ServiceIn):
    """With its id."""

    id: UUID
    code: str


class HolidayOut(HolidayIn):
    """With its id."""

    id: UUID


class CrmIntegration(Wire):
    """Which CRM connector is in use."""

    crm_type: str | None = "internal"
    crm_account_id: str | None = None


class HelpdeskIntegration(Wire):
    """Which help desk connector is in use."""

    helpdesk_type: str | None = "internal"
    helpdesk_account_id: str | None = None


class BusinessPatch(Wire):
    """JSON merge patch: what is not named stays, a null removes, lists are replaced whole."""

    name: str | None = None
    slug: str | None = None
    timezone: str | None = Field(None, examples=["America/Chicago"])
    industry: str | None = None
    country: str | None = None
    currency: str | None = None
    phone: str | None = Field(None, examples=["+16085550142"])
    email: str | None = None
    website: str | None = None
    address: Address | None = None
    service_area_city: str | None = None
    service_area_radius_km: float | None = None
    service_area_places: list[str] | None = None
    service_area_postcodes: list[str] | None = None
    business_hours: WeekPatch | None = None
    emergency_line: EmergencyLine | None = None
    chat_config: ChatConfig | None = None
    greeting: dict[str, str | None] | None = None
    chips: dict[str, list[str] | None] | None = None
    expected_reply: dict[str, str | None] | None = None
    theme: dict[str, str | float | bool | None] | None = None
    allowed_origins: list[str] | None = None
    crm_integration: CrmIntegration | None = None
    helpdesk_integration: HelpdeskIntegration | None = None
    holidays: list[HolidayIn] | None = None
    services: list[ServiceIn] | None = None
    not_offered: list[ServiceIn] | None = None


class BusinessOut(Shown):
    """The whole profile."""

    id: UUID
    name: str
    slug: str
    timezone: str
    primary_contact_user_id: UUID | None
    industry: str
    country: str
    currency: str
    phone: str | None
    email: str | None
    website: str | None
    address: dict[str, Any]
    service_area_city: str
    service_area_radius_km: float
    service_area_places: list[str]
    service_area_postcodes: list[str]
    business_hours: Week
    emergency_line: EmergencyLine | None
    chat_config: ChatConfig
    greeting: Localized
    chips: Chips
    expected_reply: Localized
    theme: dict[str, Any]
    allowed_origins: list[str]
    crm_integration: CrmIntegration
    helpdesk_integration: HelpdeskIntegration
    holidays: list[HolidayOut]
    services: list[ServiceOut]
    not_offered: list[ServiceOut]
    status: str
    version: int
    created_at: datetime
    updated_at: datetime


def _service_out(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v for k, v in row.items() if k not in {"business_id", "offered", "position"}}


def _money(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def business_out(row: Any, defaults: dict[str, Any]) -> BusinessOut:
    """Of what tenancy.queries.business_row gave; `defaults` fill chat_config."""
    values = {key: row[key] for key in BusinessOut.model_fields if key in row}
    services = [
        {**s, "price_low": _money(s["price_low"]), "price_high": _money(s["price_high"])} for s in row["services"]
    ]
    values["services"] = [_service_out(s) for s in services if s["offered"]]
    values["not_offered"] = [_service_out(s) for s in services if not s["offered"]]
    values["holidays"] = [{k: v for k, v in h.items() if k != "business_id"} for h in row["holidays"]]
    values["chat_config"] = {**defaults, **row["chat_config"]}
    return BusinessOut.model_validate(values)
