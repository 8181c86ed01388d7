"""Conversation and Message (spec §2.3), as rows and as the wire shows them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

__all__ = ["Conversation", "Message", "conversation_json", "message_json"]

LONGEST_MESSAGE = 8_000  # characters; a longer text belongs into an attachment


@dataclass(slots=True)
class Conversation:
    """One row. `since_seq`: rules look only at messages after it; `offer_open`: a person was offered and not answered yet."""

    business_id: UUID
    id: UUID
    status: str
    customer_id: UUID | None
    visitor_session_id: UUID | None
    channel: str
    topic: str | None
    language: str | None
    metadata: dict[str, Any]
    escalation_state: dict[str, Any]
    human_agent_id: UUID | None
    resolution_summary: str | None
    resolution_outcome: str | None
    csat_score: int | None
    csat_comment: str | None
    priority: str
    message_seq: int
    event_seq: int
    since_seq: int
    unanswered_in_row: int
    agent_requests: int
    asked_contact: bool
    offer_open: bool
    waiting_told: bool
    last_text: str
    last_message_at: datetime
    waiting_since: datetime | None
    created_at: datetime
    updated_at: datetime
    closed_at: datetime | None


@dataclass(slots=True)
class Message:
    """One row. `state`: an AI message is partial while its sentences are released, interrupted when they were stopped."""

    business_id: UUID
    id: UUID
    conversation_id: UUID
    turn_id: UUID | None
    sender_type: str
    sender_id: UUID | None
    sender_name: str | None
    sequence: int
    text: str
    created_at: datetime
    kind: str = "text"
    state: str = "complete"
    language: str | None = None
    intent: str | None = None
    confidence: float | None = None
    visible_to_customer: bool = True
    sources: list[dict[str, Any]] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    client_message_id: str | None = None


def message_json(message: Message) -> dict[str, Any]:
    """What the wire calls a message (design/api.md); the raw LLM exchange is never part of it."""
    return {
        "id": str(message.id),
        "conversation_id": str(message.conversation_id),
        "sender_type": message.sender_type,
        "sender_id": str(message.sender_id) if message.sender_id else None,
        "sender_name": message.sender_name,
        "sequence": message.sequence,
        "text": message.text,
        "kind": message.kind,
        "state": message.state,
        "language": message.language,
        "intent": message.intent,
        "confidence": message.confidence,
        "visible_to_customer": message.visible_to_customer,
        "sources": message.sources,
        "attachments": message.attachments,
        "client_message_id": message.client_message_id,
        "created_at": message.created_at.isoformat(),
    }


def conversation_json(conversation: Conversation) -> dict[str, Any]:
    """The spec's Conversation, with its numbers for resuming."""
    return {
        "id": str(conversation.id),
        "business_id": str(conversation.business_id),
        "customer_id": str(conversation.customer_id) if conversation.customer_id else None,
        "channel": conversation.channel,
        "status": conversation.status,
        "topic": conversation.topic,
        "language": conversation.language,
        "metadata": conversation.metadata,
        "escalation_state": conversation.escalation_state,
        "resolution_summary": conversation.resolution_summary,
        "resolution_outcome": conversation.resolution_outcome,
        "csat_score": conversation.csat_score,
        "csat_comment": conversation.csat_comment,
        "priority": conversation.priority,
        "offer_open": conversation.offer_open,
        "last_text": conversation.last_text,
        "last_message_at": conversation.last_message_at.isoformat(),
        "waiting_since": conversation.waiting_since.isoformat() if conversation.waiting_since else None,
        "sequence": conversation.message_seq,
        "event_seq": conversation.event_seq,
        "created_at": conversation.created_at.isoformat(),
        "updated_at": conversation.updated_at.isoformat(),
        "closed_at": conversation.closed_at.isoformat() if conversation.closed_at else None,
    }
