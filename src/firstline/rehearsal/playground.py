"""The very same turn, in memory: understand, decide, recall, compose, gate, decide again; nothing stored, nothing sent."""

import time
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from firstline.answering.port import Contact, CouldNotAnswer
from firstline.chat.desk import Desk, Turn
from firstline.chat.judging import held_for_judge
from firstline.chat.release import FIXED, question_of
from firstline.chat.saying import closing_words
from firstline.chat.turn import compose, mark, read_and_decide, recall, to_a_person, weigh
from firstline.conversations.closing import CALM
from firstline.conversations.facts import Reading, Said, Sentence, Verdict
from firstline.conversations.model import Conversation, Message
from firstline.escalation.texts import in_danger
from firstline.ground.live import Live
from firstline.kit.ids import new_id
from firstline.tenancy.model import Business

__all__ = ["Rehearsed", "rehearse"]


@dataclass(slots=True)
class Rehearsed:
    """What the turn came to. `sentences`: {"text", "kind"} of what would have been said; the gate's drops are in the receipt."""

    text: str
    sentences: list[dict[str, Any]]
    reading: Reading
    verdict: Verdict
    status: str
    receipt: dict[str, Any] = field(default_factory=dict)


def _conversation(business_id: UUID, history: tuple[Said, ...], at: datetime) -> Conversation:
    """A conversation that no table has."""
    return Conversation(
        business_id=business_id, id=new_id(), status="active", customer_id=None, visitor_session_id=None, channel="web", topic=None,
        language=None, metadata={}, escalation_state=dict(CALM), human_agent_id=None, resolution_summary=None, resolution_outcome=None,
        csat_score=None, csat_comment=None, priority="normal", message_seq=len(history) + 1, event_seq=0, since_seq=0,
        unanswered_in_row=0, agent_requests=0, asked_contact=False, offer_open=False, waiting_told=False, last_text="",
        last_message_at=at, waiting_since=None, created_at=at, updated_at=at, closed_at=None,
    )  # fmt: skip


def _turn(business: Business, said: tuple[Said, ...], contact: Contact, at: datetime) -> Turn:
    """The trailing customer messages are the bubbles of one turn; what stands before them is history."""
    first = len(said) - 1
    while first > 0 and said[first - 1].role == "customer":
        first -= 1
    history, bubbles = said[:first], said[first:]
    conversation = _conversation(business.id, said, at)
    rows = tuple(
        Message(business.id, new_id(), conversation.id, None, "customer", None, None, first + i + 1, b.text, at)
        for i, b in enumerate(bubbles)
    )
    turn = Turn(new_id(), business, conversation, rows, history, at, contact=contact)
    turn.began = time.perf_counter()
    return turn


def _silent(desk: Desk) -> Desk:
    """The same desk, whose whispers nobody hears."""
    return replace(desk, live=Live(None), running={})


async def rehearse(
    desk: Desk,
    business: Business,
    said: tuple[Said, ...],
    *,
    at: datetime,
    contact: Contact | None = None,
    asked_contact: bool = False,
    offer_open: bool = False,
) -> Rehearsed:
    """Answers the last message of `said`, the customer's; `asked_contact` and `offer_open` as the reply before left them."""
    desk, turn = _silent(desk), _turn(business, said, contact or Contact(), at)
    turn.conversation = replace(turn.conversation, asked_contact=asked_contact, offer_open=offer_open)
    out: list[Sentence] = []
    try:
        await read_and_decide(desk, turn)
        if turn.verdict.answers:
            await recall(desk, turn)
            async for sentence in held_for_judge(desk, turn, compose(desk, turn)):
                _keep(desk, turn, sentence, out)
            missing = desk.gate.disclaimer(turn.draft, question_of(turn))
            if missing is not None:
                _keep(desk, turn, missing, out)
            turn.verdict = weigh(turn, draft=turn.draft)
        elif in_danger(turn.verdict):
            await recall(desk, turn)
    except CouldNotAnswer as why:
        turn.verdict = to_a_person(turn, why.code)
    for sentence in closing_words(turn, someone_online=False):
        _keep(desk, turn, sentence, out)
    mark(turn, "whole")
    receipt = asdict(turn.receipt)
    receipt["rules"] = [asdict(hit) for hit in turn.verdict.hits]
    return Rehearsed(
        text=turn.draft,
        sentences=[{"text": s.text.strip(), "kind": s.kind} for s in out],
        reading=turn.understood,
        verdict=turn.verdict,
        status="waiting_human" if turn.verdict.action == "auto_escalate" else "active",
        receipt=receipt,
    )


def _keep(desk: Desk, turn: Turn, sentence: Sentence, out: list[Sentence]) -> None:
    """As chat.release, without a wire."""
    if sentence.kind not in FIXED:
        findings = desk.gate.check(sentence, question_of(turn), turn.draft)
        if findings:
            turn.receipt.gate += [{"rule": f.rule, "words": f.words, "sentence": f.sentence} for f in findings]
            return
    text = sentence.text if turn.draft else sentence.text.lstrip()
    if turn.draft and text and not text[0].isspace() and not turn.draft[-1].isspace():
        text = f" {text}"
    turn.draft += text
    turn.released += 1
    turn.kinds.append(sentence.kind)
    out.append(sentence)
