"""The facts of one turn, shared by the floors above: Reading, Passage, Sentence, Finding, Hit, Verdict.

They live here because understanding, knowledge, answering and escalation each produce one and none may know another.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Literal
from uuid import UUID

__all__ = [
    "Entity",
    "Finding",
    "Hit",
    "Passage",
    "Reading",
    "Receipt",
    "Said",
    "Sentence",
    "Sentiment",
    "Verdict",
]

FLAGS = frozenset(
    {
        "asks_for_person",
        "complaint",
        "legal",
        "injury",
        "emergency",
        "fraud",
        "abuse",
        "sensitive",
        "injection",
        "off_topic",
        "asks_if_bot",
        "resolved",
    }
)


@dataclass(frozen=True, slots=True)
class Said:
    """One earlier message, oldest first in a history. `role` is customer, ai, agent or system."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Entity:
    """Words of the message and what they resolve to.

    `kind`: service_type, location, preferred_datetime, budget, quantity, email, phone, person_name.
    `value` is JSON-ready: a service code, {"place", "inside": bool|None}, an RFC 3339 string, a decimal string, E.164.
    """

    kind: str
    text: str
    start: int
    end: int
    value: Any = None


@dataclass(frozen=True, slots=True)
class Sentiment:
    """`label` negative | neutral | positive; `score` the probability of that label, 0..1."""

    label: str = "neutral"
    score: float = 0.5


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message (or several bubbles joined by newlines) means."""

    language: str
    intent: str = "other"
    confidence: float = 0.0
    runner_up: str = "other"
    gap: float = 0.0
    entities: tuple[Entity, ...] = ()
    sentiment: Sentiment = Sentiment()
    flags: frozenset[str] = frozenset()
    flag_scores: dict[str, float] = field(default_factory=dict)
    stage: Literal["rules", "model", "llm"] = "rules"

    def first(self, kind: str) -> Entity | None:
        """The first entity of that kind, or None."""
        return next((e for e in self.entities if e.kind == kind), None)

    def as_entities(self) -> dict[str, Any]:
        """The spec's §2.4 `entities` object: kind -> resolved value (or its words) of the first of each kind."""
        out: dict[str, Any] = {}
        for entity in self.entities:
            out.setdefault(entity.kind, entity.value if entity.value is not None else entity.text)
        return out


@dataclass(frozen=True, slots=True)
class Passage:
    """One retrieved chunk. `scores` holds dense, keyword and fused; `above_floor` says whether it may support an answer.

    `answer` is set for an FAQ row: it is returned as written. `question` is that row's question.
    """

    chunk_id: UUID
    document_id: UUID
    title: str
    section: str
    text: str
    source_uri: str = ""
    source_type: str = "html"
    language: str = "en"
    scores: dict[str, float] = field(default_factory=dict)
    above_floor: bool = True
    question: str | None = None
    answer: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence on its way to the gate. `text` carries its own leading space or newline.

    `support` are texts that a computed sentence rests on (profile values, tool results); `passages` the chunks it rests on.
    `kind`: answer | estimate | disclaimer | invitation | contact_request | smalltalk | unknown | notice.
    """

    text: str
    kind: str = "answer"
    passages: tuple[Passage, ...] = ()
    support: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Why the gate stopped a sentence: the rule, the words it found, the sentence."""

    rule: str
    words: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A trigger or built-in policy that fired. `trigger_id` is None for a policy."""

    code: str
    action: Literal["offer_escalation", "auto_escalate", "notify_only"]
    reason: str
    trigger_id: UUID | None = None
    notify_channel: str | None = None
    priority: Literal["normal", "high", "urgent"] = "normal"
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What happens with this turn: the AI answers, offers a person, or hands over.

    `answers` says whether the composer runs; `action` the strongest of the hits (they exclude one another per turn).
    """

    answers: bool = True
    action: Literal["none", "notify_only", "offer_escalation", "auto_escalate"] = "none"
    reason: str | None = None
    hits: tuple[Hit, ...] = ()
    priority: Literal["normal", "high", "urgent"] = "normal"
    score: float = 0.0

    def because(self, hit: Hit) -> "Verdict":
        """The same verdict with one more hit, its action strengthened when the hit's is stronger."""
        order = ("none", "notify_only", "offer_escalation", "auto_escalate")
        levels = ("normal", "high", "urgent")
        stronger = order.index(hit.action) > order.index(self.action)
        return replace(
            self,
            hits=(*self.hits, hit),
            action=hit.action if stronger else self.action,
            reason=hit.reason if stronger or self.reason is None else self.reason,
            priority=max(self.priority, hit.priority, key=levels.index),
            score=max(self.score, hit.score),
        )


@dataclass(slots=True)
class Receipt:
    """What an AI message rested on; stored beside it and shown as "why did it say that?"."""

    composer: str = "extractive"
    model: str | None = None
    passages: list[dict[str, Any]] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    gate: list[dict[str, Any]] = field(default_factory=list)
    judge: dict[str, Any] | None = None
    tokens: dict[str, int] = field(default_factory=dict)
    cost: str | None = None
    confidence: float = 0.0
    risk: str = "low"
    tools: list[dict[str, Any]] = field(default_factory=list)
    timings_ms: dict[str, float] = field(default_factory=dict)
    raw_request: dict[str, Any] | None = None
    raw_response: dict[str, Any] | None = None
