"""The gate: no sentence reaches a customer before it has passed here. Deterministic, no model, no I/O.

Every amount, percentage, number, date, time, phone, address in a sentence must stand in a passage above the floor, the
profile, the sentence's own support (computed and tool results), or the customer's words (but for money). docs/gate.md
says the rules and what each finding means.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from uuid import UUID

from firstline.answering.checks.evidence import Evidence, gather, of_texts, profile_evidence
from firstline.answering.checks.hours import hours_stand
from firstline.answering.checks.language import foreign_language
from firstline.answering.checks.leaks import find_leaks
from firstline.answering.checks.plain import folded, plain
from firstline.answering.checks.reading import Mentions, read
from firstline.answering.checks.rules import (
    Stop,
    amounts_stand,
    contacts_stand,
    discounts_allowed,
    phrases_stand,
    times_stand,
    vague_money,
)
from firstline.answering.port import Question
from firstline.answering.prompt_text import canary_of, template
from firstline.conversations.facts import Finding, Sentence
from firstline.tenancy.model import Business

__all__ = ["Gate", "needs_disclaimer"]

_SMALL = (
    10  # counts up to it are ordinary speech ("two questions"); with a unit ("2 years") they are claims all the same
)
_REMEMBERED = 64  # turns under way whose evidence is kept
_BEFORE = 60  # characters of what was said before that a figure may begin in


class Gate:
    """Keeps the evidence of businesses and of turns under way; nothing that another process could not rebuild."""

    def __init__(self) -> None:
        self._profiles: dict[UUID, tuple[Business, Evidence]] = {}
        self._turns: dict[int, tuple[Question, Evidence]] = {}

    def check(self, sentence: Sentence, question: Question, said: str = "") -> tuple[Finding, ...]:
        """Why `sentence` may not be released; () when it may. `said` is what this turn has released before it."""
        stops = self._stops(sentence, question, said)
        return tuple(Finding(rule, words, sentence.text.strip()) for rule, words in dict.fromkeys(stops))

    def _stops(self, sentence: Sentence, question: Question, said: str) -> Iterator[Stop]:
        business = question.business
        claim = read(sentence.text, business.country, _SMALL)
        evidence = self._evidence(question, sentence)
        yield from amounts_stand(claim, business, evidence)
        yield from self._straddling(claim, question, evidence, said)
        yield from discounts_allowed(claim, business)
        yield from times_stand(claim, evidence)
        if not sentence.support:  # computed hours carry their own
            yield from hours_stand(claim, business, evidence)
        yield from contacts_stand(claim, business, evidence)
        yield from phrases_stand(claim, business, evidence)
        if (words := vague_money(claim.text)) and not any(words in text for text in evidence.texts):
            yield "amount_unsupported", words
        if language := foreign_language(claim.text, business.guardrails.languages_allowed):
            yield "language_not_allowed", language
        for words in find_leaks(plain(sentence.text), canary_of(business.id), template()):
            yield "prompt_leak", words

    def _straddling(self, claim: Mentions, question: Question, evidence: Evidence, said: str) -> Iterator[Stop]:
        """Amounts that begin in what was said and end here: "the price is" / "1500"."""
        before = said[-_BEFORE:]
        if not before.strip() or not any(c.isdigit() for c in claim.text[:_BEFORE]):
            return
        both = read(before + claim.text, question.business.country, _SMALL)
        shift = len(both.text) - len(claim.text)
        late = tuple(m for m in both.of("amount") if m.end > shift)
        seen = {(m.kind, m.values) for m in claim.all}
        fresh = Mentions(both.text, tuple(m for m in late if (m.kind, m.values) not in seen))
        yield from amounts_stand(fresh, question.business, evidence)

    def _evidence(self, question: Question, sentence: Sentence) -> Evidence:
        kept = self._turns.get(id(question))
        if kept is None or kept[0] is not question:
            while len(self._turns) >= _REMEMBERED:
                self._turns.pop(next(iter(self._turns)))
            kept = self._turns[id(question)] = (question, gather(question, self._profile(question.business)))
        texts = [*sentence.support, *(t for p in sentence.passages if p.above_floor for t in (p.text, p.answer) if t)]
        return kept[1].joined([of_texts(texts, question.business.country)]) if texts else kept[1]

    def _profile(self, business: Business) -> Evidence:
        kept = self._profiles.get(business.id)
        if kept is None or kept[0] is not business:
            while len(self._profiles) >= _REMEMBERED * 4:
                self._profiles.pop(next(iter(self._profiles)))
            kept = self._profiles[business.id] = (business, profile_evidence(business))
        return kept[1]


@lru_cache(maxsize=8)
def _disclaimer(language: str) -> tuple[str, re.Pattern[str]]:
    table = tomllib.loads(files("firstline.answering").joinpath(f"data/disclaimers.{language}.toml").read_text("utf-8"))
    return table["text"], re.compile("|".join(table["said_by"]))


def _holds_estimate(claim: Mentions, question: Question) -> bool:
    """Whether an amount is a price: a range, a price of the list, or any amount when a price was asked for.

    "$2,000,000 in liability insurance" and "a $45 late cancellation fee" are no estimates.
    """
    money = [m for m in claim.of("amount") if m.currency is not None]
    listed = {p for s in question.business.services for p in (s.price_low, s.price_high) if p is not None}
    priced = question.reading.intent == "request_quote"
    return any(priced or len(m.values) > 1 or listed & set(m.values) for m in money)


def needs_disclaimer(draft_text: str, question: Question) -> Sentence | None:
    """The estimate disclaimer, when an amount was said, the business wants one, and none was said yet."""
    business = question.business
    if not business.guardrails.require_disclaimer_on_estimates:
        return None
    bare = folded(plain(draft_text))
    if not _holds_estimate(read(draft_text, business.country, _SMALL), question):
        return None
    if any(_disclaimer(language)[1].search(bare) for language in ("en", "es")):
        return None
    language = question.reading.language if question.reading.language in ("en", "es") else "en"
    return Sentence(f" {_disclaimer(language)[0]}", kind="disclaimer")
