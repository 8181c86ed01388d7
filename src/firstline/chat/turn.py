"""One turn, from a customer's message to what stands on the wire: the story, its steps are in the files beside it.

A turn runs on when its viewer leaves. What was released is stored as it leaves; a turn whose process died is taken up
from there. Every exit lands on a person or on an honest line.
"""

import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from uuid import UUID

from firstline.answering.port import Composer, CouldNotAnswer
from firstline.chat.ahead import ahead
from firstline.chat.concluding import conclude
from firstline.chat.desk import Desk, Turn
from firstline.chat.judging import held_for_judge
from firstline.chat.offers import answer_to_offer
from firstline.chat.release import question_of, release_if_clean
from firstline.chat.saying import say
from firstline.conversations.facts import Hit, Sentence, Verdict
from firstline.escalation.decide import Situation, decide
from firstline.escalation.texts import in_danger
from firstline.ground.log import logger

__all__ = ["read_and_decide", "take_turn", "to_a_person", "weigh"]

log = logger("chat")


async def take_turn(desk: Desk, turn: Turn) -> UUID | None:
    """Reads, answers, decides, says, concludes; returns the turn that waits behind it. Raises Stopped and Superseded."""
    turn.began = turn.began or time.perf_counter()
    try:
        await read_and_decide(desk, turn)
        if turn.verdict.answers:
            await recall(desk, turn)
            async with aclosing(ahead(held_for_judge(desk, turn, compose(desk, turn)))) as batches:
                async for sentences in batches:
                    await release_if_clean(desk, turn, *sentences)
            await disclaim(desk, turn)
            turn.verdict = weigh(turn, draft=turn.draft)
        elif in_danger(turn.verdict):  # what the business itself wrote for such a case
            await recall(desk, turn)
    except CouldNotAnswer as why:
        turn.verdict = to_a_person(turn, why.code)
    await say(desk, turn)
    mark(turn, "whole")
    return await conclude(desk, turn)


async def read_and_decide(desk: Desk, turn: Turn) -> None:
    """What the message means, and what it alone calls for."""
    show(desk, turn, "reading")
    turn.reading, turn.vector = await desk.understand(
        turn.business, turn.text, turn.history, turn.at, turn.conversation.language
    )
    mark(turn, "understood")
    turn.verdict = weigh(turn)
    accepted = answer_to_offer(turn.text) if turn.conversation.offer_open else None
    if accepted == "yes" and turn.verdict.action != "auto_escalate":
        reason = turn.conversation.escalation_state.get("reason") or "customer_accepted_offer"
        turn.verdict = Verdict(answers=False).because(Hit("offer_accepted", "auto_escalate", str(reason)))


async def recall(desk: Desk, turn: Turn) -> None:
    """This business's public passages for the message and its thread."""
    show(desk, turn, "searching")
    turn.passages = await desk.recall(turn.business, turn.text, turn.history, turn.understood, turn.vector)
    turn.receipt.passages = [
        {
            "chunk_id": str(p.chunk_id), "document_id": str(p.document_id), "title": p.title, "section": p.section, "uri": p.source_uri,
            "text": p.text[:600], "scores": {k: round(v, 4) for k, v in p.scores.items()}, "above_floor": p.above_floor,
        }
        for p in turn.passages
    ]  # fmt: skip
    turn.question = None
    mark(turn, "recalled")
    show(desk, turn, "writing")


async def compose(desk: Desk, turn: Turn) -> AsyncIterator[Sentence]:
    """The composer's sentences; when it can say nothing at all, the extractive one finishes the turn."""
    composer: Composer = desk.fallback if turn.waiting else desk.composer
    said = turn.draft  # its sentences may still be on their way out
    try:
        async for sentence in composer.compose(question_of(turn), turn.receipt):
            said += sentence.text
            yield sentence
    except CouldNotAnswer:
        if composer is desk.fallback:
            raise
        log.warning("composer_failed", business_id=str(turn.business.id), conversation_id=str(turn.conversation.id))
        turn.already, turn.question = said, None
        async for sentence in desk.fallback.compose(question_of(turn), turn.receipt):
            yield sentence


async def disclaim(desk: Desk, turn: Turn) -> None:
    """An estimate never stands without its disclaimer when the business requires one."""
    missing = desk.gate.disclaimer(turn.draft, question_of(turn))
    if missing is not None:
        await release_if_clean(desk, turn, missing)


def weigh(turn: Turn, draft: str | None = None) -> Verdict:
    """The escalation's word, before the draft or knowing it: it may add, never unsay."""
    conversation = turn.conversation
    asks = "asks_for_person" in turn.understood.flags
    situation = Situation(
        turn_count=1 + sum(1 for s in turn.history if s.role == "customer"),
        unanswered_in_row=conversation.unanswered_in_row,
        agent_requests=conversation.agent_requests + (1 if asks else 0),
        offered_before=conversation.offer_open,
        declined=turn.declined,
        waiting=turn.waiting,
    )
    return decide(
        business=turn.business,
        reading=turn.understood,
        text=turn.text,
        now=turn.at,
        situation=situation,
        passages=turn.passages,
        draft=draft,
        answered="unknown" not in turn.kinds and bool(draft),
        before=turn.verdict if draft is not None else None,
        receipt=turn.receipt if draft is not None else None,
    )


def to_a_person(turn: Turn, reason: str) -> Verdict:
    """Something of ours failed: the customer gets an honest line, the conversation a reason, and somebody is told."""
    return turn.verdict.because(Hit("could_not_answer", "auto_escalate", reason))


def mark(turn: Turn, step: str) -> None:
    """A timing of the receipt, in milliseconds since the turn began."""
    turn.receipt.timings_ms[step] = round((time.perf_counter() - turn.began) * 1000, 2)


def show(desk: Desk, turn: Turn, state: str) -> None:
    """Tells the viewers what is being done; nothing is stored."""
    desk.live.whisper(
        turn.business.id, turn.conversation.id, {"type": "status", "data": {"state": state}}, everywhere=False
    )
