"""Which sentences of the passages answer best: vectors, the question's words, and how well the passage itself did."""

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from firstline.conversations.facts import Passage
from firstline.embedding.port import Embedder, Vector
from firstline.knowledge.keywords import Keywords
from firstline.knowledge.model import parts_of
from firstline.knowledge.tuning import tuning
from firstline.knowledge.wording import stems

__all__ = ["KnowsParts", "best_sentences"]


class KnowsParts(Protocol):
    """Has vectors of chunks' parts at hand, in the order of `parts_of`."""

    def part_vectors(self, chunk_id: UUID) -> NDArray[Any] | None:
        """None for a chunk that it does not know."""
        ...


def best_sentences(
    embedder: Embedder,
    vector: Vector,
    text: str,
    language: str,
    passages: Sequence[Passage],
    limit: int,
    *,
    index: KnowsParts | None = None,
) -> list[tuple[Passage, str, float]]:
    """The sentences that answer best, best first: (passage, sentence, score). CPU work when vectors are missing.

    Score = cosine + share of the question's words (by idf among these sentences; same language only) + a little of
    the passage's fused score (data/retrieval.toml).
    """
    numbers = tuning()
    rows: list[tuple[Passage, str]] = []
    blocks = []
    for passage in passages[: numbers.sentence_passages]:
        found = parts_of(passage.text, None)
        if found:
            rows += [(passage, sentence) for sentence in found]
            blocks.append(_vectors(embedder, passage, found, index))
    if not rows:
        return []
    cosines = np.concatenate(blocks) @ vector
    terms = list(dict.fromkeys(stems(text, language)))
    words = Keywords([stems(sentence, passage.language) for passage, sentence in rows])
    telling = {term: words.idf(term) for term in terms}
    total = sum(telling.values()) or 1.0
    scored = []
    for row, (passage, sentence) in enumerate(rows):
        share = sum(idf for term, idf in telling.items() if words.has(term, row)) / total
        share = share if passage.language == language else 0.0
        score = float(cosines[row]) + numbers.coverage_weight * share
        scored.append((passage, sentence, score + numbers.passage_weight * passage.scores.get("fused", 0.0)))
    scored.sort(key=lambda entry: -entry[2])
    return scored[:limit]


def _vectors(embedder: Embedder, passage: Passage, found: list[str], index: KnowsParts | None) -> Vector:
    """Those at hand; a passage joined with its neighbour has more sentences than its chunk, and is embedded."""
    held = index.part_vectors(passage.chunk_id) if index else None
    if held is not None:
        held = held[1:] if passage.question else held
        if len(held) == len(found):
            return held.astype(np.float32)
    return embedder.embed(found)
