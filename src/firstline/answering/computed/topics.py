"""What each part of a message asks for, by the patterns of `data/cues.toml`; several bubbles and questions are parts."""

import re
from dataclasses import dataclass
from functools import cache

from firstline.answering.phrases import wordlist
from firstline.knowledge.wording import fold

__all__ = ["Part", "bare", "has", "parts_of", "questions_in", "topics_of"]

MOST_QUESTIONS = 3  # in one message, that are looked up each by itself
MOST_MARK_WORDS = 3  # fewer words are a greeting or a thanks
TOPICS = ("surcharge", "price", "hours", "address", "area", "contact", "reply", "booking", "services", "emergency")
_SPLIT = re.compile(
    r"(?<=[?!])\s+|(?<=[.…])\s+(?=\S)|\n+|\s+(?=¿)|[,;]?\s+(?:and also|also,|(?:and|or) (?=(?:how much|what time|(?:do|are|r|can|will) (?:you|u|y'?all)|do they|(?:is|are|does) (?:there|it|that|they|this)|who|what|which|(?:can|could|may|do|should) (?:i|we)|where|when)\b)|y también|y además|y (?=¿?(?:cuánto|cuanto|a qué|dónde|donde|cuándo|tienen|hacen|quien|quién|qué|cuál|es más)\b))",
    re.IGNORECASE,
)


_SPANISH = re.compile(r"\b(?:telefono|numero|llam\w+|correo|direccion|donde|ubicad\w+|estan|su|como|cual)\b")


@dataclass(frozen=True, slots=True)
class Part:
    """One question or statement of the message, its folded words and the topics its words name."""

    text: str
    folded: str
    topics: frozenset[str]

    @property
    def asks(self) -> bool:
        """Whether it names anything that can be computed."""
        return bool(self.topics)


@cache
def _patterns(topic: str, key: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(p) for p in wordlist("cues")[topic].get(key, ()))


def bare(text: str) -> str:
    """Folded words with single spaces and straight apostrophes, without marks at the ends: "¡Hola!" -> "hola"."""
    folded = re.sub(r"[’`´]", "'", fold(text))
    return re.sub(r"\s+", " ", re.sub(r"[¿¡!?.,;:()\"]+", " ", folded)).strip()


def has(topic: str, text: str, key: str = "any") -> bool:
    """Whether `text` (folded by `bare` or `fold`) matches one of the topic's patterns and none of its `not` ones."""
    return any(p.search(text) for p in _patterns(topic, key)) and not any(
        p.search(text) for p in _patterns(topic, "not")
    )


def topics_of(text: str) -> frozenset[str]:
    """The computed topics that `text` names."""
    folded = bare(text)
    found = {topic for topic in TOPICS if has(topic, folded)}
    if "surcharge" in found:
        found.discard("hours")
    if "price" in found:
        found -= {"services"}
    return frozenset(found)


def questions_in(text: str) -> list[Part]:
    """The questions of a message that asks two or three things at once and names no topic of ours; else none."""
    asked = [part for part in parts_of(text) if len(part.folded.split()) >= MOST_MARK_WORDS]
    found = [part for part in asked if not part.topics] if 1 < len(asked) <= MOST_QUESTIONS else []
    return [*found, *_lookups(text)]


def _lookups(text: str) -> list[Part]:
    """What to look up beside a question on how or where the business is reached: pages say "call", not "number"."""
    topics, looked = topics_of(text), wordlist("lookups")
    words = [looked[topic]["es" if _SPANISH.search(bare(text)) else "en"] for topic in sorted(topics & looked.keys())]
    return [Part(told, bare(told), frozenset()) for told in words]


def parts_of(text: str) -> list[Part]:
    """The parts of a message, none empty, at most eight (a longer message is a story: its parts are joined)."""
    pieces = [piece.strip() for piece in _SPLIT.split(text) if piece and re.search(r"\w", piece)]
    if len(pieces) > 8:
        pieces = [*pieces[:7], " ".join(pieces[7:])]
    return [Part(piece, bare(piece), topics_of(piece)) for piece in pieces]
