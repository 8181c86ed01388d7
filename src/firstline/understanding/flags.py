"""Flags from probabilities and keywords together: `p >= alone`, or a keyword and `p >= with_keyword`, or a hard cue.

Neither is good enough alone (design/measured.md: keywords 18/25 with 11 false alarms, both together 22/25 with 3).
Thresholds and keywords stand in `data/flags.toml`.
"""

from collections.abc import Iterable
from typing import Any

from firstline.understanding.tables import table

__all__ = ["decide_flags"]

HARD_SCORE = 0.95


def decide_flags(scores: dict[str, float], cues: frozenset[str]) -> tuple[frozenset[str], dict[str, float]]:
    """The flags that hold, and every flag's probability. `scores` may hold the helper head `harmful` besides."""
    scores = dict(scores)
    harmful = scores.pop("harmful", 0.0)
    for flag in ("injection", "off_topic"):
        scores[flag] = max(scores.get(flag, 0.0), harmful)
    held = set()
    for flag, rule in table("flags").items():
        if _has(cues, rule.get("hard")) and not _has(cues, rule.get("unless")):
            scores[flag] = max(scores.get(flag, 0.0), HARD_SCORE)
        if _has(cues, rule.get("veto")):
            scores[flag] = min(scores.get(flag, 0.0), float(rule["alone"]) - 0.3)
        elif _holds(scores.get(flag, 0.0), rule, cues):
            held.add(flag)
    return frozenset(held), {flag: round(p, 4) for flag, p in scores.items()}


def _has(cues: frozenset[str], names: Iterable[str] | None) -> bool:
    return any(name in cues for name in names or ())


def _holds(p: float, rule: dict[str, Any], cues: frozenset[str]) -> bool:
    return p >= rule["alone"] or (p >= rule["with_keyword"] and _has(cues, rule.get("keywords")))
