"""Okapi BM25 over a tenant's own chunks: PostgreSQL's rank knows no document frequency, which is what names a subject.

`saturation` and `idf_of` are the same for the cold path (kb_bm25 in migration 0003 computes them in SQL).
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["K1", "MOST_TF", "B", "Keywords", "idf_of", "saturation"]

# Below the usual 1.2 and 0.75 (Robertson & Zaragoza 2009): in short chunks that a word is there says more than how often, and a
# long review is not less to the point. ../shared/data/faq_retrieval: fused R@1 +1 on the average, no set worse by 1.5. SQL must use the same.
K1 = 0.6
B = 0.3
MOST_TF = 255  # a byte; PostgreSQL keeps as many positions of a lexeme

Numbers = NDArray[np.floating[Any]]


def idf_of(size: int, documents: float) -> float:
    """How telling a term is that `documents` of `size` documents have."""
    return math.log(1 + (size - documents + 0.5) / (documents + 0.5))


def saturation(tf: Numbers, length: Numbers, mean: float) -> NDArray[np.float32]:
    """What a term adds to a document's score by how often it stands there, before its idf; shapes broadcast."""
    weight: NDArray[np.float32] = (tf * (K1 + 1) / (tf + K1 * (1 - B + B * length / (mean or 1.0)))).astype(np.float32)
    return weight


class Keywords:
    """An inverted index in four flat arrays: some 5 bytes a posting, weights are computed when a term is asked for."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        places: dict[str, int] = {}
        of_token = [places.setdefault(term, len(places)) for document in documents for term in document]
        lengths = np.array([len(d) for d in documents], dtype=np.int32)
        size = max(len(documents), 1)
        keys = np.array(of_token, dtype=np.int64) * size + np.repeat(np.arange(len(documents)), lengths)
        pairs, counts = np.unique(keys, return_counts=True)
        starts = np.searchsorted(pairs, np.arange(len(places) + 1, dtype=np.int64) * size)
        rows = (pairs % size).astype(np.int32)
        self._take(places, starts, rows, np.minimum(counts, MOST_TF).astype(np.uint8), lengths)

    @classmethod
    def of_postings(
        cls, lengths: NDArray[np.int32], terms: Sequence[tuple[str, NDArray[Any], NDArray[Any]]]
    ) -> "Keywords":
        """From (term, ascending rows that have it, how often each) and the documents' lengths in terms."""
        made = cls.__new__(cls)
        counts = np.array([len(rows) for _, rows, _ in terms], dtype=np.int64)
        made._take(
            {term: place for place, (term, _, _) in enumerate(terms)},
            np.concatenate([[0], np.cumsum(counts)]),
            np.concatenate([np.empty(0, np.int32), *(rows for _, rows, _ in terms)]).astype(np.int32),
            np.concatenate([np.empty(0, np.uint8), *(tf for _, _, tf in terms)]).astype(np.uint8),
            lengths,
        )
        return made

    def _take(
        self,
        places: dict[str, int],
        starts: NDArray[Any],
        rows: NDArray[np.int32],
        tf: NDArray[np.uint8],
        lengths: NDArray[np.int32],
    ) -> None:
        self.size = len(lengths)
        self._places, self._starts, self._at, self._tf = places, starts.astype(np.int32), rows, tf
        self._lengths = lengths
        self._mean = float(lengths.mean()) if self.size and lengths.any() else 1.0

    def _posting(self, term: str) -> tuple[NDArray[np.int32], NDArray[np.uint8]] | None:
        place = self._places.get(term)
        if place is None:
            return None
        part = slice(int(self._starts[place]), int(self._starts[place + 1]))
        return self._at[part], self._tf[part]

    def _weight(self, rows: NDArray[np.int32], tf: NDArray[np.uint8]) -> NDArray[np.float32]:
        known = saturation(tf.astype(np.float32), self._lengths[rows].astype(np.float32), self._mean)
        return known * np.float32(idf_of(self.size, len(rows)))

    def __len__(self) -> int:
        return len(self._places)

    @property
    def terms(self) -> list[str]:
        """All of them."""
        return list(self._places)

    def documents(self, term: str) -> int:
        """How many documents have `term`."""
        posting = self._posting(term)
        return 0 if posting is None else len(posting[0])

    def idf(self, term: str) -> float:
        """How telling a term is here; highest for one that no chunk has."""
        return idf_of(self.size, self.documents(term))

    def scores(self, terms: Sequence[str]) -> NDArray[np.float32]:
        """BM25 of every document, shape (size,), for the distinct `terms`."""
        out = np.zeros(self.size, dtype=np.float32)
        for term in dict.fromkeys(terms):
            if posting := self._posting(term):
                out[posting[0]] += self._weight(*posting)
        return out

    def weights(self, terms: Sequence[str], rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """What each of `terms` adds to the BM25 of each of `rows`, shape (len(rows), len(terms)); 0 where it is lacking."""
        out = np.zeros((len(rows), len(terms)), dtype=np.float32)
        for column, term in enumerate(terms):
            if posting := self._posting(term):
                at = np.minimum(np.searchsorted(posting[0], rows), len(posting[0]) - 1)
                out[:, column] = np.where(posting[0][at] == rows, self._weight(*posting)[at], 0)
        return out

    def having(self, terms: Sequence[str]) -> NDArray[np.bool_]:
        """Which documents have any of `terms`, shape (size,)."""
        out = np.zeros(self.size, dtype=bool)
        for term in terms:
            if posting := self._posting(term):
                out[posting[0]] = True
        return out

    def has(self, term: str, row: int) -> bool:
        """Whether document `row` has `term`."""
        posting = self._posting(term)
        if posting is None:
            return False
        at = int(np.searchsorted(posting[0], row))
        return at < len(posting[0]) and int(posting[0][at]) == row

    @property
    def highest_idf(self) -> float:
        """The idf of a word that no document has."""
        return idf_of(self.size, 0)

    @property
    def bytes(self) -> int:
        """Memory: the arrays, and for each term its string, its number and its place in the dictionary."""
        strings = sum(57 + len(term) * (1 if term.isascii() else 2) for term in self._places)
        arrays = self._starts.nbytes + self._at.nbytes + self._tf.nbytes + self._lengths.nbytes
        return arrays + strings + len(self._places) * (32 + 45)
