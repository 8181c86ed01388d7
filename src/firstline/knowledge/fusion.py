"""How meaning and words become one order, and how likely the best passages are to answer: pure numpy, no text, no index.

Both paths (memory and PostgreSQL) fill the same `Evidence` for their candidates. A passage's score depends on itself
alone, never on which others were looked at, so both rank alike; the weights are fitted by scripts/fit_retrieval.py.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firstline.knowledge.tuning import Tuning

__all__ = ["Evidence", "Judged", "judge", "ranking_features", "support_features"]

Scores = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of n candidates for one question of t distinct terms (stems without stop words)."""

    chunk: Scores  # (n,) cosine of the question and the chunk
    asked: Scores  # (n,) cosine of the question and the candidate's FAQ question; NaN where it has none
    sentence: Scores  # (n,) best cosine among the candidate's sentences; NaN where it has none
    words: Scores  # (n, t) what each term adds to a candidate's BM25; 0 where the candidate lacks it
    idf: Scores  # (t,) of the terms, over the whole business
    alike: Mask  # (n, t) the candidate has the term or a word of its class (synonyms.py)
    alike_idf: Scores  # (t,) of the term and its class taken as one word; its own where it has no class
    across: Scores  # (n,) BM25 of the names and numbers that a candidate in another language shares; 0 in the same one
    faq: Mask  # (n,) the candidate is an FAQ row
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
    features = ranking_features(evidence, numbers)
    score = features @ np.array(numbers.ranking, dtype=np.float32)
    shown = support_features(evidence, features, score, numbers)
    weights = np.where(evidence.same[:, None], np.array(numbers.weights), np.array(numbers.across_weights))
    logit = (shown * weights).sum(axis=1) + np.where(evidence.same, numbers.bias, numbers.across_bias)
    support: Scores = (1 / (1 + np.exp(-logit))).astype(np.float32)
    nearest = np.fmax(np.fmax(evidence.asked, evidence.sentence), -1.0)
    return Judged(
        dense=features[:, :2].mean(axis=1).astype(np.float32),
        keyword=np.where(evidence.same, evidence.words.sum(axis=1), evidence.across).astype(np.float32),
        fused=(score / sum(numbers.ranking[:3])).astype(np.float32),
        support=support,
        above=(nearest >= numbers.sure_cosine) | (support >= numbers.floor),
    )


def ranking_features(evidence: Evidence, numbers: Tuning) -> Scores:
    """Shape (n, 4): best part, chunk, share of the possible BM25, names and numbers shared across languages.

    A question resembles any other question more than it resembles a statement, whatever they are about: the offsets
    (data/retrieval.toml) take that out, or FAQ rows would always stand before pages and reviews.
    """
    part = np.fmax(evidence.asked - numbers.question_offset, evidence.sentence)
    chunk = evidence.chunk - numbers.faq_offset * evidence.faq
    likely = (1 - numbers.alike_telling) * evidence.idf + numbers.alike_telling * evidence.alike_idf
    total = float(likely.sum())
    told = np.maximum(evidence.words, numbers.alike_words * evidence.alike * evidence.alike_idf)
    words = told.sum(axis=1) / total if total else np.zeros(len(chunk))
    columns = [
        np.where(np.isnan(part), chunk, part),
        chunk,
        np.where(evidence.same, words, 0),
        np.where(evidence.same, 0, np.minimum(evidence.across, numbers.names_most)),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def support_features(evidence: Evidence, features: Scores, score: Scores, numbers: Tuning) -> Scores:
    """Shape (n, 2): share of the question's words by idf, a word of the same class as good as the very one (the best
    part, where words cannot be compared), and how far a candidate stands out.

    Standing out is the logarithm of its score above the background: the mean of those behind the best one, drawn to a
    usual value where few are (a business with three chunks has no background).
    """
    total = float(evidence.alike_idf.sum())
    share = np.where(evidence.same, evidence.alike @ evidence.alike_idf / total if total else 0, features[:, 0])
    behind = np.sort(score)[::-1][1 : 1 + numbers.background]
    usual = numbers.background_prior
    background = (float(behind.sum()) + usual * numbers.background_score) / (len(behind) + usual)
    out: Scores = np.stack([share, np.log1p(np.maximum(score - background, 0))], axis=1)
    return out.astype(np.float32)
