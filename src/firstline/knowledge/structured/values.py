"""Schema.org values of whatever type to ours: text, number, phone, address, hours, price."""

import re
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any

import lxml.html  # type: ignore[import-untyped]
import phonenumbers
from babel import Locale

from firstline.kit.numerals import parse_digits
from firstline.knowledge.structured.hours import DAYS, Week, read_hours, tidied
from firstline.knowledge.structured.reading import Node, Value
from firstline.knowledge.structured.words import words

__all__ = ["all_of", "amount_of", "country_of", "hours_of", "number_of", "phone_of", "plain_text", "text_of", "unit_of"]

MOST_MONEY = Decimal(10_000_000)
MOST_DAYS = 14  # of a dated opening time that becomes days of exception; a longer one is a season


def all_of(node: Node, *names: str) -> list[Value]:
    """The values of the first of these properties that has any."""
    return next((values for name in names if (values := node.get(name)) and isinstance(values, list)), [])


def text_of(values: Value, most: int = 300) -> str:
    """The first text among them (a node stands for its name)."""
    for value in values if isinstance(values, list) else [values]:
        found = (
            text_of(value.get("name", []), most)
            if isinstance(value, dict)
            else str(value)
            if isinstance(value, str | int | float)
            else ""
        )
        if text := " ".join(found.split()):
            return text[:most]
    return ""


def plain_text(markup: str) -> str:
    """An answer without its HTML, paragraphs and list items on lines of their own."""
    if "<" not in markup and "&" not in markup:
        return markup.strip()
    try:
        from firstline.knowledge.parsing.html import to_markdown

        return str(to_markdown(lxml.html.fragment_fromstring(markup[:50_000], create_parent="div"))).strip()
    except (lxml.etree.LxmlError, ValueError):
        return re.sub(r"<[^>]*>", " ", markup).strip()


def number_of(value: Value) -> Decimal | None:
    """A number of money that is there: 89, "89.00", "1.250,00 €"; nothing below 0 or beyond ten million."""
    if isinstance(value, list):
        return next((n for v in value if (n := number_of(v)) is not None), None)
    try:
        if isinstance(value, int | float):
            found = Decimal(str(value))
        else:
            digits = re.search(r"\d[\d.,' ]*", value) if isinstance(value, str) else None
            found = parse_digits(re.sub(r"\s", "", digits[0]).strip(".,'")) if digits else Decimal("NaN")
    except (InvalidOperation, ValueError):
        return None
    return found.quantize(Decimal("0.01")) if found.is_finite() and 0 <= found <= MOST_MONEY else None


def amount_of(offer: Node, depth: int = 0) -> tuple[Decimal | None, Decimal | None, str, str | None]:
    """(low, high, unit, currency) of an Offer, AggregateOffer or PriceSpecification."""
    low = number_of(all_of(offer, "lowPrice", "minPrice", "price"))
    high = number_of(all_of(offer, "highPrice", "maxPrice", "price"))
    unit = unit_of(text_of(all_of(offer, "unitText", "unitCode", "billingDuration")))
    currency = text_of(all_of(offer, "priceCurrency", "currency"))[:3].upper() or None
    inner = [
        n
        for n in [
            *all_of(offer, "priceSpecification"),
            *all_of(offer, "offers"),
            *all_of(offer, "referenceQuantity"),
            *all_of(offer, "eligibleQuantity"),
        ]
        if isinstance(n, dict)
    ]
    for node in inner[:50] if depth < 3 else []:
        in_low, in_high, in_unit, in_currency = amount_of(node, depth + 1)
        lows, highs = [n for n in (low, in_low) if n is not None], [n for n in (high, in_high) if n is not None]
        low, high = (min(lows) if lows else None), (max(highs) if highs else None)
        unit, currency = unit or in_unit, currency or in_currency
    if low is not None and high is not None and low > high:
        low, high = high, low
    return low, high, unit, currency


def unit_of(text: str) -> str:
    """ "HUR", "per hour", "/hr" -> "hour"; "" when it is not known."""
    if not text:
        return ""
    if known := words()["units"].get(text.upper()):
        return str(known)
    found = (
        unit
        for pattern, unit in words()["unit_words"].items()
        if re.search(rf"(?<!\w)(?:{pattern})s?(?!\w)", text.lower())
    )
    return next(found, "")


