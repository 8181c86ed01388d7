"""What a website says of the business, written so that an owner can say yes or no to each line of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote, urlsplit

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency

from firstline.kit.spoken import phone
from firstline.tenancy.model import WEEKDAYS, localized
from firstline.web.console.shown import origin
from firstline.web.console.signed import Viewer
from firstline.web.console.speech import say

__all__ = ["money", "proposal_shown"]

MOST_CONFLICTS = 6
SURE = 0.8  # stated as data in the page, not read out of its sentences (knowledge.structured.proposal.Found)
LABELS = {
    "name": "name", "phone": "phone", "email": "email", "website": "website", "country": "country", "currency": "currency",
    "address": "address", "business_hours": "hours", "holidays": "holidays", "service_area_city": "areaCity",
    "service_area_radius_km": "areaRadius", "service_area_places": "areaPlaces", "service_area_postcodes": "areaPostcodes",
}  # fmt: skip


def proposal_shown(row: Mapping[str, Any], viewer: Viewer) -> dict[str, Any]:
    """What of it is new, as rows {group, key, label, value, now, sure, url, place, words} in `fields`, `services`, `faqs`.

    What the profile says already is left out; so is a list of places that the profile has all of.
    """
    found, lang, site = row["proposal"], viewer.lang, str(row["url"])
    profile: Mapping[str, Any] = found.get("profile") or {}
    offered = _prices(viewer)
    fields = [
        _field(name, profile[name], found, site, viewer)
        for name in LABELS
        if name in profile and _news(name, profile[name], viewer)
    ]
    services = [_service(at, one, found, offered, site, viewer) for at, one in enumerate(profile.get("services") or ())]
    return {
        "id": row["id"],
        "site": origin({"source_type": "", "source_uri": site}, lang),
        "url": site,
        "at": row["created_at"],
        "fields": [one for one in fields if one["value"] and one["value"] != one["now"]],
        "services": [one for one in services if one["value"] != one["now"]],
        "faqs": [
            _row("faqs", str(at), one.get("question", ""), one.get("answer", ""), "", {"confidence": 1.0}, site)
            for at, one in enumerate(found.get("faqs") or ())
        ],
        "conflicts": [
            one
            for conflict in (found.get("conflicts") or ())[:MOST_CONFLICTS]
            if (one := _conflict(conflict, site, viewer)) is not None
        ],
    }


def _row(group: str, key: str, label: str, value: str, now: str, held: Mapping[str, Any], site: str) -> dict[str, Any]:
    return {"group": group, "key": key, "label": label, "value": value, "now": now, **_where(held, site)}


def _news(name: str, value: Any, viewer: Viewer) -> bool:
    now = getattr(viewer.business, name, None)
    return not (isinstance(now, tuple) and isinstance(value, list) and all(one in now for one in value))


def _field(name: str, value: Any, found: Mapping[str, Any], site: str, viewer: Viewer) -> dict[str, Any]:
    held = (found.get("fields") or {}).get(name) or {}
    now = _written(name, getattr(viewer.business, name, None), viewer)
    label = say(viewer.lang, f"settings.{LABELS[name]}")
    return _row("fields", name, label, _written(name, value, viewer), now, held, site)


def _where(held: Mapping[str, Any], site: str) -> dict[str, Any]:
    """Where it was read: the page's path, for all are of one site."""
    url = str(held.get("source") or held.get("url") or "")
    parts = urlsplit(url)
    near = unquote(parts.path) if parts.netloc == urlsplit(site).netloc else f"{parts.netloc}{unquote(parts.path)}"
    return {
        "url": url if parts.scheme in ("http", "https") else "",
        "place": near or "/",
        "words": str(held.get("words") or ""),
        "sure": float(held.get("confidence") or 0) >= SURE,
    }


def _service(
    at: int, one: Mapping[str, Any], found: Mapping[str, Any], known: Mapping[str, str], site: str, viewer: Viewer
) -> dict[str, Any]:
    name = localized(dict(one["name"]), viewer.lang) if one.get("name") else ""
    held: Mapping[str, Any] = next((s for s in found.get("services") or () if s.get("name") == name), {})
    price = _band(one.get("price_low"), one.get("price_high"), viewer)
    return _row("services", str(at), name, price, known.get(name.casefold(), ""), held, site)


