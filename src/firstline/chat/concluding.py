"""The second transaction of a turn: look at the world again, then reply, intent, hits, receipt, events and jobs at once."""

from dataclasses import asdict, fields
from typing import Any
from uuid import UUID

from firstline.chat import queries
from firstline.chat.desk import Desk, Stopped, Superseded, Turn
from firstline.chat.offers import answer_to_offer
from firstline.conversations import queries as conversations
from firstline.conversations.model import Conversation, message_json
from firstline.conversations.posting import locked
from firstline.customers.contact import learn
from firstline.ground.events import Fact, record
from firstline.ground.tenant import Tx
from firstline.handoff.queue import Call, call_person, offer_person

__all__ = ["conclude"]

CONTACT_KINDS = {"email": "email", "phone": "phone", "person_name": "name"}
RAW = {"raw_request", "raw_response"}
PRIORITIES = ("normal", "high", "urgent")


async def conclude(desk: Desk, turn: Turn) -> UUID | None:
    """Ends the turn and returns the next one that waits behind it. Raises Stopped or Superseded when it is not ours to end."""
    async with desk.door.transaction(turn.business.id) as tx:
        conversation = await locked(tx, turn.conversation.id)
        await _end(tx, turn)
        facts = await _facts_of_reply(tx, turn)
        customer_id = await _learn(tx, conversation, turn)
        await queries.leave_behind(
            tx,
            conversation.id,
            turn.bubbles[-1].id,
            turn.understood,
            turn.verdict.action == "auto_escalate",
            turn.verdict.reason,
            reply_id=turn.reply_id,
            receipt=_receipt(turn),
            call=_call(turn),
        )
        if turn.verdict.hits:
            await queries.add_hits(tx, conversation.id, turn.reply_id, turn.verdict.hits)
        await conversations.change(tx, conversation.id, _changes(conversation, turn, customer_id))
        facts += await _escalation(tx, desk, conversation, turn)
        facts += _outcome_facts(turn, conversation) + _asking(turn, learned=customer_id is not None)
        data = {
            "conversation_id": str(conversation.id),
            "turn_id": str(turn.id),
            "status": conversation.status,
            "sequence": conversation.message_seq,
        }
        facts.append(Fact("done", data))
        facts.append(Fact("turn.closed", _closed(turn, learned=customer_id is not None), visible=False))
        await record(tx, desk.live, conversation.id, facts)
        return await queries.promote_queued(tx, conversation.id, desk.settings.lease_seconds)


async def _end(tx: Tx, turn: Turn) -> None:
    """Ends the turn's record under the fence. Raises Superseded or Stopped."""
    outcome = turn.verdict.reason or "answered"
    if await queries.finish_turn(tx, turn.id, turn.attempts, turn.revision, "done", outcome):
        return
    row = await queries.turn(tx, turn.id)
    if row is not None and row["state"] == "open" and row["attempts"] == turn.attempts:
        raise Superseded
    raise Stopped


async def _facts_of_reply(tx: Tx, turn: Turn) -> list[Fact]:
    if turn.reply_id is None:
        return []
    receipt = turn.receipt
    receipt.rules = [asdict(h) | {"trigger_id": str(h.trigger_id) if h.trigger_id else None} for h in turn.verdict.hits]
    values: dict[str, Any] = {
        "state": "complete",
        "intent": turn.understood.intent,
        "confidence": receipt.confidence or turn.understood.confidence,
        "sources": [{"title": p.title, "uri": p.source_uri, "chunk_id": str(p.chunk_id)} for p in turn.sources],
        "raw_llm_request": receipt.raw_request,
        "raw_llm_response": receipt.raw_response,
    }
    message = await conversations.finish_message(tx, turn.reply_id, values)
    return [Fact("message", {"message": message_json(message)})] if message else []


def _receipt(turn: Turn) -> dict[str, Any]:
    """What the reply rested on; the raw request and response stand with the message."""
    receipt = turn.receipt
    body = {f.name: getattr(receipt, f.name) for f in fields(receipt) if f.name not in RAW}
    return body | {"kinds": turn.kinds, "verdict": turn.verdict.action, "reading": _reading(turn)}


def _call(turn: Turn) -> dict[str, Any] | None:
    """The accounting of the model's call, when one was made."""
    receipt = turn.receipt
    if not receipt.model:
        return None
    tokens, ms = receipt.tokens, receipt.timings_ms.get("llm", 0)
    call = {"model": receipt.model, "tokens_in": tokens.get("input", 0), "tokens_out": tokens.get("output", 0)}
    return call | {"cost": receipt.cost, "ms": ms}


