"""Whether a sentence is in an allowed language. Only a long, clear case counts: names and borrowed words are no language."""

import re
import unicodedata

from firstline.understanding.language import identifier

__all__ = ["foreign_language"]

_SCRIPTS = {"LATIN": frozenset({"en", "es", "fr", "de", "it", "pt", "nl", "pl", "ca", "vi", "tl", "sv"})}
_LEAST_WORDS = 6  # py3langid is unsure below (design/measured.md: keep the conversation's language under three words)
_SURE = 0.97


def foreign_language(text: str, allowed: tuple[str, ...]) -> str | None:
    """The code of a language that is not allowed, or "script" for letters that no allowed language uses; else None."""
    letters = [c for c in text if c.isalpha()]
    if len(letters) >= 4 and not _other_scripts_allowed(allowed):
        foreign = sum(not unicodedata.name(c, "").startswith("LATIN") for c in letters)
        if foreign * 2 > len(letters):
            return "script"
    words = re.findall(r"[^\W\d_]{2,}", text)
    ordinary = [w for i, w in enumerate(words) if i == 0 or not w[0].isupper()]
    if len(ordinary) < _LEAST_WORDS:
        return None
    language, sure = identifier("telling", probabilities=True).classify(" ".join(words))
    return str(language) if language not in allowed and sure >= _SURE else None


def _other_scripts_allowed(allowed: tuple[str, ...]) -> bool:
    return any(code not in _SCRIPTS["LATIN"] for code in allowed)
