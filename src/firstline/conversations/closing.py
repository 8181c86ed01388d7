"""How a conversation ends, and how it begins again."""

from datetime import datetime, timedelta
from typing import Any

from firstline.conversations import queries
from firstline.conversations.model import Conversation
from firstline.conversations.states import check_move
from firstline.ground.events import Fact, record
from firstline.ground.live import Live
from firstline.ground.tenant import Tx

__all__ = ["CALM", "close", "may_reopen", "reopen"]

CALM: dict[str, Any] = {"type": "none", "reason": None, "score": 0.0, "human_agent_id": None}


async def close(
    tx: Tx, live: Live | None, conversation: Conversation, now: datetime, *, outcome: str, summary: str | None, by: str
) -> None:
    """Closes a locked conversation. `by`: customer, agent, system. Closing a closed one changes nothing."""
    if conversation.status == "closed":
        return
    check_move(conversation.status, "closed")
    state = {**conversation.escalation_state, "human_agent_id": None}
    await queries.change(
        tx,
        conversation.id,
        {
            "status": "closed",
            "closed_at": now,
            "resolution_outcome": outcome,
            "resolution_summary": summary,
            "escalation_state": state,
            "waiting_since": None,
            "offer_open": False,
            "waiting_told": False,
        },
    )
    conversation.status, conversation.closed_at, conversation.resolution_outcome = "closed", now, outcome
    conversation.escalation_state, conversation.human_agent_id = state, None
    facts = [
        Fact("status", {"status": "closed", "agent": None, "by": by}),
        Fact("conversation.closed", {"outcome": outcome, "summary": summary, "by": by}, visible=False),
    ]
    await record(tx, live, conversation.id, facts)


def may_reopen(conversation: Conversation, now: datetime, hours: float) -> bool:
    """Whether a message reopens this closed conversation instead of starting a new one."""
    return conversation.closed_at is not None and now - conversation.closed_at <= timedelta(hours=hours)


async def reopen(tx: Tx, live: Live | None, conversation: Conversation) -> None:
    """Closed becomes active again; rules look only at what comes from now on."""
    check_move(conversation.status, "active")
    values = {
        "status": "active",
        "closed_at": None,
        "resolution_outcome": None,
        "escalation_state": CALM,
        "since_seq": conversation.message_seq,
        "unanswered_in_row": 0,
        "agent_requests": 0,
        "offer_open": False,
        "waiting_told": False,
        "priority": "normal",
    }
    await queries.change(tx, conversation.id, values)
    conversation.status, conversation.closed_at, conversation.resolution_outcome = "active", None, None
    conversation.escalation_state, conversation.human_agent_id = dict(CALM), None
    conversation.since_seq = conversation.message_seq
    await record(tx, live, conversation.id, [Fact("status", {"status": "active", "reopened": True})])