def _reading(turn: Turn) -> dict[str, Any]:
    r = turn.understood
    return {
        "language": r.language, "intent": r.intent, "confidence": round(r.confidence, 4), "runner_up": r.runner_up, "stage": r.stage,
        "flags": sorted(r.flags), "sentiment": r.sentiment.label, "entities": r.as_entities(),
    }  # fmt: skip


async def _learn(tx: Tx, conversation: Conversation, turn: Turn) -> UUID | None:
    """Contact details in the customer's words. Returns the customer when something was learnt."""
    told = {
        CONTACT_KINDS[e.kind]: str(e.value or e.text)
        for e in reversed(turn.understood.entities)
        if e.kind in CONTACT_KINDS
    }
    if not told or (set(told) == {"name"} and not (turn.conversation.asked_contact or conversation.customer_id)):
        return None
    return await learn(
        tx, conversation.customer_id, channel="web" if conversation.channel == "web" else conversation.channel, **told
    )


def _changes(conversation: Conversation, turn: Turn, customer_id: UUID | None) -> dict[str, Any]:
    """The conversation's own columns. What it waits for stays its topic; another question ends an open offer."""
    reading, kinds = turn.understood, turn.kinds
    unanswered = turn.verdict.answers and "unknown" in kinds
    asked = turn.verdict.action == "auto_escalate" or bool({"contact_request", "invitation"} & set(kinds))
    values: dict[str, Any] = {
        "language": reading.language,
        "topic": conversation.topic if turn.waiting else _topic(turn) or conversation.topic,
        "unanswered_in_row": conversation.unanswered_in_row + 1 if unanswered else 0,
        "agent_requests": conversation.agent_requests + (1 if "asks_for_person" in reading.flags else 0),
        "asked_contact": asked or (turn.waiting and conversation.asked_contact and customer_id is None),
        "offer_open": False,
        "last_text": turn.draft[:200] or turn.text[:200],
    }
    if customer_id is not None:
        values["customer_id"] = customer_id
    called = conversation.escalation_state.get("type") not in ("none", "offered")
    if "resolved" in reading.flags and conversation.status == "active" and not called:
        values["resolution_outcome"] = "resolved_by_ai"
    if turn.waiting and PRIORITIES.index(turn.verdict.priority) > PRIORITIES.index(conversation.priority):
        values["priority"] = turn.verdict.priority  # danger told while waiting
    return values


def _topic(turn: Turn) -> str:
    service = turn.understood.first("service_type")
    named = (turn.understood.intent, service.value if service else None)
    return " · ".join(str(part) for part in named if part and part != "other")


async def _escalation(tx: Tx, desk: Desk, conversation: Conversation, turn: Turn) -> list[Fact]:
    verdict = turn.verdict
    if verdict.action == "auto_escalate":
        asked = any(h.code in {"asks_for_person", "agent_requests", "offer_accepted"} for h in verdict.hits)
        kind = "requested" if asked and not any(h.priority != "normal" for h in verdict.hits) else "forced"
        call = Call(
            "requested" if kind == "requested" else "forced",
            verdict.reason or "escalated",
            verdict.score,
            verdict.priority,
        )
        return await call_person(tx, conversation, call, desk.clock())
    offered = verdict.action == "offer_escalation" or "unknown" in turn.kinds
    if offered and conversation.status == "active":
        return await offer_person(tx, conversation, verdict.reason or "unanswered", verdict.score)
    if turn.conversation.offer_open:
        facts = [Fact("status", {"offer": False})]
        if answer_to_offer(turn.text) == "no":
            code = conversation.escalation_state.get("reason")
            facts.append(Fact("offer.declined", {"code": code, "sequence": conversation.message_seq}, visible=False))
        return facts
    return []


def _asking(turn: Turn, *, learned: bool) -> list[Fact]:
    """Opens the contact form when the answer asked for what is missing; closes it when it was told."""
    if learned:
        return [Fact("status", {"ask_contact": False})]
    asks = "contact_request" in turn.kinds or turn.verdict.action == "auto_escalate"
    if not asks or turn.contact.reachable:
        return []
    return [Fact("status", {"ask_contact": ["phone", "email"] if turn.contact.name else ["name", "phone", "email"]})]


def _outcome_facts(turn: Turn, conversation: Conversation) -> list[Fact]:
    if "resolved" not in turn.understood.flags or conversation.status != "active":
        return []
    return [Fact("conversation.tagged", {"outcome": "resolved_by_ai"}, visible=False)]


def _closed(turn: Turn, *, learned: bool) -> dict[str, Any]:
    return {
        "turn_id": str(turn.id),
        "intent": turn.understood.intent,
        "action": turn.verdict.action,
        "reason": turn.verdict.reason,
        "learned": learned,
        "known": turn.contact.reachable,
        "resolved": "resolved" in turn.understood.flags,
    }
