"""Text as the matchers see it: folded without changing its length, so that a match's place is its place in the message."""

import re
import threading
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

__all__ = ["Token", "fold", "plain", "stem", "tokens"]

_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_SPACES = re.compile(r"[^\w]+")
_STEMMERS = {"en": "english", "es": "spanish"}
_local = threading.local()


@dataclass(frozen=True, slots=True)
class Token:
    """One word, folded, and its place in the text."""

    word: str
    start: int
    end: int


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    base = unicodedata.normalize("NFKD", char)[:1] or char
    return base.lower()[:1] or char


def fold(text: str) -> str:
    """Lower case without accents, of the same length as `text` (one character for each)."""
    if text.isascii():
        return text.lower()
    return "".join(c.lower() if c < "\x80" else "'" if c in "’‘" else _fold_char(c) for c in text)


def plain(text: str) -> str:
    """Folded words joined by single spaces, for whole-message patterns. Length is not kept."""
    return _SPACES.sub(" ", fold(text)).strip()


def tokens(folded: str) -> list[Token]:
    """The words of a folded text."""
    return [Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(folded)]


@lru_cache(maxsize=20_000)
def stem(word: str, language: str) -> str:
    """The Snowball stem of a folded word. Its stemmers keep state, hence one a thread; the cache is shared."""
    name = _STEMMERS.get(language)
    if name is None:
        return word
    stemmers = _local.__dict__.setdefault("stemmers", {})
    if language not in stemmers:
        import snowballstemmer

        stemmers[language] = snowballstemmer.stemmer(name)
    return str(stemmers[language].stemWord(word))
