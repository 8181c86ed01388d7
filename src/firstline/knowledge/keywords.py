"""Okapi BM25 over a tenant's own chunks: PostgreSQL's rank knows no document frequency, which is what names a subject."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Keywords"]

K1 = 1.2  # Robertson & Zaragoza 2009, their usual range 1.2-2.0
B = 0.75


class Keywords:
    """An inverted index whose postings carry their BM25 weight already: scoring is one addition a term."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        self.size = len(documents)
        lengths = np.array([len(d) for d in documents], dtype=np.float32)
        mean = float(lengths.mean()) if self.size and lengths.any() else 1.0
        norms = K1 * (1 - B + B * lengths / mean)
        rows: dict[str, list[int]] = {}
        counts: dict[str, list[int]] = {}
        for row, document in enumerate(documents):
            for term, count in Counter(document).items():
                rows.setdefault(term, []).append(row)
                counts.setdefault(term, []).append(count)
        self._postings: dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]] = {}
        for term, where in rows.items():
            at = np.array(where, dtype=np.int32)
            tf = np.array(counts[term], dtype=np.float32)
            weight = self._idf(len(where)) * tf * (K1 + 1) / (tf + norms[at])
            self._postings[term] = (at, weight.astype(np.float32))

    def _idf(self, documents: int) -> float:
        return math.log(1 + (self.size - documents + 0.5) / (documents + 0.5))

    def idf(self, term: str) -> float:
        """How telling a term is here; highest for one that no chunk has."""
        posting = self._postings.get(term)
        return self._idf(len(posting[0]) if posting else 0)

    def scores(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """BM25 of every document, shape (size,), for the distinct `terms`."""
        out = np.zeros(self.size, dtype=np.float32)
        for term in dict.fromkeys(terms):
            if posting := self._postings.get(term):
                out[posting[0]] += posting[1]
        return out

    def weights(self, terms: Sequence[str], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """What each of `terms` adds to the BM25 of each of `rows`, shape (len(rows), len(terms)); 0 where it is lacking."""
        out = np.zeros((len(rows), len(terms)), dtype=np.float32)
        for column, term in enumerate(terms):
            if posting := self._postings.get(term):
                at = np.minimum(np.searchsorted(posting[0], rows), len(posting[0]) - 1)
                out[:, column] = np.where(posting[0][at] == rows, posting[1][at], 0)
        return out

    def has(self, term: str, row: int) -> bool:
        """Whether document `row` has `term`."""
        posting = self._postings.get(term)
        if posting is None:
            return False
        at = int(np.searchsorted(posting[0], row))
        return at < len(posting[0]) and int(posting[0][at]) == row

    @property
    def highest_idf(self) -> float:
        """The idf of a word that no document has."""
        return self._idf(0)

    @property
    def bytes(self) -> int:
        """Memory of the postings, roughly."""
        return sum(160 + rows.nbytes + weights.nbytes + len(term) for term, (rows, weights) in self._postings.items())
