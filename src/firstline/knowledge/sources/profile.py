"""The business's own profile as documents, one a language: services with their price bands, the area, hours and holidays."""

import tomllib
from collections.abc import AsyncIterator
from functools import cache
from importlib.resources import files
from typing import Any

from firstline.kit.money import format_money
from firstline.knowledge.model import Job, Parsed
from firstline.knowledge.sources.port import Acquired, Materials
from firstline.tenancy.model import Business, Interval, Service, localized

__all__ = ["hours_markdown", "profile", "profile_markdown"]


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads(files("firstline.knowledge").joinpath("data/profile_texts.toml").read_text("utf-8"))


async def profile(job: Job, materials: Materials) -> AsyncIterator[Acquired]:  # noqa: ARG001 - a Source
    """Hours are a document for the team: customers' questions of hours are computed, and found text would say less."""
    for language in materials.business.guardrails.languages_allowed:
        if language in _texts():
            document = Parsed(
                _texts()[language]["about"].format(name=materials.business.name),
                profile_markdown(materials.business, language),
                "profile",
                metadata={"language": language},
            )
            yield Acquired(f"profile:{language}", document)
            if hours := hours_markdown(materials.business, language):
                title = f"{_texts()[language]['hours_title']}: {materials.business.name}"
                about = Parsed(title, hours, "profile", metadata={"language": language})
                yield Acquired(f"profile:hours:{language}", about, visibility="internal")


def profile_markdown(business: Business, language: str) -> str:
    """Sections: services and prices (a heading a service, so that each is found by itself), service area."""
    texts = _texts()[language]
    lines: list[str] = []
    for service in business.services:
        name = localized(service.name, language)
        lines += [f"## {texts['services']}: {name}", "", _service(service, business, language), ""]
    if business.service_area_city:
        radius = f"{business.service_area_radius_km:g}"
        lines += [f"## {texts['area_title']}", "", texts["area"].format(city=business.service_area_city, radius=radius)]
        if business.service_area_places:
            lines.append(texts["places"].format(places=", ".join(business.service_area_places)))
    return "\n".join(lines)


def hours_markdown(business: Business, language: str) -> str:
    """Sections: opening hours, holidays, the emergency line; '' when none is known."""
    texts, days = _texts()[language], _texts()["days"][language]
    lines: list[str] = []
    if business.business_hours:
        lines += ["", f"## {texts['hours_title']}", ""]
        lines += [f"- {name}: {_times(business.business_hours.get(day, ()), texts)}" for day, name in days.items()]
    if business.holidays:
        lines += ["", f"## {texts['holidays_title']}", ""]
        for holiday in business.holidays:
            when = holiday.date.isoformat() if holiday.date else holiday.yearly
            lines.append(f"- {localized(holiday.name, language)} ({when}): {_times(holiday.hours, texts)}")
    if line := business.emergency_line:
        lines += ["", f"## {texts['emergency_title']}", "", texts["emergency"].format(phone=line.phone)]
        if line.surcharge is not None:
            amount = format_money(line.surcharge, business.currency, language)
            lines.append(texts["surcharge"].format(amount=amount))
        if line.hours:
            lines += ["", *(f"- {name}: {_times(line.hours.get(day, ()), texts)}" for day, name in days.items())]
    return "\n".join(lines).strip()


def _times(hours: tuple[Interval, ...], texts: dict[str, Any]) -> str:
    return ", ".join(f"{stretch.open}-{stretch.close}" for stretch in hours) or str(texts["closed"])


def _service(service: Service, business: Business, language: str) -> str:
    texts, units = _texts()[language], _texts()["units"][language]
    name = localized(service.name, language)
    if not service.offered:
        said = texts["not_offered"].format(name=name)
    elif service.price_low is None and service.price_high is None:
        said = texts["no_price"].format(name=name)
    else:
        low = service.price_low if service.price_low is not None else service.price_high
        high = service.price_high if service.price_high is not None else low
        key = "from_one" if low == high else "from_to"
        written = [format_money(amount, business.currency, language) for amount in (low, high) if amount is not None]
        unit = units.get(service.unit, service.unit)
        said = texts[key].format(name=name, low=written[0], high=written[-1], unit=unit)
    more = [service.description.get(language, ""), service.notes.get(language, "")]
    return " ".join(part.strip() for part in (said, *more) if part.strip())
