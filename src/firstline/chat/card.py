"""The public card of a business: what a visitor sees before any session."""

import tomllib
from datetime import datetime
from functools import lru_cache
from importlib import resources
from typing import Any

from firstline.escalation.opening import has_hours, opening_hours
from firstline.tenancy.model import Business

__all__ = ["card"]


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    return tomllib.loads(resources.files("firstline.chat").joinpath("data/card.toml").read_text("utf-8"))


def card(business: Business, now: datetime) -> dict[str, Any]:
    """Name, greeting, disclosure, languages, open now or next opening; nothing that is not public."""
    texts = _texts()
    languages = [x for x in business.guardrails.languages_allowed if x in ("en", "es")] or ["en"]
    hours = opening_hours(business) if has_hours(business) else None
    opens = hours.next_opening(now) if hours and not hours.is_open(now) else None
    known = bool(hours)
    return {
        "id": str(business.id),
        "slug": business.slug,
        "name": business.name,
        "industry": business.industry,
        "phone": business.phone,
        "logo": business.theme.get("logo"),
        "greeting": {
            x: business.greeting.get(x) or texts["greeting"][x].format(business=business.name) for x in languages
        },
        "disclosure": {x: texts["disclosure"][x].format(business=business.name) for x in languages},
        "languages": languages,
        "default_language": business.language,
        "timezone": business.timezone,
        "open_now": bool(hours and hours.is_open(now)) if known else None,
        "next_opening": opens.isoformat() if opens else None,
        "open_text": {x: _open_text(texts, business, hours, now, x) for x in languages},
        "expected_reply": {x: business.expected_reply.get(x, "") for x in languages},
        "theme": {k: business.theme.get(k) for k in ("accent", "side", "offset", "label", "teaser")},
        "chips": {x: list(business.chips.get(x) or texts["chips"][x]) for x in languages},
        "off_hours_mode": business.theme.get("off_hours_mode", "chat"),
    }


def _open_text(texts: dict[str, Any], business: Business, hours: Any, now: datetime, language: str) -> str:
    from babel.dates import format_date, format_time

    if hours is None:
        return ""
    locale = f"{language}_{business.country}"
    if hours.is_open(now):
        return str(texts["open_now"][language])
    opens = hours.next_opening(now)
    if opens is None:
        return str(texts["closed"][language])
    local, today = opens.astimezone(business.zone), now.astimezone(business.zone).date()
    days = (local.date() - today).days
    day = (
        texts["today"][language]
        if days == 0
        else texts["tomorrow"][language]
        if days == 1
        else format_date(local, "EEEE", locale=locale)
    )
    return str(
        texts["back"][language].format(day=day, time=format_time(local, "short", tzinfo=business.zone, locale=locale))
    )
