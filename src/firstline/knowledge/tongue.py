"""The language of a text of the business, among those it may answer in."""

import threading
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

__all__ = ["language_of"]

SHORTEST = 20  # characters; below it a guess is worth less than the document's own language
_lock = threading.Lock()


@cache
def _identifier(languages: tuple[str, ...]) -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(languages))
    return identifier


def language_of(text: str, languages: Sequence[str] = ("en", "es"), fallback: str = "en") -> str:
    """The likeliest of `languages`; `fallback` for a short or wordless text."""
    if len(text.strip()) < SHORTEST or len(set(languages)) < 2:
        return fallback
    return _likeliest(text[:2000], tuple(sorted(set(languages))))


@lru_cache(maxsize=256)  # a document is asked about when it is cleared, and again when it is divided
def _likeliest(text: str, languages: tuple[str, ...]) -> str:
    with _lock:
        found: str = _identifier(languages).classify(text)[0]
    return found
