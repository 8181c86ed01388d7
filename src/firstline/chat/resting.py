"""Conversations that went quiet are closed with an honest outcome; one that waits for a person never is."""

from datetime import datetime
from typing import Any

from firstline.analytics.outcomes import Ending, outcome_of
from firstline.chat import queries
from firstline.conversations import queries as conversations
from firstline.conversations.closing import close
from firstline.conversations.model import Conversation
from firstline.conversations.posting import locked
from firstline.ground.live import Live
from firstline.ground.tenant import Door, Tx
from firstline.handoff.queries import close_handoff

__all__ = ["QUIET_SECONDS", "close_quiet", "outcome_at_closing"]

QUIET_SECONDS = 2 * 3600.0  # an active conversation without a word for so long is over


async def outcome_at_closing(tx: Tx, conversation: Conversation, marked: Any = None) -> str:
    """How a locked conversation ended, by analytics' rule."""
    messages = await conversations.messages(tx, conversation.id, after=conversation.since_seq, for_customer=True)
    ending = Ending(
        handed_over=conversation.escalation_state.get("type") in ("requested", "forced"),
        human_replied=any(m.sender_type == "agent" for m in messages),
        ai_answers=sum(1 for m in messages if m.sender_type == "ai"),
        last_unanswered=conversation.unanswered_in_row > 0,
        offer_open=conversation.offer_open,
        thanked=conversation.resolution_outcome == "resolved_by_ai",
        csat=conversation.csat_score,
        marked_by_agent=marked,
    )
    return outcome_of(ending)


async def close_quiet(door: Door, live: Live, now: datetime, quiet_seconds: float = QUIET_SECONDS) -> int:
    """Closes what has been quiet for that long; returns how many."""
    closed = 0
    for row in await queries.quiet(door, quiet_seconds, 100):
        async with door.transaction(row["business_id"]) as tx:
            conversation = await locked(tx, row["conversation_id"])
            if not await conversations.idle(tx, conversation.id, quiet_seconds):
                continue
            await queries.stop_turns(tx, conversation.id, "went_quiet")
            outcome = await outcome_at_closing(tx, conversation)
            await close(
                tx, live, conversation, now, outcome=outcome, summary=conversation.resolution_summary, by="system"
            )
            await close_handoff(tx, conversation.id)
            closed += 1
    return closed
