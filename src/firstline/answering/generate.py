"""The LLM composer: a model writes, sentence by sentence; when it fails in mid-turn the fallback finishes without repeating."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from time import monotonic
from typing import Any

from rapidfuzz import fuzz

from firstline.answering.checks.plain import folded
from firstline.answering.checks.reading import read
from firstline.answering.port import Composer, Question
from firstline.answering.prompt import build_prompt
from firstline.answering.sentences import SentenceSplitter, split_sentences
from firstline.answering.tail import TailFilter, uncited
from firstline.conversations.facts import Receipt, Sentence
from firstline.llm.errors import LLMError
from firstline.llm.model import LLM, Stream

__all__ = ["LLMComposer", "repeats"]

COMPUTED = 0.95  # the confidence of what follows from the profile, as the extractive composer's
_SAME = 88  # rapidfuzz token_set_ratio from which two sentences say the same; below it, other services get swallowed


class LLMComposer:
    """Writes through `llm`; `fallback` (the extractive composer) answers when that fails, before or in the middle."""

    name = "llm"

    def __init__(self, llm: LLM, fallback: Composer) -> None:
        self._llm = llm
        self._fallback = fallback

    async def compose(self, question: Question, receipt: Receipt) -> AsyncIterator[Sentence]:
        """The sentences as they become whole. The gate stands behind; the model's last line fills `receipt`."""
        computed = getattr(self._fallback, "certain", None)
        if computed is not None and (sure := await asyncio.to_thread(computed, question)) is not None:
            receipt.composer, receipt.confidence = self._fallback.name, COMPUTED
            for sentence in sure:
                yield sentence
            return
        receipt.composer = self.name
        receipt.passages = _numbered(question, receipt.passages)
        said = question.already
        writing = _Writing(self._llm, question, receipt)
        try:
            async for sentence in writing.sentences():
                if repeats(sentence.text, question.already):
                    continue
                said += sentence.text
                yield sentence
        except LLMError as error:
            receipt.rules.append({"rule": "llm_failed", "code": error.code, "after_characters": len(said)})
        else:
            if said.strip():
                return
            receipt.rules.append({"rule": "llm_failed", "code": "llm_silent", "after_characters": 0})
        finally:
            await writing.aclose()
        receipt.composer = f"{self.name}+{self._fallback.name}" if said else self._fallback.name
        async for sentence in self._finished(question, receipt, said):
            yield sentence

    async def _finished(self, question: Question, receipt: Receipt, said: str) -> AsyncIterator[Sentence]:
        """What the fallback adds to `said`; "I don't know" is left out after an answer has begun."""
        composer = receipt.composer
        async for sentence in self._fallback.compose(replace(question, already=said), receipt):
            receipt.composer = composer
            begun = bool(said.strip())
            if begun and (sentence.kind in ("unknown", "smalltalk") or repeats(sentence.text, said)):
                continue
            spaced = (
                sentence if not begun or sentence.text[:1].isspace() else replace(sentence, text=f" {sentence.text}")
            )
            said += spaced.text
            yield spaced
        receipt.composer = composer


class _Writing:
    """One call: tokens in, sentences out; citations and tail taken off; the receipt filled."""

    def __init__(self, llm: LLM, question: Question, receipt: Receipt) -> None:
        self._question = question
        self._receipt = receipt
        self._prompt = build_prompt(question)
        self._stream: Stream = llm.stream(self._prompt, "answer")
        self._heard: list[str] = []
        self._began = monotonic()
        receipt.raw_request = self._prompt.as_record()

    async def sentences(self) -> AsyncIterator[Sentence]:
        """Whole sentences only: what a broken stream leaves half said is dropped."""
        tail, splitter = TailFilter(), SentenceSplitter()
        try:
            async for token in self._stream:
                if not self._heard:
                    self._receipt.timings_ms["llm_first_token"] = round((monotonic() - self._began) * 1000, 2)
                self._heard.append(token)
                for piece in splitter.feed(tail.feed(token)):
                    if sentence := self._sentence(piece):
                        yield sentence
            for piece in (*splitter.feed(tail.flush()), *splitter.flush()):
                if sentence := self._sentence(piece):
                    yield sentence
        finally:
            self._account(tail)

    def _sentence(self, piece: str) -> Sentence | None:
        text, passages = uncited(piece.rstrip(), self._question.passages)
        if not any(c.isalnum() for c in text):
            return None
        amounts = read(text, self._question.business.country).of("amount")
        return Sentence(text, kind="estimate" if amounts else "answer", passages=passages)

    def _account(self, tail: TailFilter) -> None:
        receipt, usage = self._receipt, self._stream.usage
        receipt.raw_response = {"text": "".join(self._heard)}
        told = tail.tail()
        receipt.confidence, receipt.risk = told.confidence, told.risk
        if told.handoff:
            receipt.tools.append({"name": "request_handoff", "by": "model"})
        receipt.timings_ms["llm"] = round((monotonic() - self._began) * 1000, 2)
        if usage is not None:
            receipt.model, receipt.cost = usage.model, usage.cost
            receipt.tokens = {"input": usage.input_tokens, "output": usage.output_tokens}

    async def aclose(self) -> None:
        """Ends the call when the turn was left."""
        await self._stream.aclose()


def repeats(text: str, said: str) -> bool:
    """Whether `text` was said already: in these words, or nearly so, or with nothing but figures already given."""
    bare = folded(text)
    if not said.strip() or not bare:
        return False
    if bare in folded(said):
        return True
    if any(
        fuzz.token_set_ratio(bare, folded(piece)) >= _SAME
        for piece in split_sentences(said)
        if len(piece) > len(text) / 2
    ):
        return True
    claimed = {(m.kind, v) for m in read(text).all if m.kind in ("amount", "time", "phone") for v in m.values}
    known = {(m.kind, v) for m in read(said).all for v in m.values}
    return bool(claimed) and claimed <= known


def _numbered(question: Question, kept: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The turn's own entries with the numbers the model cites; made here only when nobody has recorded them."""
    by_chunk = {str(entry.get("chunk_id")): entry for entry in kept}
    return [_as_receipt(question, n) | by_chunk.get(str(p.chunk_id), {}) for n, p in enumerate(question.passages)]


def _as_receipt(question: Question, index: int) -> dict[str, Any]:
    passage = question.passages[index]
    return {
        "number": index + 1,
        "chunk_id": str(passage.chunk_id),
        "document_id": str(passage.document_id),
        "title": passage.title,
        "section": passage.section,
        "uri": passage.source_uri,
        "above_floor": passage.above_floor,
        "scores": dict(passage.scores),
    }
