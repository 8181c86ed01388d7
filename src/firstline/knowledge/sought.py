"""A question as search takes it, what was found for it, and the one ranking of both paths.

Memory (held.py) and PostgreSQL alone (cold.py) each fill a `Found`; from there on nothing knows which it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from firstline.embedding.port import Vector
from firstline.knowledge.fusion import Evidence, judge
from firstline.knowledge.tuning import Tuning

__all__ = ["Cosines", "Found", "Ranked", "Sought", "evidence", "rank", "topmost"]

Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sought:
    """`visibility` "public" sees only public chunks, "internal" all; `on`: chunks that take effect later are not there yet."""

    text: str
    vector: Vector
    language: str
    visibility: str = "public"
    tags: Sequence[str] | None = None
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Cosines:
    """Of n candidates: the chunk's, its FAQ question's (NaN without), its best sentence's (NaN without)."""

    chunk: Scores
    asked: Scores
    sentence: Scores


@dataclass(frozen=True, slots=True)
class Found:
    """n candidates for t distinct terms, ascending by id. See fusion.Evidence for the columns."""

    ids: list[UUID]
    words: Scores
    idf: Scores
    across: Scores
    faq: Mask
    same: Mask
    stays: Mask  # by its words, or because few were looked at; the others stay when they are among the nearest
    cosines: Cosines | None = None  # None: to be read from the database


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its scores (dense, keyword, fused, support)."""

    id: UUID
    scores: dict[str, float]
    above: bool


def evidence(found: Found, cosines: Cosines, numbers: Tuning) -> tuple[NDArray[np.int64], Evidence]:
    """Which candidates are judged (places in `found`), and what is known of them."""
    at = np.flatnonzero(found.stays | topmost(cosines.chunk, numbers.dense_candidates))
    return at, Evidence(
        chunk=cosines.chunk[at],
        asked=cosines.asked[at],
        sentence=cosines.sentence[at],
        words=found.words[at],
        idf=found.idf,
        across=found.across[at],
        faq=found.faq[at],
        same=found.same[at],
    )


def rank(found: Found, cosines: Cosines, numbers: Tuning) -> list[Ranked]:
    """Best first; of equals the one with the smaller id."""
    at, known = evidence(found, cosines, numbers)
    if not len(at):
        return []
    judged = judge(known, numbers)
    return [
        Ranked(
            found.ids[at[place]],
            {name: float(getattr(judged, name)[place]) for name in ("dense", "keyword", "fused", "support")},
            bool(judged.above[place]),
        )
        for place in np.argsort(-judged.fused, kind="stable")
    ]


def topmost(values: NDArray[Any], most: int) -> Mask:
    """Which of `values` are the `most` highest; of equals the first ones."""
    chosen: Mask = np.ones(len(values), dtype=bool)
    if len(values) > most:
        least = np.partition(values, -most)[-most]
        chosen = values > least
        chosen[np.flatnonzero(values == least)[: most - int(chosen.sum())]] = True
    return chosen
