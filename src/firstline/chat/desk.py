"""The few ports a turn needs, given by `app`, and the turn as it is carried through its steps."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from firstline.answering.port import Composer, Contact, Question
from firstline.conversations.facts import Finding, Passage, Reading, Receipt, Said, Sentence, Verdict
from firstline.conversations.model import Conversation, Message
from firstline.embedding.port import Vector
from firstline.ground.live import Live
from firstline.ground.settings import ChatSettings
from firstline.ground.tenant import Door
from firstline.kit.clock import Clock, now
from firstline.tenancy.model import Business
from firstline.tenancy.profile import Profiles

__all__ = ["Desk", "Gatekeeper", "Judging", "Recall", "Stopped", "Superseded", "Turn", "Understand"]


class Stopped(Exception):
    """The turn is ours no longer: a person joined, the visitor pressed stop, or another process took it up."""


class Superseded(Exception):
    """Another bubble came before the first sentence: read again and answer both."""


class Understand(Protocol):
    """Reads a message; gives the message's vector back for the retrieval, so that it is embedded once."""

    async def __call__(
        self, business: Business, text: str, history: tuple[Said, ...], at: datetime, before: str | None
    ) -> tuple[Reading, Vector | None]:
        """The reading, and the vector when one was made."""
        ...


class Recall(Protocol):
    """Retrieves this business's public passages, best first."""

    async def __call__(
        self, business: Business, text: str, history: tuple[Said, ...], reading: Reading, vector: Vector | None
    ) -> tuple[Passage, ...]:
        """Passages with scores; those under the floor are marked."""
        ...


class Gatekeeper(Protocol):
    """The gate (answering.gate)."""

    def check(self, sentence: Sentence, question: Question, said: str) -> tuple[Finding, ...]:
        """Findings; none: the sentence may leave."""
        ...

    def disclaimer(self, draft: str, question: Question) -> Sentence | None:
        """The estimate disclaimer when the draft needs one and has none."""
        ...


class Judging(Protocol):
    """A second opinion on a whole draft, for the conservative profile."""

    async def __call__(self, question: Question, draft: str, generated: bool) -> dict[str, Any]:
        """{"verdict": allow | redact | hand_off, "policy", "text": what may be shown, …}."""
        ...


@dataclass(slots=True)
class Turn:
    """One turn on its way. What was released is in `draft`; `already` is what an earlier attempt had released."""

    id: UUID
    business: Business
    conversation: Conversation
    bubbles: tuple[Message, ...]
    history: tuple[Said, ...]
    at: datetime
    attempts: int = 1
    revision: int = 1
    reply_id: UUID | None = None
    already: str = ""
    contact: Contact = Contact()
    declined: frozenset[str] = frozenset()
    someone_online: bool = False
    draft: str = ""
    released: int = 0
    kinds: list[str] = field(default_factory=list)
    sources: list[Passage] = field(default_factory=list)
    reading: Reading | None = None
    vector: Vector | None = None
    passages: tuple[Passage, ...] = ()
    verdict: Verdict = field(default_factory=Verdict)
    receipt: Receipt = field(default_factory=Receipt)
    began: float = 0.0
    question: Question | None = None  # kept while nothing of it changes: the gate reads its evidence once

    @property
    def text(self) -> str:
        """The bubbles, one a line."""
        return "\n".join(b.text for b in self.bubbles)

    @property
    def waiting(self) -> bool:
        """A person was called and has not joined yet."""
        return self.conversation.status == "waiting_human"

    @property
    def understood(self) -> Reading:
        """The reading; only after understanding."""
        if self.reading is None:
            raise AssertionError("the turn has not been read yet")
        return self.reading


@dataclass(slots=True)
class Desk:
    """What a process has for taking turns. `running`: the tasks of this process, by turn."""

    door: Door
    live: Live
    profiles: Profiles
    settings: ChatSettings
    understand: Understand
    recall: Recall
    composer: Composer
    fallback: Composer
    gate: Gatekeeper
    online: Callable[[UUID], bool] = lambda _business_id: False
    judge: Judging | None = None
    clock: Clock = now
    running: dict[UUID, asyncio.Task[None]] = field(default_factory=dict)
    stopping: bool = False
    on_stuck: Callable[[UUID, str], Awaitable[None]] | None = None
