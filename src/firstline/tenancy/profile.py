"""The profile in memory: rows to Business, kept per process until the business's version moves on."""

import time
from collections.abc import Callable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from firstline.ground.errors import NotFound
from firstline.ground.tenant import Door
from firstline.tenancy import queries
from firstline.tenancy.model import Business, ChatConfig, EmergencyLine, Guardrails, Holiday, Interval, Service, Trigger

__all__ = ["Profiles", "business_from_row", "hours_from_json"]

FRESH_SECONDS = 30.0  # a missed invalidation is noticed after this long


def hours_from_json(value: dict[str, Any] | None) -> dict[str, tuple[Interval, ...]]:
    """{"mon": [{"open", "close"}]} as Intervals."""
    return {day: tuple(Interval(i["open"], i["close"]) for i in spans or ()) for day, spans in (value or {}).items()}


def _tuples(value: dict[str, Any] | None) -> dict[str, tuple[str, ...]]:
    return {k: tuple(v) for k, v in (value or {}).items()}


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _service(row: dict[str, Any]) -> Service:
    return Service(
        id=UUID(str(row["id"])),
        code=row["code"],
        name=row["name"],
        aliases=_tuples(row["aliases"]),
        description=row["description"],
        price_low=_decimal(row["price_low"]),
        price_high=_decimal(row["price_high"]),
        unit=row["unit"],
        notes=row["notes"],
        bookable=row["bookable"],
        offered=row["offered"],
    )


def _holiday(row: dict[str, Any]) -> Holiday:
    day = row["date"]
    return Holiday(
        row["name"],
        date.fromisoformat(day) if isinstance(day, str) else day,
        row["yearly"],
        tuple(Interval(i["open"], i["close"]) for i in row["hours"]),
    )


def _guardrails(row: dict[str, Any] | None) -> Guardrails:
    if not row:
        return Guardrails()
    values: dict[str, Any] = {f.name: row[f.name] for f in fields(Guardrails)}
    for name, value in values.items():
        if name in {"max_quote_without_approval", "allowed_discount_percent"}:
            values[name] = Decimal(str(value))
        elif isinstance(value, list):
            values[name] = tuple(value)
    return Guardrails(**values)


def _chat_config(value: dict[str, Any]) -> ChatConfig:
    base = ChatConfig()
    return ChatConfig(
        default_language=value.get("default_language", base.default_language),
        require_contact_before_quote=bool(value.get("require_contact_before_quote", base.require_contact_before_quote)),
        max_quote_value_without_handoff=Decimal(
            str(value.get("max_quote_value_without_handoff", base.max_quote_value_without_handoff))
        ),
        guardrails_profile=value.get("guardrails_profile", base.guardrails_profile),
    )


def _emergency(value: dict[str, Any] | None) -> EmergencyLine | None:
    if not value or not value.get("phone"):
        return None
    return EmergencyLine(
        value["phone"],
        hours_from_json(value.get("hours")),
        _decimal(value.get("surcharge")),
        value.get("description") or {},
    )


def business_from_row(row: Any) -> Business:
    """A Business of what queries.business_row gave."""
    plain = {
        name: row[name]
        for name in (
            "id", "name", "slug", "timezone", "primary_contact_user_id", "industry", "country", "currency", "phone", "email", "website",
            "address", "service_area_city", "service_area_radius_km", "greeting", "expected_reply", "theme", "status", "version",
        )
    }  # fmt: skip
    return Business(
        **plain,
        service_area_places=tuple(row["service_area_places"]),
        service_area_postcodes=tuple(str(p) for p in row["service_area_postcodes"]),
        business_hours=hours_from_json(row["business_hours"]),
        emergency_line=_emergency(row["emergency_line"]),
        chat_config=_chat_config(row["chat_config"]),
        guardrails=_guardrails(row["guardrails"]),
        holidays=tuple(_holiday(h) for h in row["holidays"]),
        services=tuple(_service(s) for s in row["services"]),
        triggers=tuple(
            Trigger(UUID(str(t["id"])), t["code"], t["description"], t["condition"], t["action"], t["enabled"])
            for t in row["triggers"]
        ),
        chips=_tuples(row["chips"]),
        allowed_origins=tuple(row["allowed_origins"]),
    )


class Profiles:
    """A cache of Business by id and slug; dropped by the event that a profile changed."""

    def __init__(self, door: Door, clock: Callable[[], float] = time.monotonic) -> None:
        self._door = door
        self._clock = clock
        self._by_id: dict[UUID, tuple[float, Business]] = {}
        self._by_slug: dict[str, tuple[float, UUID]] = {}

    async def get(self, business_id: UUID) -> Business:
        """The business. Raises NotFound("business_not_found")."""
        kept = self._by_id.get(business_id)
        if kept and self._clock() - kept[0] < FRESH_SECONDS:
            return kept[1]
        async with self._door.transaction(business_id) as tx:
            row = await queries.business_row(tx)
        if row is None:
            raise NotFound("business_not_found", "There is no such business.")
        business = business_from_row(row)
        self._by_id[business_id] = (self._clock(), business)
        return business

    async def find(self, slug_or_id: str) -> Business:
        """By slug or id; suspended businesses are not found."""
        kept = self._by_slug.get(slug_or_id)
        if kept and self._clock() - kept[0] < FRESH_SECONDS:
            return await self.get(kept[1])
        row = await queries.find_business(self._door, slug_or_id)
        if row is None or row["status"] != "active":
            raise NotFound("business_not_found", "There is no such business.")
        if len(self._by_slug) > 10_000:
            self._by_slug.clear()
        self._by_slug[slug_or_id] = (self._clock(), row["id"])
        return await self.get(row["id"])

    def drop(self, business_id: UUID) -> None:
        """The profile changed."""
        self._by_id.pop(business_id, None)
