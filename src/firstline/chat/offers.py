"""The answer to "would you like to talk to a person?", typed instead of tapped."""

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import Literal

__all__ = ["answer_to_offer"]

_CONTACT = re.compile(r"[^\s@]+@[^\s@]+\.\w{2,}|(?<!\d)\+?(?:\d[\s().-]{0,3}){9,14}\d(?!\d)")
_REFUSES = re.compile(r"\s*(?:no|nope|not|don'?t|nah)\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _words() -> tuple[int, frozenset[str], frozenset[str]]:
    data = tomllib.loads(resources.files("firstline.chat").joinpath("data/answers_to_offers.toml").read_text("utf-8"))
    yes, no = ({w for words in data[k].values() for w in words} for k in ("yes", "no"))
    return data["most_words"], frozenset(yes), frozenset(no)


def answer_to_offer(text: str) -> Literal["yes", "no"] | None:
    """Yes or no when the whole message says only that; contact details are a yes; else None."""
    most, yes, no = _words()
    if _CONTACT.search(text) and "?" not in text and not _REFUSES.match(text):
        return "yes"  # whoever leaves a number after "shall I pass it on?" wants to be called
    plain = unicodedata.normalize("NFKD", text.lower())
    folded = " ".join(
        "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c) and c not in "'’").split()
    )
    if len(folded.split()) > most:
        return None
    return "yes" if folded in yes else "no" if folded in no else None
