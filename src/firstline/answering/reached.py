"""How the business is reached when its profile does not say: the very sentence of its pages that tells it.

Only a passage above the floor is quoted, and only a sentence that holds what is asked for: a number, an address.
"""

import re

from firstline.answering.checks.reading import read
from firstline.answering.port import Question
from firstline.answering.quoting import tidy
from firstline.conversations.facts import Sentence
from firstline.knowledge.wording import sentences

__all__ = ["reached_by"]

_MAIL = re.compile(r"\b(?:e-?mail|correo|write|escrib\w+)\b")
_PHONE = re.compile(r"\b(?:phone|call|number|telephone|text|telefono|llamar\w*|numero)\b")


def reached_by(question: Question, folded: str, topics: frozenset[str], language: str) -> list[Sentence]:
    """The first sentence with what the profile lacks and `folded` asks for; empty when there is none."""
    kinds = _lacking(question, folded, topics)
    for passage in question.passages:
        if not kinds or not passage.above_floor or passage.language != language:
            continue
        for text in sentences(passage.answer or passage.text):
            if any(mention.kind in kinds for mention in read(text, question.business.country).all):
                return [Sentence(tidy(text), "answer", (passage,))]
    return []


def _lacking(question: Question, folded: str, topics: frozenset[str]) -> set[str]:
    business, kinds = question.business, set()
    if "address" in topics and not business.address.get("street"):
        kinds.add("address")
    if "contact" in topics:
        asked = {"phone"} if _PHONE.search(folded) else {"email"} if _MAIL.search(folded) else {"phone", "email"}
        have = {kind for kind, value in (("phone", business.phone), ("email", business.email)) if value}
        kinds |= asked if not asked & have else set()
    return kinds
