"""The conservative profile: the whole draft is held for the judge before anything of it is shown."""

from collections.abc import AsyncIterator

from firstline.answering.port import CouldNotAnswer
from firstline.chat.desk import Desk, Turn
from firstline.chat.release import question_of
from firstline.conversations.facts import Sentence

__all__ = ["held_for_judge"]


async def held_for_judge(desk: Desk, turn: Turn, sentences: AsyncIterator[Sentence]) -> AsyncIterator[Sentence]:
    """Streams in `balanced` and `open`; in `conservative` collects, lets the judge see it, then streams.

    Without a judge (no LLM is set) the draft is still held until it is whole, and checked by the gate alone. A judge
    that says no, or fails, hands over: raises CouldNotAnswer.
    """
    if turn.business.chat_config.guardrails_profile != "conservative":
        async for sentence in sentences:
            yield sentence
        return
    held: list[Sentence] = []
    said = turn.draft
    for_gate = question_of(turn)
    async for sentence in sentences:
        if sentence.kind in {"notice", "disclaimer"} or not desk.gate.check(sentence, for_gate, said):
            said += sentence.text
        held.append(sentence)
    if desk.judge is not None and held:
        draft, generated = "".join(s.text for s in held), turn.receipt.composer.startswith("llm")
        opinion = await desk.judge(for_gate, draft, generated)
        turn.receipt.judge = opinion
        if opinion.get("verdict") == "hand_off":
            raise CouldNotAnswer("judge_held", str(opinion.get("policy", "")))
        if opinion.get("verdict") == "redact":
            held = [s for s in held if s.text.strip() in str(opinion.get("text", ""))]
    for sentence in held:
        yield sentence
