"""Cues: small regular expressions in both languages, features of the small model and keywords of the flags."""

import re
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firstline.understanding.tables import table
from firstline.understanding.words import fold

__all__ = ["MAX_CHARS", "cue_names", "cues_in", "cues_vector"]

MAX_CHARS = (
    1500  # what is beyond a long message's beginning is read by nobody's keyword; bounds the time of 30 patterns
)


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {
        name: re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)", re.ASCII)
        for name, parts in table("cues")["cues"].items()
    }


@cache
def cue_names() -> tuple[str, ...]:
    """The cues in the order of the model's features."""
    return tuple(_patterns())


def cues_in(text: str) -> frozenset[str]:
    """The names of the cues that occur in `text`."""
    folded = fold(text[:MAX_CHARS])
    return frozenset(name for name, pattern in _patterns().items() if pattern.search(folded))


def cues_vector(found: frozenset[str]) -> NDArray[np.float32]:
    """The cues as a 0/1 vector, shape (len(cue_names()),)."""
    return np.array([name in found for name in cue_names()], dtype=np.float32)
