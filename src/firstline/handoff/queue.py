"""A person is called: the conversation waits, and stays in the queue until somebody takes it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from firstline.conversations import queries as conversations
from firstline.conversations.model import Conversation
from firstline.conversations.states import check_move
from firstline.ground.events import Fact
from firstline.ground.tenant import Tx
from firstline.handoff import queries

__all__ = ["Call", "call_person", "offer_person"]


@dataclass(frozen=True, slots=True)
class Call:
    """Why a person is called. `type` as in the spec's escalation_state."""

    type: Literal["requested", "forced"]
    reason: str
    score: float = 1.0
    priority: str = "normal"


async def call_person(tx: Tx, conversation: Conversation, call: Call, now: datetime) -> list[Fact]:
    """Moves a locked conversation to waiting_human and opens the handoff. Returns the facts to record; none when it waits already."""
    if conversation.human_agent_id is not None:
        return []
    state = {"type": call.type, "reason": call.reason, "score": call.score, "human_agent_id": None}
    levels = ["normal", "high", "urgent"]
    priority = max(conversation.priority, call.priority, key=levels.index)
    values: dict[str, Any] = {"escalation_state": state, "priority": priority, "offer_open": False}
    waits_already = conversation.status == "waiting_human"
    if not waits_already:
        check_move(conversation.status, "waiting_human")
        values |= {"status": "waiting_human", "waiting_since": now, "waiting_told": True}
    await conversations.change(tx, conversation.id, values)
    await queries.open_handoff(tx, conversation.id, call.type, call.reason, priority)
    conversation.status, conversation.escalation_state, conversation.priority = "waiting_human", state, priority
    if waits_already:
        return []
    return [
        Fact("escalation", {"type": call.type, "reason": call.reason, "status": "waiting_human", "priority": priority}),
        Fact("status", {"status": "waiting_human", "agent": None, "offer": False}),
    ]


async def offer_person(tx: Tx, conversation: Conversation, reason: str, score: float) -> list[Fact]:
    """Remembers that a person was offered; the customer's yes or no comes with the next message or a chip."""
    state = {**conversation.escalation_state, "type": "offered", "reason": reason, "score": score}
    await conversations.change(tx, conversation.id, {"escalation_state": state, "offer_open": True})
    conversation.escalation_state, conversation.offer_open = state, True
    return [
        Fact("escalation", {"type": "offered", "reason": reason, "status": conversation.status}),
        Fact("status", {"offer": True}),
    ]