def _prices(viewer: Viewer) -> dict[str, str]:
    """By name, and by code written as a name: as knowledge.proposals tells a known service from a new one."""
    return {
        name.casefold(): _band(service.price_low, service.price_high, viewer)
        for service in viewer.business.offered
        for name in (*service.name.values(), service.code.replace("_", " "))
    }


def _band(low: Any, high: Any, viewer: Viewer) -> str:
    """ "$150–$300", "from $150", "$150"."""
    amounts = [money(amount, viewer) for amount in (low, high) if amount is not None]
    if low is not None and high is None:
        return f"{say(viewer.lang, 'settings.from')} {amounts[0]}"
    return "–".join(dict.fromkeys(amounts)) or say(viewer.lang, "settings.noPrice")


def money(amount: Any, viewer: Viewer) -> str:
    """As people of the business's country write it: "$1,500" for a plumber's Spanish customers in Madison too."""
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        return str(amount)
    whole = number == number.to_integral_value()
    return format_currency(
        number,
        viewer.business.currency,
        locale=_locale(viewer),
        currency_digits=not whole,
        format="¤#,##0" if whole else None,
    )


def _locale(viewer: Viewer) -> Locale:
    try:
        return Locale(viewer.lang, viewer.business.country)
    except (UnknownLocaleError, ValueError):
        return Locale(viewer.lang)


def _conflict(conflict: Mapping[str, Any], site: str, viewer: Viewer) -> dict[str, Any] | None:
    name = str(conflict.get("field") or "")
    if name not in LABELS:
        return None
    kept, other = (
        {"value": _written(name, side.get("value"), viewer), **_where(side, site)}
        for side in (conflict.get("kept") or {}, conflict.get("other") or {})
    )
    return {"label": say(viewer.lang, f"settings.{LABELS[name]}"), "kept": kept, "other": other}


def _written(name: str, value: Any, viewer: Viewer) -> str:
    """A profile's value as text, "" for none; a line a group of days, or a holiday."""
    if not value:
        return ""
    write = _WRITERS.get(name)
    if write is not None:
        return write(value, viewer)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value).rstrip("/")


def _week(week: Mapping[str, Sequence[Any]], lang: str) -> str:
    """Days of the same hours together: "Mon-Fri 08:00-17:30"."""
    names = Locale(lang).days["format"]["abbreviated"]
    spans = [", ".join(f"{_of(s, 'open')}–{_of(s, 'close')}" for s in week.get(day) or ()) for day in WEEKDAYS]
    lines: list[tuple[int, int, str]] = []
    for at, hours in enumerate(spans):
        if lines and lines[-1][2] == hours:
            lines[-1] = (lines[-1][0], at, hours)
        else:
            lines.append((at, at, hours))
    return "\n".join(
        f"{names[first]}{'–' + names[last] if last > first else ''} {hours or say(lang, 'settings.closed')}"
        for first, last, hours in lines
    )


def _of(thing: Any, name: str) -> str:
    return str(thing[name] if isinstance(thing, Mapping) else getattr(thing, name))


def _holiday(one: Any, viewer: Viewer) -> str:
    held = one if isinstance(one, Mapping) else {"name": one.name, "date": one.date, "yearly": one.yearly}
    name = held.get("name") or ""
    day = held.get("date")
    when = str(day or held.get("yearly") or "")
    if day is not None and not isinstance(day, str):
        when = format_date(day, "medium", locale=viewer.lang)
    said = localized(dict(name), viewer.lang) if isinstance(name, Mapping) and name else str(name)
    return f"{said} {when}".strip()


def _address(value: Mapping[str, Any]) -> str:
    parts = (value.get(key) for key in ("street", "street2", "city", "region", "postal_code", "country"))
    return ", ".join(str(part) for part in parts if part)


_WRITERS: dict[str, Callable[[Any, Viewer], str]] = {
    "business_hours": lambda value, viewer: _week(value, viewer.lang),
    "holidays": lambda value, viewer: "\n".join(_holiday(one, viewer) for one in value),
    "address": lambda value, _: _address(value),
    "phone": lambda value, viewer: phone(str(value), viewer.business.country),
}
