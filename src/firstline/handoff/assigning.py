"""A conversation goes to a named colleague, whoever had it before."""

from collections.abc import Callable
from uuid import UUID

from firstline.conversations import queries as conversations
from firstline.conversations.model import Conversation
from firstline.conversations.posting import locked, post_notice
from firstline.ground.events import Fact
from firstline.ground.live import Live
from firstline.ground.tenant import Door
from firstline.handoff import queries
from firstline.handoff.takeover import Agent, StopTurns, take_over

__all__ = ["assign"]


async def assign(
    door: Door,
    live: Live,
    business_id: UUID,
    conversation_id: UUID,
    agent: Agent,
    *,
    joined_line: Callable[[Conversation], str],
    stop_turns: StopTurns,
) -> Conversation:
    """Like a takeover, but takes it from the colleague who has it."""
    async with door.transaction(business_id) as tx:
        conversation = await locked(tx, conversation_id)
        if conversation.human_agent_id not in (None, agent.id):
            state = {**conversation.escalation_state, "human_agent_id": str(agent.id)}
            await conversations.change(tx, conversation_id, {"escalation_state": state})
            conversation.escalation_state, conversation.human_agent_id = state, agent.id
            await queries.join_handoff(tx, conversation_id, agent.id)
            told = {"id": str(agent.id), "name": agent.first_name}
            facts = [Fact("status", {"status": conversation.status, "agent": told, "offer": False})]
            await post_notice(tx, live, conversation, joined_line(conversation), facts)
            return conversation
    return await take_over(
        door, live, business_id, conversation_id, agent, joined_line=joined_line, stop_turns=stop_turns
    )