def phone_of(text: str, country: str) -> str | None:
    """E.164 of a possible number."""
    try:
        parsed = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
    return (
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        if phonenumbers.is_possible_number(parsed)
        else None
    )


@cache
def _countries() -> dict[str, str]:
    named = {
        str(name).casefold(): str(code)
        for lang in ("en", "es")
        for code, name in Locale(lang).territories.items()
        if len(str(code)) == 2
    }
    more: dict[str, str] = words()["words"]["countries"]
    return named | more


def country_of(text: str) -> str:
    """ISO 3166 alpha-2 of a country's code or English or Spanish name; "" when unknown."""
    if re.fullmatch(r"[A-Za-z]{2}", text):
        return text.upper() if text.upper() in _countries().values() else "GB" if text.upper() == "UK" else ""
    return _countries().get(text.casefold(), "")


def hours_of(node: Node) -> tuple[Week, list[dict[str, Any]], str]:
    """(week, exceptions as holidays of the profile, the words) of a business's opening hours in any of the spellings."""
    week: Week = {}
    special: list[dict[str, Any]] = []
    said: list[str] = []
    for value in all_of(node, "openingHours"):
        for part in re.split(r";|\n", value) if isinstance(value, str) else []:
            if found := read_hours(part):
                said.append(part.strip())
                for day, stretches in found.items():
                    week.setdefault(day, []).extend(stretches)
    for spec in [*all_of(node, "openingHoursSpecification"), *all_of(node, "specialOpeningHoursSpecification")]:
        if isinstance(spec, str) and (found := read_hours(spec)):
            for day, stretches in found.items():
                week.setdefault(day, []).extend(stretches)
        elif isinstance(spec, dict):
            _specified(spec, week, special)
            said.append(f"{_day_names(spec)} {text_of(all_of(spec, 'opens'))}-{text_of(all_of(spec, 'closes'))}")
    return tidied(week), special[:100], "; ".join(said)[:400]


def _day_names(spec: Node) -> str:
    return ", ".join(text_of(day).rsplit("/", 1)[-1] for day in all_of(spec, "dayOfWeek"))


def _clock(values: list[Value]) -> str | None:
    text = text_of(values).upper().removeprefix("T")
    found = re.match(r"(\d{1,2})(?::?(\d\d))?(?::\d\d)?\s*([AP]M)?", text)
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    if found[3]:
        hour = hour % 12 + (12 if found[3] == "PM" else 0)
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else "24:00" if hour == 24 and not minute else None


def _specified(spec: Node, week: Week, special: list[dict[str, Any]]) -> None:
    opens, closes = _clock(all_of(spec, "opens")), _clock(all_of(spec, "closes"))
    stretches = []
    if opens and closes and not (opens == closes and not all_of(spec, "validFrom") and opens != "00:00"):
        shut = opens == closes == "00:00" and bool(all_of(spec, "validFrom"))  # Google's way to say closed
        closes = "24:00" if closes in ("23:59", "00:00") else closes
        stretches = [] if shut else [{"open": opens if opens != "24:00" else "00:00", "close": closes}]
    dates = [_date(all_of(spec, name)) for name in ("validFrom", "validThrough")]
    if dates[0] and dates[1]:
        first, last = dates[0], dates[1]
        if 0 <= (last - first).days < MOST_DAYS:
            name = {"en": text_of(all_of(spec, "name", "description")) or "Special hours"}
            wanted = _weekdays(spec)
            for n in range((last - first).days + 1):
                day = first + timedelta(n)
                if not wanted or DAYS[day.weekday()] in wanted:
                    special.append({"name": name, "date": day.isoformat(), "hours": stretches})
            return
        if week or last < first:
            return  # a season beside the usual hours
    for day_name in _weekdays(spec) or (DAYS if stretches and not all_of(spec, "dayOfWeek") else ()):
        week.setdefault(day_name, []).extend(stretches)


def _weekdays(spec: Node) -> list[str]:
    found = []
    for value in all_of(spec, "dayOfWeek"):
        for word in re.split(r"[,\s]+", text_of(value).rsplit("/", 1)[-1].lower()):
            at = words()["days"].get(word)
            group = words()["groups"].get(word, [])
            found += [DAYS[n] for n in ([at] if at is not None else group)]
    return found


def _date(values: list[Value]) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text_of(values)[:10])
    return None
