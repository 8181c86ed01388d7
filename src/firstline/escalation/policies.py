"""The built-in policies of data/policies.toml, read once and matched against one turn."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Literal, cast

from firstline.conversations.facts import Hit, Reading

__all__ = ["Policies", "Policy", "Signals", "policies"]

Action = Literal["offer_escalation", "auto_escalate", "notify_only"]
Priority = Literal["normal", "high", "urgent"]


@dataclass(frozen=True, slots=True)
class Signals:
    """What the policies look at. `unanswered`: this turn's draft did not answer; `in_row` counts such turns with it."""

    reading: Reading
    keywords: Sequence[str] = ()
    agent_requests: int = 0
    unanswered: bool = False
    in_row: int = 0
    above_quote_limit: bool = False
    kept_back: bool = False
    judge_flagged: bool = False
    risk: str = "low"


@dataclass(frozen=True, slots=True)
class Policy:
    """One row of the file; `when` holds its conditions, all of which must be met."""

    code: str
    action: Action
    reason: str
    priority: Priority
    row: bool
    fixed: bool
    waiting: bool
    when: dict[str, Any]

    def hit(self, signals: Signals) -> Hit | None:
        """The hit, when every condition is met; its score is the strongest of its signals' probabilities."""
        scores = [_CONDITIONS[name](signals, value) for name, value in self.when.items() if name in _CONDITIONS]
        if not scores or any(score is None for score in scores):
            return None
        score = min(s for s in scores if s is not None)
        if "min_confidence" in self.when and signals.reading.confidence < self.when["min_confidence"]:
            return None
        if "min_score" in self.when and signals.reading.sentiment.score < self.when["min_score"]:
            return None
        return Hit(self.code, self.action, self.reason, priority=self.priority, score=score)


def _flag(signals: Signals, name: str) -> float | None:
    return signals.reading.flag_scores.get(name, 1.0) if name in signals.reading.flags else None


def _any_flag(signals: Signals, names: list[str]) -> float | None:
    return max((score for name in names if (score := _flag(signals, name)) is not None), default=None)


def _when(holds: bool, score: float = 1.0) -> float | None:
    return score if holds else None


# Condition -> the probability that stands behind it when met, None when it is not met.
_CONDITIONS: dict[str, Any] = {
    "flag": _flag,
    "with_flags": _any_flag,
    "intent": lambda s, name: _when(s.reading.intent == name, s.reading.confidence),
    "sentiment": lambda s, label: _when(s.reading.sentiment.label == label, s.reading.sentiment.score),
    "keyword": lambda s, _: _when(bool(s.keywords), 0.64),  # precision of the words alone: design/measured.md
    "agent_requests": lambda s, n: _when(s.agent_requests >= n),
    "unanswered": lambda s, _: _when(s.unanswered),
    "unanswered_in_row": lambda s, n: _when(s.in_row >= n),
    "above_quote_limit": lambda s, _: _when(s.above_quote_limit),
    "kept_back": lambda s, _: _when(s.kept_back),
    "judge_flagged": lambda s, _: _when(s.judge_flagged),
    "risk": lambda s, level: _when(s.risk == level),
}


@dataclass(frozen=True, slots=True)
class Policies:
    """The file as a whole; see its head for the meaning of each value."""

    all: tuple[Policy, ...]
    low_confidence_below: float
    computed_intents: frozenset[str]
    computed_confidence: float
    offers_that_ask_contact: frozenset[str]
    priority: dict[str, Priority]
    reason: dict[str, str]

    @property
    def fixed_codes(self) -> frozenset[str]:
        """The codes that are answered with a fixed text only."""
        return frozenset(p.code for p in self.all if p.fixed and p.action == "auto_escalate")


@lru_cache(maxsize=1)
def policies() -> Policies:
    """The policies of the house."""
    raw = tomllib.loads(resources.files("firstline.escalation").joinpath("data/policies.toml").read_text("utf-8"))
    rows = []
    known = {"code", "action", "reason", "priority", "row", "fixed", "waiting"}
    for row in raw["policy"]:
        rows.append(
            Policy(
                code=row["code"],
                action=cast(Action, row["action"]),
                reason=row["reason"],
                priority=cast(Priority, row.get("priority", "normal")),
                row=row.get("row", False),
                fixed=row.get("fixed", False),
                waiting=row.get("waiting", False),
                when={k: v for k, v in row.items() if k not in known},
            )
        )
    return Policies(
        all=tuple(rows),
        low_confidence_below=raw["low_confidence_below"],
        computed_intents=frozenset(raw["computed_intents"]),
        computed_confidence=raw["computed_confidence"],
        offers_that_ask_contact=frozenset(raw["offers_that_ask_contact"]),
        priority=raw["priority"],
        reason=raw["reason"],
    )
