"""What the business itself wrote on what to do in an emergency, as written; nothing is ever composed here."""

from firstline.answering.computed.voice import Voice
from firstline.answering.phrases import wordlist
from firstline.answering.port import Question
from firstline.answering.quoting import faq_match, likeness, quote_faq, weights
from firstline.conversations.facts import Passage, Sentence
from firstline.kit.money import find_amounts
from firstline.knowledge.wording import fold

__all__ = ["emergency_advice"]


def emergency_advice(question: Question) -> list[Sentence]:
    """The FAQ row in the customer's language that asks what to do in just this case; empty when there is none.

    A row that names an amount is on what an emergency costs, not on what to do.
    """
    voice = Voice(question.business, question.reading.language)
    rows = [p for p in question.passages if p.answer and p.language == voice.language and not find_amounts(p.answer)]
    row = faq_match(question, question.text, voice)
    if row is None or row not in rows:
        row = _marked(question, rows, voice)
    return quote_faq(question, row, voice, priced=False) if row is not None else []


def _marked(question: Question, rows: list[Passage], voice: Voice) -> Passage | None:
    """The best row that the business tagged as one for emergencies, when it is somewhat near to the message."""
    tags, limits = set(wordlist("quoting")["emergency_tags"]), weights()
    for row in rows:
        near = row.scores.get("dense", 0.0) >= limits["emergency_dense"]
        shared = likeness(question.text, row.question or "", voice.language) > 0
        if row.above_floor and near and shared and tags & {fold(tag) for tag in row.tags}:
            return row
    return None
