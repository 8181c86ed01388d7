"""Phone numbers, mail addresses, web addresses and street addresses in a plain text."""

import re
from collections.abc import Iterator
from functools import lru_cache

import phonenumbers

from firstline.answering.checks.mention import Mention
from firstline.answering.checks.plain import folded
from firstline.answering.checks.words import any_of, mention_words

__all__ = ["address_key", "find_addresses", "find_emails", "find_phones", "find_urls", "phone_key"]

_EMAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![\w$€£.,])(?:\+\d[\d\s().-]{6,17}\d|(?:1[-. ]?)?\(?\d{3}\)?[-. ]\s?\d{3}[-. ]\d{4}|\d{9,11}|[6789]\d{2}[ .-]\d{2,3}[ .-]\d{2,3}(?:[ .-]\d{2,3})?)(?![\w%])"
)
_LOCAL = re.compile(r"(?<![\w$€£.,-])\d{3}[-. ]\d{4}(?![\w%-])")
_VANITY = re.compile(r"(?<!\w)1?[-. ]?8\d{2}[-. ](?=[A-Z\d-]*[A-Z])[A-Z\d]{2,4}-?[A-Z\d]{3,7}(?!\w)")
_SPELLED_URL = re.compile(
    r"\b([\w-]{2,})\s*(?:\[dot\]|\(dot\)|\bdot\b|\[punto\]|\bpunto\b)\s*(com|net|org|io|es|mx)\b", re.IGNORECASE
)


def find_emails(text: str) -> Iterator[Mention]:
    """Mail addresses, lower case; "(at)" counts as @."""
    for found in _EMAIL.finditer(text):
        value = re.sub(r"\s|\(at\)|\[at\]", lambda m: "" if m[0].isspace() else "@", found[0].lower())
        yield Mention("email", (value,), found.start(), found.end())


@lru_cache(maxsize=1)
def _url_pattern() -> re.Pattern[str]:
    tlds = any_of(mention_words()["tlds"]["list"])
    bare = rf"(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)+(?:{tlds})(?![\w-]|\.\w)(?::\d+)?(?:/[^\s<>\"')\]]*)?"
    return re.compile(rf"(?:https?://|www\.)[^\s<>\"')\]]+|(?<![\w@.]){bare}", re.IGNORECASE)


def find_urls(text: str) -> Iterator[Mention]:
    """Web addresses without scheme, `www.` and closing marks, lower-case host; "acme dot com" too."""
    for found in _url_pattern().finditer(text):
        value = re.sub(r"^(?:https?://)?(?:www\.)?", "", found[0].rstrip(".,;:!?"), flags=re.IGNORECASE)
        host, slash, path = value.partition("/")
        yield Mention("url", ((host.lower() + slash + path).rstrip("/"),), found.start(), found.end())
    for found in _SPELLED_URL.finditer(text):
        yield Mention("url", (f"{found[1]}.{found[2]}".lower(),), found.start(), found.end())


def phone_key(text: str, region: str) -> str:
    """The national digits of a phone number, so that "+1 608 555 0142" and "(608) 555-0142" are one."""
    digits = phonenumbers.convert_alpha_characters_in_number(text)
    try:
        return str(phonenumbers.parse(digits, region).national_number)
    except phonenumbers.NumberParseException:
        return re.sub(r"\D", "", digits)


def find_phones(text: str, region: str) -> Iterator[Mention]:
    """Phone numbers by their national digits; seven digits count only where a phone is spoken of."""
    ends = 0
    for found in (*_PHONE.finditer(text), *_VANITY.finditer(text)):
        if 7 <= len(re.sub(r"[^\dA-Z]", "", found[0])) <= 15:
            yield Mention("phone", (phone_key(found[0], region),), found.start(), found.end())
            ends = found.end()
    cues = set(mention_words()["phone_cues"]["list"])
    for found in _LOCAL.finditer(text, 0):
        near = re.split(r"[.!?;]\s", text[max(0, found.start() - 40) : found.start()])[-1]
        before = set(re.findall(r"[^\W\d_]+", folded(near)))
        if found.start() >= ends and before & cues:
            yield Mention("phone", (re.sub(r"\D", "", found[0]),), found.start(), found.end())


@lru_cache(maxsize=1)
def _address_pattern() -> re.Pattern[str]:
    streets = mention_words()["streets"]
    english = rf"\b\d{{1,6}}[A-Za-z]?\s+(?:(?:[NSEW]\.?|North|South|East|West)\s+)?(?:[A-ZÁÉÍÓÚÑ\d][\w'.]*\s+){{1,4}}?(?i:{any_of(streets['en'])})\b"
    name = r"[A-ZÁÉÍÓÚÑ\d][\w']*"
    spanish = rf"\b(?i:{any_of(streets['es'])})\.?\s*(?:(?:de|la|las|los|del|el)\s+)*{name}(?:\s+(?:de|la|las|los|del|y|{name})){{0,5}}?,?\s*(?:n[º°.]?\s*|#\s*|(?i:num|núm|numero|número)\.?\s*)?\d{{1,5}}\b"
    return re.compile(f"{english}|{spanish}")


def address_key(text: str) -> str:
    """A street address as comparable words: short forms, no accents, no punctuation."""
    short = mention_words()["street_short"]
    words = re.findall(r"[^\W_]+", folded(text))
    return " ".join(short.get(word, word) for word in words if word not in ("no", "num", "numero", "n", "o"))


def find_addresses(text: str) -> Iterator[Mention]:
    """Street addresses: number and street name, in either order."""
    for found in _address_pattern().finditer(text):
        yield Mention("address", (address_key(found[0]),), found.start(), found.end())
