"""Checks of an address or a number that somebody typed."""

import re
from typing import Any

import phonenumbers

from firstline.ground.errors import FieldError, Invalid

__all__ = ["email_of", "phone_of"]

EMAIL = re.compile(r"[^@\s<>\"',;:()]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\.[A-Za-z]{2,24}")


def email_of(value: Any, field: str) -> str | None:
    """The address in lower case, None when empty. Raises Invalid naming `field`."""
    text = str(value or "").strip()
    if not text:
        return None
    if not EMAIL.fullmatch(text) or ".." in text:
        raise Invalid("bad_email", "This is not an email address.", [FieldError(field, "not an email address")])
    return text.lower()


def phone_of(value: Any, country: str, field: str) -> str | None:
    """The number in E.164, None when empty. Raises Invalid naming `field`."""
    text = str(value or "").strip()
    if not text:
        return None
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise Invalid("bad_phone", "This is not a phone number.", [FieldError(field, "not a phone number")])
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
