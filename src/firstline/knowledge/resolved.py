"""Resolved conversations as knowledge sees them: who said what. `app` and the worker give the real ones (integrations.resolved)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol
from uuid import UUID

from firstline.tenancy.model import Business

__all__ = ["Pair", "Resolved", "ResolvedConversations", "Summarise", "Turn"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message or comment. `ai` is never a source of an answer."""

    who: Literal["customer", "person", "ai"]
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Resolved:
    """A ticket that was solved or a chat that was closed. `names`: every name known of its customer and of those who answered."""

    origin: Literal["ticket", "chat"]
    id: UUID
    at: datetime  # when it was resolved
    turns: tuple[Turn, ...]
    names: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and its answer, not yet a draft."""

    question: str
    answer: str


class ResolvedConversations(Protocol):
    """Where they come from."""

    async def resolved(self, business_id: UUID, after: tuple[datetime, UUID] | None, most: int) -> list[Resolved]:
        """Those in which a person answered, by (at, id), behind `after`."""
        ...


class Summarise(Protocol):
    """Makes pairs of one conversation by a language model."""

    async def __call__(self, resolved: Resolved, business: Business, language: str) -> list[Pair]:
        """Raises llm.errors.LLMError when no model answers."""
        ...
