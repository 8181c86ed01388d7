"""Pairs out of a conversation without a language model: the person's own answer, under the customer's question before it."""

import asyncio
from collections.abc import Sequence

from firstline.embedding.pool import EmbeddingPool
from firstline.knowledge.impersonal import begins, drafting, is_one_off, says, says_personal, without_greeting
from firstline.knowledge.resolved import Pair, Resolved
from firstline.knowledge.wording import sentences
from firstline.tenancy.model import Business

__all__ = ["answer_of", "extracted", "questions_of", "stands"]


async def extracted(resolved: Resolved, business: Business, pool: EmbeddingPool) -> list[Pair]:
    """At most data/drafting.toml's most_pairs. Of several questions before an answer, the nearest in meaning is taken."""
    out: list[Pair] = []
    for asked, answered in await asyncio.to_thread(_exchanges, resolved, business):
        if len(asked) > 1:
            vectors = await pool.embed([*asked, answered])
            asked = [asked[int((vectors[:-1] @ vectors[-1]).argmax())]]  # noqa: PLW2901 - the nearest is the one
        out.append(Pair(asked[0], answered))
    return out[: drafting()["most_pairs"]]


def _exchanges(resolved: Resolved, business: Business) -> list[tuple[list[str], str]]:
    """(questions, answer): what the customer asked since the last answer of a person, and what a person then wrote in a row."""
    out: list[tuple[list[str], str]] = []
    asked: list[str] = []
    answered: list[str] = []

    def finish() -> None:
        nonlocal asked, answered
        if answered:
            questions = questions_of(asked, business, resolved.names)
            answer = answer_of("\n".join(answered), business, resolved.names)
            if questions and answer:
                out.append((questions, answer))
            asked, answered = [], []

    for turn in resolved.turns:
        if turn.who == "customer":
            finish()
            asked.append(turn.text)
        elif turn.who == "person":
            answered.append(turn.text)
    finish()
    return out


def questions_of(texts: Sequence[str], business: Business, names: Sequence[str]) -> list[str]:
    """General questions among what the customer wrote, cleaned; the last ones first."""
    rules, out = drafting(), list[str]()
    for text in texts:
        for sentence in sentences(text):
            said = without_greeting(sentence, names)
            looks = said.endswith("?") or says("question", "words", said) or says("question", "asking", said)
            if (
                not looks
                or says("question", "theirs", said)
                or is_one_off(said)
                or says_personal(said, business, names)
            ):
                continue
            if len(said.split()) >= rules["least_question_words"] and len(said) <= rules["most_question"]:
                out.append(said if said.endswith("?") else said.rstrip(".!,; ") + "?")
    return list(dict.fromkeys(reversed(out)))


def answer_of(text: str, business: Business, names: Sequence[str]) -> str:
    """What of a person's words holds for everybody and stands by itself; '' when that is too little."""
    kept: list[str] = []
    for sentence in sentences(text):
        said = without_greeting(sentence, names)
        if not said or said.endswith("?") or says_greeting(said):
            continue
        if is_one_off(said) or says_personal(said, business, names):
            continue
        kept.append(said)
    answer = " ".join(kept)
    return answer if stands(answer) else ""


def says_greeting(sentence: str) -> bool:
    """A sentence of courtesy only, by how it begins."""
    return begins("greetings", "sentence", sentence)


def stands(answer: str) -> bool:
    """Long enough to say something, short enough for one answer."""
    return bool(len(answer.split()) >= drafting()["least_answer_words"] and len(answer) <= drafting()["most_answer"])
