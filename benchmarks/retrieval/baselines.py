"""What the fusion is measured against: BM25 alone (bm25s, stemmed, stop words out) and the vectors alone."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import snowballstemmer
from numpy.typing import NDArray

from firstline.knowledge.fusion import Evidence
from firstline.knowledge.index import TenantIndex

__all__ = ["Bm25", "dense"]

NAMES = {"en": "english", "es": "spanish"}


class Bm25:
    """bm25s with its own tokenizer and constants over title, question and text; one language a tenant, its commonest."""

    def __init__(self, index: TenantIndex) -> None:
        import bm25s

        languages = [chunk.language for chunk in index.chunks]
        self._language = max(set(languages), key=languages.count)
        self._stem = snowballstemmer.stemmer(NAMES[self._language])
        self._model = bm25s.BM25()
        self._model.index(self._tokens([c.chunk.searchable for c in index.chunks], self._language), show_progress=False)

    def _tokens(self, texts: Sequence[str], language: str) -> Any:
        import bm25s

        return bm25s.tokenize(
            list(texts), stopwords=language, stemmer=self._stem.stemWords, return_ids=False, show_progress=False
        )

    def scores(self, text: str, language: str) -> NDArray[np.float32]:
        """Shape (chunks of the tenant,)."""
        tokens = self._tokens([text], language)[0]
        scores: NDArray[np.float32] = self._model.get_scores(tokens)
        return scores


def dense(evidence: Evidence) -> NDArray[np.float32]:
    """Mean of the cosines of the chunk and of its best sentence or FAQ question."""
    part = np.fmax(evidence.asked, evidence.sentence)
    both: NDArray[np.float32] = (evidence.chunk + np.where(np.isnan(part), evidence.chunk, part)) / 2
    return both
