"""The words of data/boilerplate.toml, compiled, and what in a line is a fact worth keeping."""

import re
import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

__all__ = ["Facts", "cue", "cut_cues", "exact", "facts_of", "is_cookie_text", "plain", "rules", "tokens_of"]

Facts = frozenset[str]
NO_FACTS: Facts = frozenset()
MONEY_DIGITS = r"\d[\d.,' ]*"


@cache
def rules() -> dict[str, Any]:
    """data/boilerplate.toml."""
    return tomllib.loads(files("firstline.knowledge").joinpath("data/boilerplate.toml").read_text("utf-8"))


@cache
def words(kind: str) -> frozenset[str]:
    """The class words of one kind."""
    return frozenset(rules()["words"][kind])


@lru_cache(maxsize=20_000)
def tokens_of(name: str) -> frozenset[str]:
    """A class or id attribute as words: "siteFooter et_pb-row" -> site, footer, et, pb, row (and each name whole)."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    return frozenset(re.split(r"[\s_:-]+", spaced)) | frozenset(name.lower().split())


def plain(text: str) -> str:
    """A line as compared with the word lists: lower case, without arrows, colons, stops and signs around it."""
    return re.sub(r"^[^\w¿¡$€£(+]+|[^\w?)%]+$", "", " ".join(text.casefold().split()))


@cache
def exact(kind: str) -> frozenset[str]:
    """The whole lines of one kind, as `plain` gives them."""
    return frozenset(plain(line) for line in rules()["lines"][kind])


@cache
def _cues() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{cue})" for cue in rules()["lines"]["cues"]))


def cue(text: str) -> bool:
    """Whether a line says by its words that it is no content ("All rights reserved")."""
    return len(text) < 12 * rules()["lines"]["cue_words"] and _cues().search(text.casefold()) is not None


def cut_cues(text: str) -> str:
    """A line without those of its sentences that are no content."""
    parts = re.split(r"(?<=[.!?])\s+(?=[A-ZÁÉÍÓÚÑ©¿¡])|\s[|·•]\s", text)
    return " · ".join(part for part in parts if not _cues().search(part.casefold()) or facts_of(part))


def is_cookie_text(text: str) -> bool:
    """A cookie notice: short, about cookies, and asking for consent."""
    lines = rules()["lines"]
    return (
        len(text.split()) <= lines["cookie_words"]
        and re.search(lines["cookie"], text, re.IGNORECASE) is not None
        and re.search(lines["consent"], text, re.IGNORECASE) is not None
    )


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    f = rules()["facts"]

    def among(listed: list[str]) -> str:
        return "|".join(re.escape(word) for word in sorted(listed, key=len, reverse=True))

    day = rf"(?<!\w)(?:{among(f['weekdays'])})(?!\w)"
    money = "|".join(f["currency"])
    found = {
        "hours": rf"\b\d{{1,2}}[:.h]\d\d\s*(?:h\b|hrs|[ap]\.?\s?m\b)|\b\d{{1,2}}:\d\d\b|\b\d{{1,2}}\s*[ap]\.?\s?m\b"
        rf"|{'|'.join(f['always'])}|{day}[^.]*?(?:{among(f['closed'])}|\d)|(?:{among(f['closed'])})\W+(?:\w+\W+)?{day}"
        rf"|^\W*{day}(?:\W+(?:(?:a|y|to|and|thru|through)\W+)?{day})*\W*$|^(?:{among(f['closed'])})$",
        "price": rf"(?:\$|€|£|\b(?:usd|eur|mxn)|s/\.?)\s*\d|\d\s*(?:{money})(?![a-z])",
        "phone": r"(?<![\d.,/-])\+?\(?\d[\d\s().\-/\u2011\u2013]{5,}\d(?![\d%])",
        "email": r"[\w.+-]+@[\w-]+\.[\w.-]+\w",
        "address": rf"\b[a-z]{{2}}[\s,]+\d{{5}}(?:-\d{{4}})?\b|(?<!\w)(?:{among(f['street'])})\b\.?.{{0,40}}\d|\d.{{0,40}}(?<!\w)(?:{among(f['street'])})(?!\w)"
        r"|(?<!\d)\d{5},?\s+[^\W\d]{3}",
        "notable": "|".join(f["notable"]),
    }
    return {kind: re.compile(pattern) for kind, pattern in found.items()}


@lru_cache(maxsize=4096)
def facts_of(text: str) -> Facts:
    """Kinds of facts in a line: hours, price, phone, email, address, notable (licences, areas served, guarantees)."""
    if len(text) > 600:
        text = text[:600]
    text = text.lower()
    patterns = _patterns()
    if not any(c.isdigit() for c in text):
        kinds: tuple[str, ...] = ("email", "notable", "hours")
    else:
        kinds = ("hours", "price", "phone", "email", "address", "notable")
    found = {kind for kind in kinds if patterns[kind].search(text)}
    if "phone" in found:
        dateless = re.sub(r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}(?![\d/]|[.-]\d)", " ", text)
        numbers = (re.sub(r"\D", "", m) for m in patterns["phone"].findall(dateless if "/" in text else text))
        if not any(7 <= len(number) <= 15 for number in numbers):
            found.discard("phone")
    return frozenset(found) if found else NO_FACTS
