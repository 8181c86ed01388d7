"""The business's profile as lines of a prompt: what is computed stands here as facts, so that no model has to count days."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from uuid import UUID

from firstline.kit.money import format_money, format_range
from firstline.tenancy.model import WEEKDAYS, Business, Holiday, Interval, Service, localized

__all__ = ["profile_text"]

_AHEAD = timedelta(days=60)  # holidays told: as far as customers book
_MOST_KEPT = 256
_kept: dict[UUID, tuple[Business, datetime, str]] = {}


def profile_text(business: Business, now: datetime) -> str:
    """English lines; times local and 24-hour as stored. `now` is an aware instant. Kept for the minute it is true in."""
    local = now.astimezone(business.zone)
    minute = local.replace(second=0, microsecond=0)
    kept = _kept.get(business.id)
    if kept is None or kept[0] is not business or kept[1] != minute:
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        kept = _kept[business.id] = (business, minute, "\n".join(f"- {line}" for line in _lines(business, local)))
    return kept[2]


def _lines(business: Business, local: datetime) -> Iterator[str]:
    yield f"Now it is {local:%A, %d %B %Y, %H:%M} at the business."
    if business.business_hours:
        yield "Opening hours: " + "; ".join(f"{d} {_spans(business.business_hours.get(d, ()))}" for d in WEEKDAYS)
    for holiday in business.holidays:
        if day := _within(holiday, local):
            yield f"On {day:%A, %d %B} ({localized(holiday.name, 'en')}): {_spans(holiday.hours)}"
    street = ", ".join(
        str(business.address[k]) for k in ("street", "city", "region", "postal_code") if business.address.get(k)
    )
    known = (("Phone", business.phone), ("Email", business.email), ("Website", business.website), ("Address", street))
    yield from (f"{name}: {value}" for name, value in known if value)
    yield from _area(business)
    if line := business.emergency_line:
        extra = (
            f"; surcharge {format_money(line.surcharge, business.currency, 'en', business.country)}"
            if line.surcharge
            else ""
        )
        yield f"Emergency line: {line.phone}{extra}. {localized(line.description, 'en')}".rstrip()
    yield from (_service(service, business) for service in business.services)
    if expected := localized(business.expected_reply, "en"):
        yield f"When colleagues answer: {expected}"


def _spans(spans: Iterable[Interval]) -> str:
    return " and ".join(f"{s.open}-{s.close}" for s in spans) or "closed"


def _within(holiday: Holiday, local: datetime) -> datetime | None:
    """The next day of that holiday when it is near, else None."""
    today = local.replace(hour=0, minute=0, second=0, microsecond=0)
    for year in (today.year, today.year + 1):
        try:
            month, day = (int(p) for p in holiday.yearly.split("-")) if holiday.yearly else (0, 0)
            when = today.replace(year=year, month=month, day=day) if holiday.yearly else None
            if holiday.date:
                when = today.replace(year=holiday.date.year, month=holiday.date.month, day=holiday.date.day)
        except ValueError:  # 29 February of a common year
            continue
        if when and today <= when <= today + _AHEAD:
            return when
    return None


def _area(business: Business) -> Iterator[str]:
    if business.service_area_places:
        yield "Service area: " + ", ".join(business.service_area_places)
    elif business.service_area_city:
        yield f"Service area: {business.service_area_city} and {business.service_area_radius_km:g} km around it"


def _service(service: Service, business: Business) -> str:
    name = localized(service.name, "en")
    if not service.offered:
        return f"Not offered: {name}"
    low, high = service.price_low, service.price_high
    price = ""
    if low is not None and high is not None:
        price = f", {format_range(low, high, business.currency, 'en', business.country)} per {service.unit}"
    elif low is not None:
        price = f", from {format_money(low, business.currency, 'en', business.country)} per {service.unit}"
    return f"Service: {name}{price}. {localized(service.description, 'en')} {localized(service.notes, 'en')}".strip()
