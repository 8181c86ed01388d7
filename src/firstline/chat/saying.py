"""After the answer: acknowledgement, safety text, offer, who comes and when. Fixed words, never generated."""

from collections.abc import Iterator

from firstline.answering.advice import emergency_advice
from firstline.chat.desk import Desk, Turn
from firstline.chat.release import FIXED, question_of, release, release_if_clean
from firstline.conversations.facts import Sentence
from firstline.escalation.texts import handover_parts, in_danger, offer_text, safety_text, who_comes_and_when

__all__ = ["closing_words", "say"]

DANGER = frozenset({"emergency", "injury"})


async def say(desk: Desk, turn: Turn) -> None:
    """Says what the verdict calls for. A turn never ends in silence."""
    for sentence in closing_words(turn, someone_online=desk.online(turn.business.id)):
        if sentence.text.strip() in turn.draft:  # taken up after a crash: it was already said
            continue
        if sentence.kind in FIXED:
            await release(desk, turn, sentence)
        else:
            await release_if_clean(desk, turn, sentence)


def closing_words(turn: Turn, *, someone_online: bool) -> Iterator[Sentence]:
    """What is still to be said, as it stands when each sentence is asked for: the draft grows in between."""
    verdict, reading, business = turn.verdict, turn.understood, turn.business
    offers = verdict.action == "offer_escalation" and not turn.conversation.offer_open
    if turn.waiting:
        if any(h.code in DANGER for h in verdict.hits):
            yield _notice(turn, safety_text(business, reading, turn.at))
        if not turn.draft:
            yield _notice(turn, who_comes_and_when(business, reading, turn.at, someone_online=someone_online))
    elif verdict.action == "auto_escalate":
        yield from _handover(turn, someone_online=someone_online)
    elif offers and "unknown" not in turn.kinds:
        yield _notice(turn, offer_text(business, reading, verdict, turn.contact))
    elif not turn.draft:
        yield _notice(turn, offer_text(business, reading, verdict, turn.contact))
        turn.kinds.append("unknown")


def _handover(turn: Turn, *, someone_online: bool) -> Iterator[Sentence]:
    """Heard and safe, what the business wrote for such a case, who comes and when."""
    first, rest = handover_parts(
        turn.business, turn.understood, turn.verdict, now=turn.at, contact=turn.contact, someone_online=someone_online
    )
    if not in_danger(turn.verdict):
        yield _notice(turn, f"{first} {rest}")
        return
    yield _notice(turn, first)
    for place, sentence in enumerate(emergency_advice(question_of(turn))):
        text = sentence.text.strip()
        yield Sentence(f"\n\n{text}" if place == 0 else f" {text}", sentence.kind, sentence.passages)
    yield _notice(turn, rest)


def _notice(turn: Turn, text: str) -> Sentence:
    return Sentence(("\n\n" if turn.draft else "") + text, kind="notice")
