"""Reads a message: language, entities, then intent, sentiment and flags by rules where they are sure, else by the small model."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from firstline.conversations.facts import Entity, Reading, Said, Sentiment
from firstline.embedding.port import Embedder, Vector
from firstline.tenancy.model import Business
from firstline.understanding.context import asked_before, is_follow_up
from firstline.understanding.cues import cues_in
from firstline.understanding.entities import find_entities
from firstline.understanding.flags import decide_flags
from firstline.understanding.language import detect_language
from firstline.understanding.named_services import find_services
from firstline.understanding.rules import Sure, only_contact, sure_rule
from firstline.understanding.sentences import split_sentences
from firstline.understanding.small_model import Scores, load_model
from firstline.understanding.tables import table
from firstline.understanding.words import fold

__all__ = ["Reader"]

MAX_EMBEDDED = 700  # characters; as in scripts/train_understanding.py
SURE_INTENT = 0.6  # an intent this probable is a request to this business: not off topic
FEW_WORDS = 3  # "water heater" alone is the name of a thing: no danger without a word of danger
OF_DANGER = frozenset({"hazard", "hazard_now", "injury"})
OF_COMPLAINTS = frozenset({"complain", "anger", "complaint_now"})
COMPLAINT_INTENT = 0.6
BORROWED = 0.75  # the most that an intent taken from the turn before is worth
ABOUT_US_OFF_TOPIC = 0.3  # the most that "off topic" is worth where a service, a place or a clear request is named
SENTENCE_MARGIN = 0.08
SURE_SENTENCE = 0.7
WORTH_OF_SENTENCE = 0.9
FROM_SENTENCES = frozenset(
    {"asks_for_person", "complaint", "legal", "injury", "emergency", "fraud", "abuse", "sensitive", "injection"}
)
OF_SERVICES = frozenset({"request_quote", "book_service", "ask_hours", "other"})


class Reader:
    """Built once a process. Thread-safe; pure CPU: call it through a bounded pool from async code."""

    def __init__(self, embedder: Embedder) -> None:
        """Raises ValueError when the bundled weights do not fit the cues (retrain)."""
        self._embedder = embedder
        self._model = load_model()

    def warm(self, business: Business, now: datetime) -> None:
        """Load what is loaded at first use (language model, places of the business's country, phone numbers): half a second."""
        self.read("Can you call me tomorrow at 608-555-0123? I live in Nowhere.", business=business, now=now)

    def read(
        self,
        text: str,
        *,
        business: Business,
        history: Sequence[Said] = (),
        now: datetime,
        language_before: str | None = None,
        vector: Vector | None = None,
    ) -> Reading:
        """What `text` means. `history` is what was said before it; `now` is aware; `vector` is its embedding when known.

        An entity with start == end == 0 was taken from the customer's message before (a follow-up's service).
        """
        allowed = business.guardrails.languages_allowed or (business.language,)
        language = detect_language(text, allowed, language_before, business.language)
        if not text.strip():
            return Reading(language=language)
        entities = find_entities(
            text, language=language, business=business, history=history, now_local=now.astimezone(business.zone)
        )
        sure = sure_rule(text) or only_contact(text, entities)
        if sure is not None:
            return self._by_rule(sure, language, entities)
        cues = cues_in(text)
        reading = _by_model(self._scores(text, cues, vector), cues, language, entities)
        if len(text.split()) <= FEW_WORDS and not cues & OF_DANGER:
            reading = replace(reading, flags=reading.flags - {"emergency", "injury"})
        for sentence, scores in self._sentence_scores(text):
            reading = _with_sentence(reading, scores, cues_in(sentence))
        reading = _no_quote(reading, text)
        return self._in_context(reading, text, cues, history, business)

    def _by_rule(self, sure: Sure, language: str, entities: tuple[Entity, ...]) -> Reading:
        return Reading(
            language=language,
            intent=sure.intent,
            confidence=sure.confidence,
            gap=sure.confidence,
            entities=entities,
            sentiment=Sentiment(sure.sentiment, sure.confidence),
            flags=sure.flags,
            flag_scores=dict.fromkeys(sure.flags, sure.confidence),
            stage="rules",
        )

    def _scores(self, text: str, cues: frozenset[str], vector: Vector | None) -> Scores:
        if vector is None:
            vector = self._embedder.embed([text[:MAX_EMBEDDED]])[0]
        return self._model.score(vector, cues)

    def _sentence_scores(self, text: str) -> list[tuple[str, Scores]]:
        sentences = split_sentences(text[:MAX_EMBEDDED])
        if not sentences:
            return []
        vectors = self._embedder.embed(sentences)
        return [(s, self._model.score(v, cues_in(s))) for s, v in zip(sentences, vectors, strict=True)]

    def _in_context(
        self, reading: Reading, text: str, cues: frozenset[str], history: Sequence[Said], business: Business
    ) -> Reading:
        """A follow-up takes intent and service from the customer's message before it, when that had a clear one."""
        before = asked_before(history)
        if before is None:
            return reading
        is_short = is_follow_up(text, cues, reading.entities)
        if is_short and not reading.flags & {
            "emergency",
            "injury",
            "legal",
            "fraud",
            "abuse",
            "injection",
            "complaint",
        }:
            intent, confidence = self._intent_of(before)
            if intent not in ("other", reading.intent) and confidence >= float(table("context")["weak_below"]):
                worth = round(min(confidence, BORROWED), 4)
                reading = replace(
                    reading,
                    intent=intent,
                    confidence=worth,
                    runner_up=reading.intent,
                    gap=round(max(0.0, 2 * worth - 1), 4),
                )
        if (
            reading.first("service_type") is None
            and reading.intent in OF_SERVICES
            and (is_short or reading.intent != "other")
        ):
            reading = replace(reading, entities=(*reading.entities, *_borrowed(before, business)))
        return reading

    def _intent_of(self, text: str) -> tuple[str, float]:
        sure = sure_rule(text)
        if sure is not None:
            return sure.intent, sure.confidence
        intents = self._scores(text, cues_in(text), None).intents
        best = max(intents, key=lambda name: intents[name])
        return best, intents[best]


def _no_quote(reading: Reading, text: str) -> Reading:
    """Who asks how long a job takes or what its warranty covers asks for no price, though the words are alike.

    Nor has one a bill in dispute who asks whether there is a fee.
    """
    asks, bill = table("rules")["no_quote"], table("rules")["no_bill"]
    folded = fold(text)
    if reading.intent == "billing_issue" and re.search(bill["asks"], folded) and not re.search(bill["own"], folded):
        return replace(reading, intent="other", runner_up="billing_issue")
    if reading.intent != "request_quote" or re.search(asks["price"], folded) or not re.search(asks["asks"], folded):
        return reading
    return replace(reading, intent="other", runner_up="request_quote")


def _borrowed(before: str, business: Business) -> list[Entity]:
    """The service of the message before, marked as taken from there."""
    return [replace(e, start=0, end=0) for e in find_services(before, business)[:1]]


def _with_sentence(reading: Reading, scores: Scores, cues: frozenset[str]) -> Reading:
    """A sentence may add safety flags (a little surer than a whole message must be), and an intent where there is none."""
    flags, sentence_scores = decide_flags({k: max(0.0, p - SENTENCE_MARGIN) for k, p in scores.flags.items()}, cues)
    added = flags & FROM_SENTENCES
    if added - reading.flags:
        both = {**reading.flag_scores, **{f: max(sentence_scores[f], reading.flag_scores.get(f, 0.0)) for f in added}}
        reading = replace(reading, flags=reading.flags | added, flag_scores=both)
    best = max(scores.intents, key=lambda name: scores.intents[name])
    p = scores.intents[best]
    if (
        best != "other"
        and p >= SURE_SENTENCE
        and (reading.intent == "other" or reading.confidence < SURE_INTENT)
        and p > reading.confidence - 0.2
    ):
        gap = round(p - max(v for name, v in scores.intents.items() if name != best), 4)
        runner_up = reading.intent if reading.intent != best else reading.runner_up
        reading = replace(
            reading, intent=best, confidence=round(p * WORTH_OF_SENTENCE, 4), runner_up=runner_up, gap=gap
        )
        reading = replace(reading, flags=reading.flags - {"off_topic"})
    return reading


def _by_model(scores: Scores, cues: frozenset[str], language: str, entities: tuple[Entity, ...]) -> Reading:
    ranked = sorted(scores.intents, key=lambda name: -scores.intents[name])
    best, second = ranked[0], ranked[1]
    p, q = scores.intents[best], scores.intents[second]
    flags, flag_scores = decide_flags(scores.flags, cues)
    near = any(e.kind == "service_type" or (e.kind == "location" and e.value["inside"]) for e in entities)
    about_us = near or (best != "other" and p >= SURE_INTENT)
    if about_us and flag_scores.get("injection", 0) < 0.5:
        flags -= {"off_topic"}
        flag_scores["off_topic"] = min(flag_scores.get("off_topic", 0.0), ABOUT_US_OFF_TOPIC)
    if "injection" in flags and flag_scores["injection"] > p and not cues & OF_COMPLAINTS:
        best, p, flags = (
            "other",
            scores.intents.get("other", q),
            flags - {"complaint"},
        )  # its tone is no complaint of ours
    if best == "complaint" and p >= COMPLAINT_INTENT:
        flags |= {"complaint"}
        flag_scores["complaint"] = round(max(p, flag_scores.get("complaint", 0.0)), 4)
    label = max(scores.sentiments, key=lambda name: scores.sentiments[name])
    return Reading(
        language=language,
        intent=best,
        confidence=round(p, 4),
        runner_up=second,
        gap=round(p - q, 4),
        entities=entities,
        sentiment=Sentiment(label, round(scores.sentiments[label], 4)),
        flags=flags,
        flag_scores=flag_scores,
        stage="model",
    )
