"""A person takes a conversation over, and hands it back. From the first instant the AI writes nothing more."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from firstline.conversations import queries as conversations
from firstline.conversations.closing import CALM, close, reopen
from firstline.conversations.model import Conversation, message_json
from firstline.conversations.posting import locked, post_notice
from firstline.conversations.states import check_move
from firstline.ground.errors import Conflict
from firstline.ground.events import Fact, record
from firstline.ground.live import Live
from firstline.ground.tenant import Door, Tx
from firstline.handoff import queries

__all__ = ["Agent", "StopTurns", "end_conversation", "hand_back", "interrupt", "take_over"]

StopTurns = Callable[[Tx, UUID, str], Awaitable[Any]]  # chat's: stops the open turn under the conversation's lock


class Agent:
    """The colleague who acts."""

    __slots__ = ("id", "name")

    def __init__(self, agent_id: UUID, name: str) -> None:
        self.id = agent_id
        self.name = name

    @property
    def first_name(self) -> str:
        """What a customer is told."""
        return self.name.split()[0] if self.name.split() else self.name


async def interrupt(tx: Tx, live: Live, conversation: Conversation, stop_turns: StopTurns, why: str) -> None:
    """Stops the open turn; a half-written answer stays as it stands and is marked."""
    stopped = await stop_turns(tx, conversation.id, why)
    facts: list[Fact] = []
    partial = await conversations.partial_reply(tx, conversation.id)
    message = await conversations.finish_message(tx, partial.id, {"state": "interrupted"}) if partial else None
    if message is not None:
        facts.append(Fact("message", {"message": message_json(message)}))
    if stopped:
        data = {
            "conversation_id": str(conversation.id),
            "status": conversation.status,
            "sequence": conversation.message_seq,
        }
        facts.append(Fact("done", {**data, "interrupted": True}))
    if facts:
        await record(tx, live, conversation.id, facts)


async def take_over(
    door: Door,
    live: Live,
    business_id: UUID,
    conversation_id: UUID,
    agent: Agent,
    *,
    joined_line: Callable[[Conversation], str],
    stop_turns: StopTurns,
) -> Conversation:
    """The conversation is this colleague's. Doing it twice changes nothing; somebody else has it: Conflict("taken")."""
    async with door.transaction(business_id) as tx:
        conversation = await locked(tx, conversation_id)
        if conversation.human_agent_id == agent.id:
            return conversation
        if conversation.human_agent_id is not None:
            raise Conflict("taken", "A colleague already has this conversation.")
        if conversation.status == "closed":
            await reopen(tx, live, conversation)
        await interrupt(tx, live, conversation, stop_turns, "taken_over")
        check_move(conversation.status, "active")
        kind = conversation.escalation_state.get("type")
        state = {
            **conversation.escalation_state,
            "type": kind if kind in ("requested", "forced") else "requested",
            "human_agent_id": str(agent.id),
            "human_agent_name": agent.first_name,
        }
        if not state.get("reason"):
            state["reason"] = "agent_joined"
        await queries.open_handoff(tx, conversation_id, str(state["type"]), str(state["reason"]), conversation.priority)
        await conversations.change(
            tx,
            conversation_id,
            {
                "status": "active",
                "escalation_state": state,
                "waiting_since": None,
                "offer_open": False,
                "waiting_told": False,
            },
        )
        conversation.status, conversation.escalation_state, conversation.human_agent_id = "active", state, agent.id
        await queries.join_handoff(tx, conversation_id, agent.id)
        facts = [
            Fact(
                "status", {"status": "active", "agent": {"id": str(agent.id), "name": agent.first_name}, "offer": False}
            )
        ]
        await post_notice(tx, live, conversation, joined_line(conversation), facts)
        return conversation


async def hand_back(
    door: Door, live: Live, business_id: UUID, conversation_id: UUID, *, line: Callable[[Conversation], str]
) -> Conversation:
    """The AI answers again; rules look only at what comes from now on. Nobody has it: nothing changes."""
    async with door.transaction(business_id) as tx:
        conversation = await locked(tx, conversation_id)
        if conversation.human_agent_id is None:
            return conversation
        values = {
            "escalation_state": CALM, "since_seq": conversation.message_seq, "unanswered_in_row": 0, "agent_requests": 0, "priority": "normal",
        }  # fmt: skip
        await conversations.change(tx, conversation_id, values)
        conversation.escalation_state, conversation.human_agent_id = dict(CALM), None
        await queries.close_handoff(tx, conversation_id)
        facts = [
            Fact("handoff_completed", {"by": "agent"}, visible=False),
            Fact("status", {"status": conversation.status, "agent": None, "offer": False}),
        ]
        await post_notice(tx, live, conversation, line(conversation), facts)
        return conversation


async def end_conversation(
    door: Door,
    live: Live,
    business_id: UUID,
    conversation_id: UUID,
    *,
    now: datetime,
    outcome: str,
    summary: str | None,
    by: str,
    stop_turns: StopTurns,
    line: Callable[[Conversation], str] | None = None,
) -> Conversation:
    """Closes a conversation whoever has it; closing a closed one changes nothing."""
    async with door.transaction(business_id) as tx:
        conversation = await locked(tx, conversation_id)
        if conversation.status == "closed":
            return conversation
        await interrupt(tx, live, conversation, stop_turns, "closed")
        if line is not None:
            await post_notice(tx, live, conversation, line(conversation))
        await close(tx, live, conversation, now, outcome=outcome, summary=summary, by=by)
        await queries.close_handoff(tx, conversation_id)
        return conversation
