"""`handoff_on_keywords` as words: with inflections, in the allowed languages, never inside another word or a name.

Alone these words are right in 64 % of real service chats and find 21 % of what must go to a person (design/measured.md),
so a keyword alone offers a person and only together with a flag forces the hand-over (see `policies.toml`).
"""

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib import resources

import snowballstemmer

from firstline.conversations.facts import Reading

__all__ = ["keywords_in"]

_STEMMERS = {"en": "english", "es": "spanish"}
_MIN_STEM = 3  # letters: a shorter stem ("su" of "sued") is another word in the other language


def keywords_in(text: str, reading: Reading, keywords: tuple[str, ...], languages: tuple[str, ...]) -> list[str]:
    """The configured keywords that occur in the message, each once, in their configured order.

    Words inside a person's name ("Hi, I'm Sue") do not count.
    """
    names = [(e.start, e.end) for e in reading.entities if e.kind == "person_name"]
    kept = list(text)
    for start, end in names:
        kept[start:end] = " " * (end - start)
    folded = _fold("".join(kept))
    language = reading.language if reading.language in _STEMMERS else "en"
    stems = {_stem(word, language) for word in re.findall(r"\w+", folded)}
    return [k for k in keywords if k.strip() and _occurs(k, folded, stems, language, languages)]


def _occurs(keyword: str, folded: str, stems: set[str], language: str, languages: tuple[str, ...]) -> bool:
    word = _fold(keyword.strip())
    if _pattern(word, languages).search(folded):
        return True
    if " " in word or language not in languages:
        return False
    stem = _stem(word, language)
    return len(stem) >= _MIN_STEM and stem in stems


def _fold(text: str) -> str:
    """Lower case without accents, character for character (no change of length that would matter here)."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))


@lru_cache(maxsize=20_000)
def _stem(word: str, language: str) -> str:
    """Snowball in Python is slow: each word is stemmed once."""
    stemmer = snowballstemmer.stemmer(_STEMMERS[language])  # a stemmer keeps state: one for each call
    return str(stemmer.stemWord(word))


@lru_cache(maxsize=512)
def _pattern(word: str, languages: tuple[str, ...]) -> re.Pattern[str]:
    """The keyword as written, or every word of its family in the allowed languages."""
    forms = {re.escape(word)}
    for family in _families():
        own = [_fold(form) for language in ("en", "es") for form in family.get(language, ())]
        if any(form.rstrip("*") == word for form in own):
            for language in languages:
                forms |= {_form(_fold(form)) for form in family.get(language, ())}
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(forms, key=len, reverse=True))})(?!\w)")


def _form(form: str) -> str:
    return re.escape(form.rstrip("*")) + (r"\w*" if form.endswith("*") else "")


@lru_cache(maxsize=1)
def _families() -> tuple[dict[str, list[str]], ...]:
    raw = resources.files("firstline.escalation").joinpath("data/keywords.toml").read_text("utf-8")
    return tuple(tomllib.loads(raw)["family"])
