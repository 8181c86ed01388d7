"""Whether a text is on the very thing a question of a common frame asks about: how long, how much, which warranty.

"How long does X take?" is alike for every X: the encoder and shared words would answer it with another service's time.
"""

import re
from functools import lru_cache

from firstline.answering.phrases import wordlist
from firstline.answering.port import Question
from firstline.knowledge.wording import fold, stems
from firstline.tenancy.model import Business

__all__ = ["frame_of", "nameless_price", "other_subject", "subject_of", "times_told"]


def frame_of(text: str) -> str | None:
    """The frame of a question (duration, warranty, price), or None."""
    folded = fold(text)
    return next((name for name, pattern in wordlist("frames")["frame"].items() if re.search(pattern, folded)), None)


def other_subject(question: Question, text: str, told: str, language: str) -> bool:
    """Whether `text` has a frame and `told` lacks its subject: any word of the services' names, else all its words.

    Words are stems of one language: call it only for texts in the question's own.
    """
    asked = subject_of(question, text, language) if frame_of(text) is not None else set()
    held = set(stems(told, language))
    known = asked & _service_words(question.business, language)
    return not known <= held if known else bool(asked) and not asked & held


def subject_of(question: Question, text: str, language: str) -> set[str]:
    """The stems of `text` that say what it is about: no words of the frames, no places, names or figures."""
    places = " ".join(e.text for e in question.reading.entities if e.kind in ("location", "person_name"))
    asked = set(stems(text, language)) - _generic(language) - set(stems(places, language))
    return {stem for stem in asked if not stem[0].isdigit()}


def nameless_price(question: Question, text: str, language: str) -> bool:
    """Whether a price is asked for and no thing is named, here or before: "how much in total?"."""
    words: dict[str, list[str]] = wordlist("frames")["nameless"]
    empty = {stem for word in words.get(language, words["en"]) for stem in stems(word, language)}
    return frame_of(text) == "price" and not question.history and not set(stems(text, language)) - empty


def times_told(text: str) -> bool:
    """Whether `text` tells a stretch of time ("two to four hours")."""
    return re.search(wordlist("frames")["time"], fold(text)) is not None


@lru_cache(maxsize=8)
def _generic(language: str) -> frozenset[str]:
    words: dict[str, list[str]] = wordlist("frames")["generic"]
    return frozenset(stem for word in words.get(language, words["en"]) for stem in stems(word, language))


def _service_words(business: Business, language: str) -> frozenset[str]:
    texts = [t for s in business.services for t in (s.name.get(language, ""), *s.aliases.get(language, ()))]
    return _words_of(tuple(texts), language)


@lru_cache(maxsize=256)
def _words_of(texts: tuple[str, ...], language: str) -> frozenset[str]:
    return frozenset(stem for text in texts for stem in stems(text, language)) - _generic(language)
