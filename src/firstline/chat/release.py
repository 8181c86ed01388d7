"""A sentence leaves only through here: checked by the gate, then written, numbered and shown in one statement."""

from firstline.answering.port import Question
from firstline.chat import queries
from firstline.chat.desk import Desk, Stopped, Superseded, Turn
from firstline.conversations.facts import Sentence
from firstline.ground.events import Event
from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id

__all__ = ["question_of", "release", "release_if_clean"]

FIXED = frozenset({"notice", "disclaimer"})  # the house's own reviewed words


def question_of(turn: Turn) -> Question:
    """The turn as composers and the gate see it."""
    if turn.question is not None:
        return turn.question
    turn.question = Question(
        business=turn.business,
        text=turn.text,
        reading=turn.understood,
        now=turn.at,
        passages=turn.passages,
        history=turn.history,
        verdict=turn.verdict,
        contact=turn.contact,
        already=turn.already,
        waiting=turn.waiting,
        offered=turn.conversation.offer_open,
        asked_contact=turn.conversation.asked_contact,
    )
    return turn.question


async def release_if_clean(desk: Desk, turn: Turn, *sentences: Sentence) -> bool:
    """Releases, in one statement, those sentences that pass the gate; what does not is dropped and stands in the receipt."""
    clean: list[Sentence] = []
    said = turn.draft
    for sentence in sentences:
        findings = () if sentence.kind in FIXED else desk.gate.check(sentence, question_of(turn), said)
        if findings:
            turn.receipt.gate += [{"rule": f.rule, "words": f.words, "sentence": f.sentence} for f in findings]
            continue
        clean.append(sentence)
        said = _joined(said, sentence.text)
    await release(desk, turn, *clean)
    return bool(clean)


async def release(desk: Desk, turn: Turn, *sentences: Sentence) -> None:
    """Puts sentences on the wire at once. Raises Stopped or Superseded when the turn may not write any more."""
    whole = turn.draft
    for sentence in sentences:
        whole = _joined(whole, sentence.text)
    text = whole[len(turn.draft) :]
    if not text:
        return
    at = len(turn.draft.encode("utf-16-le")) // 2  # offsets count as JavaScript does
    turn.reply_id = turn.reply_id or new_id()
    async with desk.door.transaction(turn.business.id) as tx:
        row = await queries.release(
            tx,
            turn_id=turn.id,
            conversation_id=turn.conversation.id,
            attempts=turn.attempts,
            revision=turn.revision,
            reply_id=turn.reply_id,
            text=text,
            at=at,
            language=turn.understood.language,
            lease_s=desk.settings.lease_seconds,
        )
        if row is None:
            await _why(tx, turn)
        data = {"message_id": str(turn.reply_id), "at": at, "text": text, "sequence": row["sequence"]}
        event = Event(turn.conversation.id, row["seq"], "delta", data)
        business_id, conversation_id = turn.business.id, turn.conversation.id
        tx.after_commit(lambda: desk.live.publish(business_id, conversation_id, [event]))
    turn.draft = whole
    turn.released += 1
    for sentence in sentences:
        turn.kinds.append(sentence.kind)
        turn.sources += [p for p in sentence.passages if p not in turn.sources]


def _joined(said: str, text: str) -> str:
    """`said` with the next sentence, one space between where neither has any."""
    if not said:
        return text.lstrip()
    apart = " " if text and not text[0].isspace() and not said[-1].isspace() else ""
    return said + apart + text


async def _why(tx: Tx, turn: Turn) -> None:
    row = await queries.turn(tx, turn.id)
    if (
        row is not None
        and row["state"] == "open"
        and row["attempts"] == turn.attempts
        and row["revision"] != turn.revision
    ):
        raise Superseded
    raise Stopped
