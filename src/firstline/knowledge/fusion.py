"""How meaning and words become one order, and how likely the best passages are to answer: pure numpy, no text, no index.

Both paths (memory and PostgreSQL) fill the same `Evidence` for their candidates, so that they rank alike.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstline.knowledge.tuning import Tuning

__all__ = ["Evidence", "Judged", "judge"]

Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of n candidates for one question of t distinct terms (stems without stop words)."""

    chunk: Scores  # (n,) cosine of the question and the chunk
    part: Scores  # (n,) best cosine among the chunk's sentences and its FAQ question; the chunk's own where it has none
    words: Scores  # (n, t) what each term adds to a candidate's BM25; 0 where the candidate lacks it
    idf: Scores  # (t,) of the terms, over the whole business
    highest_idf: float  # of a word that no chunk has
    same: Mask  # (n,) question and candidate are in one language; elsewhere words are not compared


@dataclass(frozen=True, slots=True)
class Judged:
    """Scores of the n candidates; `support` is P(the passage can support an answer)."""

    dense: Scores
    keyword: Scores
    fused: Scores
    support: Scores
    above: Mask


def judge(evidence: Evidence, numbers: Tuning) -> Judged:
    """Fused score to rank by, support and whether it is above the floor, each of shape (n,)."""
    share = numbers.sentence_share
    dense = ((1 - share) * evidence.chunk + share * evidence.part).astype(np.float32)
    keyword = np.where(evidence.same, evidence.words.sum(axis=1), 0).astype(np.float32)
    support = _support(evidence, numbers)
    above = (evidence.part >= numbers.sure_cosine) | (support >= numbers.floor)
    return Judged(dense, keyword, _fused(dense, keyword, evidence.same, numbers), support, above)


def _fused(dense: Scores, keyword: Scores, same: Mask, numbers: Tuning) -> Scores:
    """Weights sum to 1 in every row: where words cannot be compared, meaning has all the weight."""
    weight = np.where(same & bool(keyword.any()), numbers.keyword_weight, 0.0)
    words = np.zeros(len(dense), dtype=np.float32)
    words[same] = _standard(keyword[same])
    fused: Scores = ((1 - weight) * _standard(dense) + weight * words).astype(np.float32)
    return fused


def _support(evidence: Evidence, numbers: Tuning) -> Scores:
    held = evidence.words > 0
    total = float(evidence.idf.sum())
    share = held @ evidence.idf / total if total else np.zeros(len(held))
    lacks = np.where(held, 0, evidence.idf).max(axis=1, initial=0.0) / evidence.highest_idf
    within = np.stack([evidence.chunk, evidence.part, share, lacks]).T @ np.array(numbers.weights) + numbers.bias
    across = np.stack([evidence.chunk, evidence.part]).T @ np.array(numbers.across_weights) + numbers.across_bias
    support: Scores = (1 / (1 + np.exp(-np.where(evidence.same, within, across)))).astype(np.float32)
    return support


def _standard(values: NDArray[Any]) -> Scores:
    spread = float(values.std()) if len(values) else 0.0
    if spread < 1e-9:
        return np.zeros(len(values), dtype=np.float32)
    standard: Scores = ((values - values.mean()) / spread).astype(np.float32)
    return standard
