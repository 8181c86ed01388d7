"""A short follow-up ("and on weekends?") means what the turn before it was about."""

import re
from collections.abc import Sequence
from functools import cache

from firstline.conversations.facts import Entity, Said
from firstline.understanding.tables import table
from firstline.understanding.words import fold, tokens

__all__ = ["asked_before", "is_follow_up"]


@cache
def _opening() -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{'|'.join(table('context')['openings'])})(?!\w)")


def is_follow_up(text: str, cues: frozenset[str], entities: Sequence[Entity]) -> bool:
    """Whether the message leans on the one before: short, without a request of its own."""
    folded = fold(text[:300])
    words = tokens(folded)
    if not words or len(words) > int(table("context")["max_words"]) or cues & set(table("context")["own_cues"]):
        return False
    if _opening().match(folded):
        return True
    covered = sum(1 for w in words if any(e.start <= w.start < e.end for e in entities))
    return covered > 0 and covered >= len(words) - 1


def asked_before(history: Sequence[Said]) -> str | None:
    """The customer's last earlier message of more than a word or two, at most three back; None when there is none."""
    earlier = [s.text for s in history if s.role == "customer" and s.text.strip()][-3:]
    return next((t for t in reversed(earlier) if len(tokens(fold(t[:300]))) > 2), None)
