"""How a page writes what is stored for machines: phone numbers, people, where a document came from, plain numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import unquote, urlsplit

from babel.dates import format_date

from firstline.kit.spoken import phone
from firstline.tenancy.model import Business
from firstline.web.console.speech import say

__all__ = ["origin", "plain", "writers"]


def writers(business: Business, lang: str) -> dict[str, Callable[..., str]]:
    """The functions a template calls to write something of this business in the reader's language."""

    def who(person: Mapping[str, Any]) -> str:
        number = person.get("phone")
        known = person.get("name") or (number and phone(number, business.country)) or person.get("email")
        return str(known or say(lang, "names.visitor"))

    return {
        "phone": lambda number: phone(number, business.country),
        "who": who,
        "origin": lambda document: origin(document, lang),
        "plain": plain,
        "holiday_date": lambda one, yearly: _holiday(one, yearly, lang),
    }


def origin(document: Mapping[str, Any], lang: str) -> str:
    """Where a document came from in words: "www.acme.example/prices", "Uploaded file · brochure.pdf", "From your settings"."""
    kind, uri = document["source_type"], str(document["source_uri"])
    if kind == "profile":
        return say(lang, "knowledge.from_profile")
    if uri.startswith("faq:"):
        return say(lang, "knowledge.from_faq")
    if uri.startswith(("canned:", "drive:", "push:")):
        return say(lang, f"knowledge.origin_{uri.partition(':')[0]}")
    if uri.startswith("upload:"):
        return f"{say(lang, 'knowledge.from_upload')} · {uri.removeprefix('upload:')}"
    parts = urlsplit(uri)
    path = unquote(parts.path).rstrip("/")
    return f"{parts.netloc}{path}" if parts.netloc else path.rsplit("/", 1)[-1] or uri


def plain(number: Decimal | float | None) -> str:
    """2000.0 -> "2000", 12.50 -> "12.5": as a person types it into a field."""
    if number is None:
        return ""
    text = format(Decimal(str(number)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _holiday(one: date | None, yearly: str | None, lang: str) -> str:
    """A date in full, or the day of every year ("12-25")."""
    if one is not None:
        return format_date(one, "long", locale=lang)
    if not yearly:
        return ""
    return format_date(date.fromisoformat(f"2000-{yearly}"), "d 'de' MMMM" if lang == "es" else "MMMM d", locale=lang)
