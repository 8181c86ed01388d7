"""What holds for one customer or one day only, and data of persons: sentences with such things do not become knowledge.

A sentence is kept or left out whole: a text with holes in it is no answer. Greetings and names called out are taken off.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import phonenumbers

from firstline.knowledge.wording import fold
from firstline.tenancy.model import Business

__all__ = ["begins", "drafting", "is_one_off", "says", "says_personal", "without_greeting"]

PHONE = re.compile(r"\+?\(?\d[\d\s().-]{6,18}\d")
EDGES = " \t\n,.;:!–—-"


@cache
def drafting() -> dict[str, Any]:
    """data/drafting.toml."""
    return tomllib.loads(files("firstline.knowledge").joinpath("data/drafting.toml").read_text("utf-8"))


@cache
def _pattern(table: str, name: str) -> re.Pattern[str]:
    return re.compile(drafting()[table][name], re.IGNORECASE)


def _plain(text: str) -> str:
    return fold(text.replace("’", "'"))


def says(table: str, name: str, text: str) -> bool:
    """Whether the pattern of data/drafting.toml is in `text`."""
    return _pattern(table, name).search(_plain(text)) is not None


def begins(table: str, name: str, text: str) -> bool:
    """Whether `text` begins with the pattern."""
    return _pattern(table, name).match(_plain(text.strip())) is not None


def without_greeting(sentence: str, names: Sequence[str]) -> str:
    """Without "Hi Sarah," in front and ", Sarah" behind, its first letter as a sentence's; '' when nothing else is there."""
    called = "|".join(re.escape(name) for name in _words_of(names))
    rest = sentence.strip()
    while rest:
        before = rest
        folded = _plain(rest)
        greeting = _pattern("greetings", "start").match(folded) if len(folded) == len(rest) else None
        if greeting:
            rest = rest[greeting.end() :].lstrip(EDGES)
        if called:
            rest = re.sub(
                rf"^(?:(?:mr|mrs|ms|sr|sra|srta|don|doña)\.?\s+)?(?:(?:{called})\b\s*)+[,!.:;–—-]+\s*",
                "",
                rest,
                flags=re.I,
            )
            rest = re.sub(rf"\s*,\s*(?:(?:{called})\b\s*)+(?=[.!?]*$)", "", rest, flags=re.I)
            rest = re.sub(rf"^(?:{called})\s*[.!]*$", "", rest, flags=re.I) if greeting else rest
        if rest == before:
            break
    return re.sub(r"^([¿¡]?)(\w)", lambda match: match[1] + match[2].upper(), rest)


def is_one_off(sentence: str) -> bool:
    """Whether it holds for this customer or this day only."""
    if any(says("one_off", name, sentence) for name in ("deferral", "theirs", "when", "date")):
        return True
    return says("one_off", "day_and_hour", sentence) and not says("one_off", "usual", sentence)


def says_personal(text: str, business: Business, names: Sequence[str]) -> bool:
    """Whether it has data of a person: a known name, a phone, e-mail or address that is not the business's, an order number."""
    if any(says("personal", name, text) for name in ("order", "card", "someone")):
        return True
    plain = _plain(text)
    told = (business.name, business.email, business.website, *business.address.values())
    own = _plain(" ".join(str(value) for value in told if value))
    for name in _words_of(names):
        if re.search(rf"\b{re.escape(_plain(name))}\b", plain) and _plain(name) not in own:
            return True
    site = re.sub(r"^(?:https?://)?(?:www\.)?", "", _plain(business.website or "")).split("/")[0]
    for match in _pattern("personal", "email").finditer(plain):
        if match.group() not in own and not (site and match.group().endswith("@" + site)):
            return True
    if any(match.group().strip(". ") not in own for match in _pattern("personal", "street").finditer(plain)):
        return True
    return any(_is_phone(match.group(), business) for match in PHONE.finditer(text))


def _words_of(names: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(word for name in names for word in re.findall(r"[^\W\d_]{2,}", name)))


def _is_phone(number: str, business: Business) -> bool:
    digits = re.sub(r"\D", "", number)
    own = (business.phone, business.emergency_line.phone if business.emergency_line else None)
    if any(line and re.sub(r"\D", "", line)[-7:] == digits[-7:] for line in own):
        return False
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number, business.country))
    except phonenumbers.NumberParseException:
        return False
