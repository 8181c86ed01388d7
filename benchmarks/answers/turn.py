"""The turn in this process: read, decide, recall, compose, gate, decide again. Nothing stored, nothing sent."""

import contextlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from world import load_business, load_index

from firstline.answering.extract import ExtractiveComposer
from firstline.answering.port import Contact, Question
from firstline.conversations.facts import Passage, Reading, Receipt, Said, Verdict
from firstline.embedding.bundled import BundledEmbedder
from firstline.escalation.decide import Situation, decide
from firstline.escalation.texts import handover_text, offer_text
from firstline.knowledge.query import search_text
from firstline.knowledge.retrieve import best_sentences
from firstline.knowledge.tongue import language_of


@dataclass
class Outcome:
    """What one turn came to."""

    text: str
    escalation: str = "none"
    unknown: bool = False
    language: str = "en"
    note: str = ""
    kinds: list[str] = field(default_factory=list)


def _gate() -> Any:
    with contextlib.suppress(ImportError):
        from firstline.answering.gate import Gate

        return Gate()
    return None


def _reader(embedder: BundledEmbedder) -> Any:
    with contextlib.suppress(ImportError):
        from firstline.understanding.reading import Reader

        return Reader(embedder)
    return None


class Rehearsal:
    """One example business with everything a turn needs, in memory."""

    def __init__(self, slug: str) -> None:
        self.business = load_business(slug)
        self.embedder = BundledEmbedder()
        self.index = load_index(slug, self.embedder)
        self.corpus = "\n".join(f"{c.chunk.question or ''}\n{c.chunk.text}" for c in self.index.chunks)
        self.reader, self.gate = _reader(self.embedder), _gate()

    def read(self, text: str, history: tuple[Said, ...], now: datetime) -> Reading:
        if self.reader is None:
            return Reading(language=language_of(text, fallback="en"))
        reading: Reading = self.reader.read(text, business=self.business, history=history, now=now)
        return reading

    async def ask(self, text: str, earlier: list[Any], now: datetime) -> Outcome:
        """The last of several messages; the earlier ones are really answered first."""
        history: tuple[Said, ...] = ()
        asked_contact = offered = False
        for said in earlier:
            message = said["text"] if isinstance(said, dict) else said
            if isinstance(said, dict) and said.get("role", "customer") != "customer":
                continue
            outcome = await self._turn(message, history, now, asked_contact, offered)
            history = (*history, Said("customer", message), Said("ai", outcome.text))
            asked_contact = "contact_request" in outcome.kinds or "invitation" in outcome.kinds
            offered = outcome.escalation == "offered"
        return await self._turn(text, history, now, asked_contact, offered)

    async def _turn(self, text: str, history: tuple[Said, ...], now: datetime, asked: bool, offered: bool) -> Outcome:
        reading = self.read(text, history, now)
        query = search_text(text, history, reading.language)
        vector = self.embedder.embed([query])[0]
        passages = tuple(self.index.search(query, vector, reading.language, 6))

        def select(question: Question) -> list[tuple[Passage, str, float]]:
            return best_sentences(
                self.embedder, vector, query, reading.language, question.passages, 6, index=self.index
            )

        verdict = self._decide(reading, text, now, offered, passages, None, None, True)
        question = Question(
            business=self.business, text=text, reading=reading, now=now, passages=passages, history=history,
            verdict=verdict, contact=Contact(), offered=offered, asked_contact=asked,
        )  # fmt: skip
        released, kinds, stopped = "", [], []
        receipt = Receipt()
        if verdict.answers:
            async for sentence in ExtractiveComposer(select).compose(question, receipt):
                findings = self.gate.check(sentence, question, released) if self.gate else ()
                if findings:
                    stopped += [f"{f.rule}:{f.words}" for f in findings]
                    continue
                released += sentence.text
                kinds.append(sentence.kind)
        unknown = "unknown" in kinds or (verdict.answers and not released)
        after = self._decide(reading, text, now, offered, passages, released, verdict, not unknown)
        escalation = {"offer_escalation": "offered", "auto_escalate": "forced"}.get(after.action, "none")
        if unknown and escalation == "none":
            escalation = "offered"
        tail = ""
        if escalation == "forced" or (escalation == "offered" and "unknown" not in kinds):
            tail = self._tail(after, reading, now)
        top = passages[0] if passages else None
        note = (
            f"{reading.intent} {reading.confidence:.2f} {sorted(reading.flags)} {[(e.kind, e.value) for e in reading.entities]} "
            f"-> {escalation} {after.reason or ''} {kinds} {('stopped', stopped) if stopped else ''} "
            f"top {(top.question or top.text[:60]) if top else None!r} {({k: round(v, 2) for k, v in top.scores.items()}) if top else ''}"
        )
        return Outcome((released + tail).strip(), escalation, unknown, reading.language, note, kinds)

    def _decide(
        self, reading: Reading, text: str, now: datetime, offered: bool, passages: tuple[Passage, ...],
        draft: str | None, before: Verdict | None, answered: bool,
    ) -> Verdict:  # fmt: skip
        return decide(
            business=self.business, reading=reading, text=text, now=now, situation=Situation(),
            passages=passages, draft=draft, answered=answered, before=before,
        )  # fmt: skip

    def _tail(self, verdict: Verdict, reading: Reading, now: datetime) -> str:
        """What the turn says after the answer: the hand-over or the offer."""
        if verdict.action == "auto_escalate":
            return " " + handover_text(
                self.business, reading, verdict, now=now, contact=Contact(), someone_online=False
            )
        return " " + offer_text(self.business, reading, verdict)


__all__ = ["Outcome", "Rehearsal"]
