"""What belongs to the prompt and not to the answer: the canary, the fences, the tail, whole runs of the instructions."""

import re
from collections.abc import Iterator
from functools import lru_cache

from firstline.answering.checks.plain import folded

__all__ = ["LEAK_WORDS", "find_leaks", "shingles"]

LEAK_WORDS = 9  # so many words in a row of the template are no coincidence; shorter runs are ordinary phrases
_INTERNALS = re.compile(
    r"<<<|>>>|</?(?:passage|customer|system|instructions?|profile)\b[^>]*>|\"(?:confidence|handoff|risk)\"\s*:|\bsystem prompt\b|<script|javascript:|\bprompt del sistema\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=8)
def shingles(template: str) -> frozenset[tuple[str, ...]]:
    """Every run of LEAK_WORDS words of a template."""
    words = re.findall(r"[^\W_]+", folded(template))
    return frozenset(tuple(words[i : i + LEAK_WORDS]) for i in range(len(words) - LEAK_WORDS + 1))


def find_leaks(text: str, canary: str, template: str) -> Iterator[str]:
    """The words that give the prompt away."""
    if canary in text or canary.partition("-")[2] in text:
        yield canary
    if found := _INTERNALS.search(text):
        yield found[0]
    elif not shingles(text).isdisjoint(shingles(template)):
        yield text.strip()[:80]
