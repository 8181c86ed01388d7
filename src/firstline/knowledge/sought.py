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

__all__ = ["WIDEST", "Cosines", "Found", "Ranked", "Sought", "evidence", "looked_at_of", "rank", "topmost"]

WIDE = 100  # of so many chunks one is looked at, and no fewer than retrieval.toml says
WIDEST = 512

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
    alike: Mask
    alike_idf: Scores
    across: Scores
    faq: Mask
    same: Mask
    nearest: int  # how many are looked at for their cosine alone
    stays: Mask  # by its words, or because few were looked at; the others stay when they are among the nearest
    cosines: Cosines | None = None  # None: to be read from the database


@dataclass(frozen=True, slots=True)
class Ranked:
    """A candidate with its scores (dense, keyword, fused, support)."""

    id: UUID
    scores: dict[str, float]
    above: bool


def looked_at_of(size: int, numbers: Tuning) -> tuple[int, int]:
    """How many of `size` chunks are looked at for their cosine, and how many for their words.

    The best sentence of a large tenant may stand in a chunk that is not among the 64 nearest: recall of the best six of
    all chunks was .88 at 50,000 with 64 of each (benchmarks/search_speed.py).
    """
    wide = min(size // WIDE, WIDEST)
    return max(numbers.dense_candidates, wide), max(numbers.keyword_candidates, wide)


def evidence(found: Found, cosines: Cosines) -> tuple[NDArray[np.int64], Evidence]:
    """Which candidates are judged (places in `found`), and what is known of them."""
    at = np.flatnonzero(found.stays | topmost(cosines.chunk, found.nearest))
    return at, Evidence(
        chunk=cosines.chunk[at],
        asked=cosines.asked[at],
        sentence=cosines.sentence[at],
        words=found.words[at],
        idf=found.idf,
        alike=found.alike[at],
        alike_idf=found.alike_idf,
        across=found.across[at],
        faq=found.faq[at],
        same=found.same[at],
    )


def rank(found: Found, cosines: Cosines, numbers: Tuning) -> list[Ranked]:
    """Best first; of equals the one with the smaller id."""
    at, known = evidence(found, cosines)
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
