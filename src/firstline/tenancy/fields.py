"""Checks of single values of a profile: what is wrong is gathered with the field's path, never raised one at a time."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import phonenumbers
from babel import Locale
from babel.numbers import list_currencies

from firstline.ground.errors import FieldError, Invalid
from firstline.kit.hours import minutes_of
from firstline.tenancy.model import WEEKDAYS

__all__ = ["Fields"]

_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
_SLUG = re.compile(r"[a-z0-9](?:-?[a-z0-9])*")
_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_YEARLY = re.compile(r"(\d\d)-(\d\d)")
MOST_MONEY = Decimal("9999999999.99")  # numeric(12, 2)
MOST_ITEMS = 500


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    codes = (str(code) for code in Locale("en").territories)
    return frozenset(code for code in codes if len(code) == 2 and code.isalpha())


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


class Fields:
    """Gathers errors while values are read; every reader gives the cleaned value, or None beside a noted error."""

    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def wrong(self, path: str, message: str) -> None:
        """Notes an error at `path` ("business.business_hours.mon[0].open")."""
        self.errors.append(FieldError(path, message))

    def done(self, code: str = "invalid_profile") -> None:
        """Raises Invalid when anything was wrong."""
        if self.errors:
            raise Invalid(code, f"{self.errors[0]['field']}: {self.errors[0]['message']}", self.errors)

    def mapping(self, value: Any, path: str, known: "frozenset[str] | set[str] | None" = None) -> dict[str, Any]:
        """An object, with no key that is not in `known`."""
        if not isinstance(value, dict):
            self.wrong(path, "must be an object")
            return {}
        for key in value:
            if not isinstance(key, str) or (known is not None and key not in known):
                self.wrong(f"{path}.{key}" if path else str(key), "unknown field")
        return value

    def listing(self, value: Any, path: str, most: int = MOST_ITEMS) -> list[Any]:
        """A list of at most `most` items."""
        if not isinstance(value, list | tuple):
            self.wrong(path, "must be a list")
            return []
        if len(value) > most:
            self.wrong(path, f"at most {most} items")
            return []
        return list(value)

    def text(self, value: Any, path: str, most: int = 2000, least: int = 0) -> str | None:
        """Text of `least` to `most` characters after trimming; no NUL, which PostgreSQL cannot keep."""
        if not isinstance(value, str):
            self.wrong(path, "must be text")
            return None
        text = value.strip()
        if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
            self.wrong(path, "has a character that cannot be stored")
            return None
        if len(text) < least:
            self.wrong(path, "must not be empty" if least == 1 else f"at least {least} characters")
            return None
        if len(text) > most:
            self.wrong(path, f"at most {most} characters")
            return None
        return text

    def texts(self, value: Any, path: str, most: int = 200) -> list[str]:
        """A list of non-empty texts."""
        found = (
            self.text(item, f"{path}[{i}]", most, least=1) for i, item in enumerate(self.listing(value, path, 5000))
        )
        return [item for item in found if item is not None]

    def flag(self, value: Any, path: str) -> bool | None:
        """True or false."""
        if not isinstance(value, bool):
            self.wrong(path, "must be true or false")
            return None
        return value

    def language(self, value: Any, path: str) -> str | None:
        """A language tag such as "en" or "es-MX"."""
        return self._matching(value, path, _LANGUAGE.fullmatch, "must be a language code such as en or es")

    def localized(self, value: Any, path: str, most: int = 2000, *, needed: bool = False) -> dict[str, str]:
        """{"en": text, "es": text}; a plain text stands for English."""
        if isinstance(value, str):
            value = {"en": value}
        out = {}
        for key, item in self.mapping(value, path).items():
            self.language(key, f"{path}.{key}")
            out[key] = self.text(item, f"{path}.{key}", most, least=1 if needed else 0) or ""
        if needed and not out:
            self.wrong(path, "must have a text in at least one language")
        return out

    def localized_lists(self, value: Any, path: str, most: int = 200) -> dict[str, list[str]]:
        """{"en": [texts]}."""
        out = {}
        for key, item in self.mapping(value, path).items():
            self.language(key, f"{path}.{key}")
            out[key] = self.texts(item, f"{path}.{key}", most)
        return out

    def choice(self, value: Any, path: str, among: "tuple[str, ...]") -> str | None:
        """One of `among`."""
        if value not in among:
            self.wrong(path, f"must be one of {', '.join(among)}")
            return None
        return str(value)

    def number(self, value: Any, path: str, most: float) -> float | None:
        """A number from 0 to `most`."""
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= most:
            self.wrong(path, f"must be a number from 0 to {most:g}")
            return None
        return float(value)

    def money(self, value: Any, path: str, most: Decimal = MOST_MONEY) -> Decimal | None:
        """A decimal string (or number) from 0, at most two places."""
        try:
            amount = Decimal(str(value)) if not isinstance(value, bool) and value is not None else Decimal("NaN")
        except InvalidOperation:
            amount = Decimal("NaN")
        if not amount.is_finite():
            self.wrong(path, 'must be an amount such as "89.00"')
            return None
        if not 0 <= amount <= most:
            self.wrong(path, f"must be from 0 to {most}")
            return None
        if amount != amount.quantize(Decimal("0.01")):
            self.wrong(path, "at most two decimal places")
            return None
        return amount.quantize(Decimal("0.01"))

    def zone(self, value: Any, path: str) -> str | None:
        """An IANA time zone."""
        return self._matching(
            value, path, lambda v: v in _zones(), "unknown time zone; use a name such as America/Chicago"
        )

    def slug(self, value: Any, path: str) -> str | None:
        """Lower-case letters, digits, single hyphens; at most 63."""
        return self._matching(
            value, path, lambda v: len(v) <= 63 and _SLUG.fullmatch(v), "lower-case letters, digits and single hyphens"
        )

    def country(self, value: Any, path: str) -> str | None:
        """ISO 3166 alpha-2."""
        return self._matching(value, path, lambda v: v in _countries(), "must be an ISO 3166 code such as US")

    def currency(self, value: Any, path: str) -> str | None:
        """ISO 4217."""
        return self._matching(value, path, lambda v: v in _currencies(), "must be an ISO 4217 code such as USD")

    def email(self, value: Any, path: str) -> str | None:
        """An address; not proven."""
        return self._matching(value, path, lambda v: len(v) <= 254 and _EMAIL.fullmatch(v), "must be an email address")

    def phone(self, value: Any, path: str) -> str | None:
        """E.164, such as +16085550142 (possible, not necessarily assigned)."""
        return self._matching(value, path, _is_e164, "must be an E.164 number such as +16085550142")

    def web(self, value: Any, path: str) -> str | None:
        """An http or https address."""
        return self._matching(value, path, _is_web, "must be an http or https address")

    def origin(self, value: Any, path: str) -> str | None:
        """scheme://host[:port] without a path, for `frame-ancestors` and CORS."""
        return self._matching(value, path, _is_origin, "must be an origin such as https://www.example.com")

    def day(self, value: Any, path: str) -> date | None:
        """An ISO date that exists."""
        try:
            return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else _no_date()
        except ValueError:
            self.wrong(path, "must be a date such as 2026-12-25")
            return None

    def yearly(self, value: Any, path: str) -> str | None:
        """ "MM-DD" that exists in a leap year."""
        found = _YEARLY.fullmatch(value) if isinstance(value, str) else None
        try:
            if found:
                return date(2024, int(found[1]), int(found[2])).strftime("%m-%d")
        except ValueError:
            pass
        self.wrong(path, "must be a day such as 12-25")
        return None

    def stretches(self, value: Any, path: str) -> list[dict[str, str]]:
        """[{"open": "HH:MM", "close": "HH:MM" or "24:00"}] in order, not overlapping; a close below its open: next day."""
        out = []
        for i, item in enumerate(self.listing(value, path, 12)):
            at = f"{path}[{i}]"
            both = self.mapping(item, at, frozenset({"open", "close"}))
            opens = self._matching(both.get("open"), f"{at}.open", _CLOCK.fullmatch, "must be a time such as 08:00")
            closes = self._matching(
                both.get("close"),
                f"{at}.close",
                lambda v: v == "24:00" or _CLOCK.fullmatch(v),
                "must be a time such as 17:30",
            )
            if opens and closes:
                out.append({"open": opens, "close": closes})
        out.sort(key=lambda s: s["open"])
        for before, after in pairwise(out):
            past = minutes_of(before["close"]) <= minutes_of(before["open"])
            if past or minutes_of(before["close"]) > minutes_of(after["open"]):
                self.wrong(path, f"{before['open']}-{before['close']} and {after['open']}-{after['close']} overlap")
        return out

    def week(self, value: Any, path: str) -> dict[str, list[dict[str, str]]]:
        """ "mon".."sun" -> stretches; a day that is absent is closed."""
        days = self.mapping(value, path, frozenset(WEEKDAYS))
        return {day: self.stretches(spans, f"{path}.{day}") for day, spans in days.items() if day in WEEKDAYS}

    def _matching(self, value: Any, path: str, test: Callable[[str], Any], message: str) -> str | None:
        if not isinstance(value, str) or not test(value):
            self.wrong(path, message)
            return None
        return value


def _no_date() -> date:
    raise ValueError


def _is_e164(value: str) -> bool:
    if not re.fullmatch(r"\+[1-9]\d{6,14}", value):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(value))
    except phonenumbers.NumberParseException:
        return False


def _is_web(value: str) -> bool:
    if len(value) > 2000 or any(c.isspace() or ord(c) < 32 for c in value):
        return False
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None
    except ValueError:
        return False


def _is_origin(value: str) -> bool:
    if not _is_web(value):
        return False
    parts = urlsplit(value)
    return value == f"{parts.scheme}://{parts.netloc}" and not re.search(r"[;,'\"*]", value)
