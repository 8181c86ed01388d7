"""After the answer: acknowledgement, safety text, offer, who comes and when. Fixed words, never generated."""

from firstline.chat.desk import Desk, Turn
from firstline.chat.release import release
from firstline.conversations.facts import Sentence
from firstline.escalation.texts import handover_text, offer_text, safety_text, who_comes_and_when

__all__ = ["say"]


async def say(desk: Desk, turn: Turn) -> None:
    """Says what the verdict calls for. A turn never ends in silence."""
    verdict, reading = turn.verdict, turn.understood
    if verdict.action == "auto_escalate" and not turn.waiting:
        text = handover_text(
            turn.business,
            reading,
            verdict,
            now=turn.at,
            contact=turn.contact,
            someone_online=desk.online(turn.business.id),
        )
        await _notice(desk, turn, text)
    elif (
        verdict.action == "offer_escalation"
        and not turn.waiting
        and not turn.conversation.offer_open
        and "unknown" not in turn.kinds
    ):
        await _notice(desk, turn, offer_text(turn.business, reading, verdict))
    elif turn.waiting and any(h.code in {"emergency", "injury"} for h in verdict.hits):
        await _notice(desk, turn, safety_text(turn.business, reading, turn.at))
    if not turn.draft:
        online = desk.online(turn.business.id)
        if turn.waiting:
            await _notice(desk, turn, who_comes_and_when(turn.business, reading, turn.at, someone_online=online))
        else:
            await _notice(desk, turn, offer_text(turn.business, reading, verdict))
            turn.kinds.append("unknown")


async def _notice(desk: Desk, turn: Turn, text: str) -> None:
    if text.strip() in turn.draft:  # taken up after a crash: it was already said
        return
    await release(desk, turn, Sentence(("\n\n" if turn.draft else "") + text, kind="notice"))
