"""How times, phone numbers and sentences are written for customers: one style a language, wherever they are said.

`kit` knows no business: countries and languages are given. Words are in `data/spoken.toml`.
"""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

import phonenumbers
from babel import Locale, UnknownLocaleError

__all__ = ["clock", "locale_of", "phone", "tidy"]

_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
_COMMA_STOP = re.compile(r",+([,.;:!?)])")
_AT_ONE = re.compile(r"\b(a|hasta|desde|de|para|antes de|después de) las (1(?::\d\d)?)(?![\d:])")
_DAY_MINUTES = 1440


@lru_cache(maxsize=1)
def _words() -> dict[str, dict[str, str]]:
    return tomllib.loads(files("firstline.kit").joinpath("data/spoken.toml").read_text("utf-8"))


@lru_cache(maxsize=64)
def locale_of(language: str, country: str) -> Locale:
    """Language as the country writes it, else as the United States do."""
    for name in (f"{language}_{country}", f"{language}_US"):
        try:
            return Locale.parse(name)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale("en", "US")


def clock(minutes: int, language: str, country: str) -> str:
    """A time of day from minutes after midnight: "7:30 a.m.", "12 noon", "midnight"; "19:30" where 24 hours are written."""
    hour, rest = divmod(minutes % _DAY_MINUTES, 60)
    if "a" not in locale_of(language, country).time_formats["short"].pattern:
        return f"{hour}:{rest:02d}"
    words = _words().get(language, _words()["en"])
    if rest == 0 and hour in (0, 12):
        return words["noon" if hour else "midnight"]
    return f"{hour % 12 or 12}{f':{rest:02d}' if rest else ''} {'p.m.' if hour >= 12 else 'a.m.'}"


def phone(number: str, country: str) -> str:
    """A number as it is dialled inside `country`, else in the international way; what is no number stays as it is."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    home = phonenumbers.country_code_for_region(country) == parsed.country_code
    style = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


def tidy(text: str, language: str) -> str:
    """A filled-in sentence put right: "7:30 a.m.." ends with one stop, Spanish says "a la 1"."""
    text = _COMMA_STOP.sub(r"\1", _TWO_STOPS.sub(".", text))
    return _AT_ONE.sub(r"\1 la \2", text) if language == "es" else text
