"""Text as the checks read it, so that no dressing hides a figure: entities, full-width digits, bold, invisible characters."""

import html
import re
import unicodedata
from functools import lru_cache

__all__ = ["folded", "folded_in_place", "plain"]

_INVISIBLE = dict.fromkeys([*range(0x200B, 0x2010), 0x2060, 0xFEFF, 0x00AD, 0x180E, *range(0x202A, 0x202F)], None)
_QUOTES = str.maketrans(
    {"’": "'", "‘": "'", "´": "'", "“": '"', "”": '"', "−": "-", "‐": "-", "‑": "-", "﹩": "$", "＄": "$"}
)
_EMPHASIS = re.compile(r"\*+|`+|~~|(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)")
_LINK = re.compile(r"\[([^\]]{1,200})\]\(([^)\s]{1,300})\)")
_SPACED_THOUSANDS = re.compile(r"(?<![\d.,-])(\d{1,3})[ \u00a0\u202f\u2009'](?=\d{3}(?!\d|[ .-]\d))")


def plain(text: str) -> str:
    """`text` without dressing; "1 500" closed up to "1500". Offsets are those of the plain text."""
    text = unicodedata.normalize("NFKC", html.unescape(text).translate(_INVISIBLE)).translate(_QUOTES)
    if not text.isascii():
        text = "".join(
            str(unicodedata.digit(c, c)) if not c.isascii() and unicodedata.category(c) == "Nd" else c for c in text
        )
    text = _EMPHASIS.sub("", _LINK.sub(r"\1 \2", text))
    return _SPACED_THOUSANDS.sub(r"\1", text)


def folded(text: str) -> str:
    """Lower case without accents, one space between words: for comparing phrases."""
    bare = text.lower()
    if not bare.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFD", bare) if not unicodedata.combining(c))
    return " ".join(bare.split())


def folded_in_place(text: str) -> str:
    """Lower case without accents, character by character: offsets stay those of `text`."""
    return text.lower() if text.isascii() else "".join(map(_folded_character, text))


@lru_cache(maxsize=2048)
def _folded_character(character: str) -> str:
    if character.isspace():
        return " "
    return unicodedata.normalize("NFD", character.lower())[:1] or " "
