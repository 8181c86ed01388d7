"""A business as the other floors see it: frozen, loaded once a version, shared between turns."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

__all__ = [
    "ROLES",
    "Business",
    "ChatConfig",
    "EmergencyLine",
    "Guardrails",
    "Holiday",
    "Interval",
    "Service",
    "Trigger",
    "localized",
]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ROLES = ("owner", "manager", "agent")


def localized(texts: dict[str, str], language: str, fallback: str = "en") -> str:
    """The text in `language`, else in `fallback`, else any, else ''."""
    return texts.get(language) or texts.get(fallback) or next(iter(texts.values()), "")


@dataclass(frozen=True, slots=True)
class Interval:
    """Opening times of one stretch, local "HH:MM" (close may be "24:00", or below open: past midnight)."""

    open: str
    close: str


@dataclass(frozen=True, slots=True)
class Holiday:
    """A date with hours of its own (none: closed); `yearly` "MM-DD" comes back every year."""

    name: dict[str, str]
    date: date | None
    yearly: str | None
    hours: tuple[Interval, ...] = ()


@dataclass(frozen=True, slots=True)
class EmergencyLine:
    """The number for emergencies, its own hours and what it adds to the price."""

    phone: str
    hours: dict[str, tuple[Interval, ...]]
    surcharge: Decimal | None = None
    description: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Service:
    """A service that is offered (or, `offered=False`, one that people ask for and is not)."""

    id: UUID
    code: str
    name: dict[str, str]
    aliases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    description: dict[str, str] = field(default_factory=dict)
    price_low: Decimal | None = None
    price_high: Decimal | None = None
    unit: str = "job"
    notes: dict[str, str] = field(default_factory=dict)
    bookable: bool = True
    offered: bool = True


@dataclass(frozen=True, slots=True)
class ChatConfig:
    """Spec §2.1 `chat_config`."""

    default_language: str = "en"
    require_contact_before_quote: bool = False
    max_quote_value_without_handoff: Decimal = Decimal(500)
    guardrails_profile: str = "conservative"


@dataclass(frozen=True, slots=True)
class Guardrails:
    """Spec §5.1 `GuardrailsConfig`."""

    allowed_topics: tuple[str, ...] = (
        "services",
        "pricing_ranges",
        "hours",
        "service_area",
        "appointment_availability",
    )
    banned_topics: tuple[str, ...] = ("legal_advice", "medical_advice", "political_opinions")
    max_quote_without_approval: Decimal = Decimal(500)
    allowed_discount_percent: Decimal = Decimal(0)
    require_disclaimer_on_estimates: bool = True
    handoff_on_keywords: tuple[str, ...] = ("sue", "injured", "fraud", "unsafe", "police")
    languages_allowed: tuple[str, ...] = ("en", "es")
    enabled_tools: tuple[str, ...] = (
        "search_kb",
        "get_business_profile",
        "create_ticket",
        "create_lead",
        "request_handoff",
    )


@dataclass(frozen=True, slots=True)
class Trigger:
    """Spec §2.5: `condition` {"type": "rule", "expression": CEL}, `action` {"type", "notify_channel"}."""

    id: UUID
    code: str
    description: str
    condition: dict[str, Any]
    action: dict[str, Any]
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Business:
    """The whole profile: what is computed from rather than searched for."""

    id: UUID
    name: str
    slug: str
    timezone: str = "UTC"
    primary_contact_user_id: UUID | None = None
    industry: str = ""
    country: str = "US"
    currency: str = "USD"
    phone: str | None = None
    email: str | None = None
    website: str | None = None
    address: dict[str, Any] = field(default_factory=dict)
    service_area_city: str = ""
    service_area_radius_km: float = 25.0
    service_area_places: tuple[str, ...] = ()
    service_area_postcodes: tuple[str, ...] = ()
    business_hours: dict[str, tuple[Interval, ...]] = field(default_factory=dict)
    emergency_line: EmergencyLine | None = None
    chat_config: ChatConfig = ChatConfig()
    guardrails: Guardrails = Guardrails()
    holidays: tuple[Holiday, ...] = ()
    services: tuple[Service, ...] = ()
    triggers: tuple[Trigger, ...] = ()
    greeting: dict[str, str] = field(default_factory=dict)
    chips: dict[str, tuple[str, ...]] = field(default_factory=dict)
    expected_reply: dict[str, str] = field(default_factory=dict)
    theme: dict[str, Any] = field(default_factory=dict)
    allowed_origins: tuple[str, ...] = ()
    status: str = "active"
    version: int = 1

    @property
    def zone(self) -> ZoneInfo:
        """The business's time zone."""
        return ZoneInfo(self.timezone)

    @property
    def language(self) -> str:
        """The fallback language: the default when it is allowed, else the first allowed (design/data.md)."""
        allowed = self.guardrails.languages_allowed or ("en",)
        default = self.chat_config.default_language
        return default if default in allowed else allowed[0]

    @property
    def quote_limit(self) -> Decimal:
        """The lower of the two limits on amounts (design/data.md)."""
        return min(self.chat_config.max_quote_value_without_handoff, self.guardrails.max_quote_without_approval)

    @property
    def offered(self) -> tuple[Service, ...]:
        """The services it does offer."""
        return tuple(s for s in self.services if s.offered)
