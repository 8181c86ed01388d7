"""A tenant's knowledge in memory: numbers only, texts stay in the database.

Every chunk has its vector in a byte a dimension, which finds the candidates in 0.4 ms at 5,000 chunks; exact cosines of
the candidates come from the parts' vectors when they are held too (small tenants), else from PostgreSQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from firstline.embedding.port import Vector
from firstline.knowledge.keywords import Keywords, idf_of
from firstline.knowledge.sought import Cosines, Found, Mask, Scores, Sought, looked_at_of, topmost
from firstline.knowledge.spelling import mend
from firstline.knowledge.synonyms import kin
from firstline.knowledge.tuning import Tuning, tuning
from firstline.knowledge.wording import borrowed_stems, stems

__all__ = ["Columns", "HeldIndex", "Parts", "Scan", "rounded"]

BLOCK = 512  # rows turned into floats at a time: half a megabyte, which stays in the processor's cache
SPARE = 32  # nearest by bytes beyond those wanted: a byte's error is at most .002 in cosine


@dataclass(frozen=True, slots=True)
class Columns:
    """What is known of each chunk, ascending by id. `day`: proleptic ordinal of the date it takes effect, 0 without."""

    ids: NDArray[Any]  # (n,) of 16 bytes
    languages: tuple[str, ...]
    language: NDArray[np.uint8]
    public: Mask
    faq: Mask
    embedded: Mask  # has a vector of the model; one that has not yet counts for the words' frequencies only
    day: NDArray[np.int32]
    tags: dict[str, NDArray[np.int32]]  # rows by tag


@dataclass(frozen=True, slots=True)
class Parts:
    """Halves of every part's vector, a chunk's own first: rows starts[i]:starts[i + 1] are chunk i's."""

    starts: NDArray[np.int64]
    vectors: NDArray[np.float16]


def rounded(vector: Vector) -> Vector:
    """As PostgreSQL has it: a query is compared as halves there."""
    return vector.astype(np.float16).astype(np.float32)


class Scan:
    """Vectors in a byte a dimension, filled block by block: the floats never stand in memory all at once."""

    def __init__(self, size: int, dimensions: int) -> None:
        self.bytes = np.zeros((size, dimensions), dtype=np.int8)
        self.scale = np.zeros(size, dtype=np.float32)

    def put(self, rows: NDArray[np.int64], block: NDArray[Any]) -> None:
        """The vectors `block` stand in `rows`."""
        floats = np.asarray(block, dtype=np.float32)
        scale = np.maximum(np.abs(floats).max(axis=1), 1e-9) / 127
        self.scale[rows] = scale
        self.bytes[rows] = np.round(floats / scale[:, None])

    def nearness(self, vector: Vector) -> Scores:
        """The cosine with every row, to .002; 0 for one that was never put."""
        out = np.empty(len(self.bytes), dtype=np.float32)
        floats = np.empty((BLOCK, self.bytes.shape[1]), dtype=np.float32)
        for at in range(0, len(self.bytes), BLOCK):
            block = self.bytes[at : at + BLOCK]
            part = floats[: len(block)]
            np.copyto(part, block)
            np.dot(part, vector, out=out[at : at + BLOCK])
        out *= self.scale
        return out


class HeldIndex:
    """Immutable once built. `search` in index.py and `Retriever` rank what `find` finds."""

    def __init__(
        self,
        columns: Columns,
        keywords: Keywords,
        scan: Scan,
        parts: Parts | None = None,
        numbers: Tuning | None = None,
    ) -> None:
        self.columns, self.keywords, self.scan, self.parts = columns, keywords, scan, parts
        self.numbers = numbers or tuning()
        self.size = len(columns.ids)
        self._first: dict[str, list[str]] | None = None

    @property
    def bytes(self) -> int:
        """Memory in bytes; a test holds it against what the allocator counts."""
        columns = self.columns
        arrays = (columns.ids, columns.language, columns.public, columns.faq, columns.embedded, columns.day)
        total = sum(array.nbytes for array in (*arrays, *columns.tags.values(), self.scan.bytes, self.scan.scale))
        if self.parts is not None:
            total += self.parts.starts.nbytes + self.parts.vectors.nbytes
        return total + self.keywords.bytes + 8 * len(self.keywords) + 4096  # the list by first letter; small objects

    def find(self, sought: Sought) -> Found:
        """The candidates: all when few may be seen, else the nearest and those with the best words."""
        vector = rounded(sought.vector)
        asked = list(dict.fromkeys(stems(sought.text, sought.language)))
        terms = mend(asked, sought.language, self.keywords.documents, self._near)
        same = self._of_language(sought.language)
        rows, stays = self._candidates(terms, vector, same, self._open(sought))
        alike, alike_idf = self._alike(terms, sought.language, rows)
        return Found(
            ids=[UUID(bytes=self.columns.ids[row].tobytes()) for row in rows],
            words=self.keywords.weights(terms, rows),
            idf=np.array([self.keywords.idf(term) for term in terms], dtype=np.float32),
            alike=alike,
            alike_idf=alike_idf,
            across=self._across(sought, rows),
            faq=self.columns.faq[rows],
            same=same[rows],
            nearest=looked_at_of(self.size, self.numbers)[0],
            stays=stays,
            cosines=None if self.parts is None else _cosines(self.parts, rows, self.columns.faq[rows], vector),
        )

    def part_vectors(self, chunk_id: UUID) -> NDArray[np.float16] | None:
        """The vectors of a chunk's parts, in the order of `parts_of`, when they are held."""
        if self.parts is None or not self.size:
            return None
        wanted = np.frombuffer(chunk_id.bytes, dtype="S16")
        row = int(np.searchsorted(self.columns.ids.view("S16"), wanted[0]))
        if row == self.size or self.columns.ids[row].tobytes() != chunk_id.bytes:
            return None
        return self.parts.vectors[self.parts.starts[row] + 1 : self.parts.starts[row + 1]]

    def _near(self, term: str) -> list[str]:
        if self._first is None:
            first: dict[str, list[str]] = {}
            for word in self.keywords.terms:
                first.setdefault(word[0], []).append(word)
            self._first = first
        return self._first.get(term[0], [])

    def _of_language(self, language: str) -> Mask:
        if language not in self.columns.languages:
            return np.zeros(self.size, dtype=bool)
        same: Mask = self.columns.language == self.columns.languages.index(language)
        return same

    def _open(self, sought: Sought) -> NDArray[np.int64]:
        seen = self.columns.embedded.copy()
        if sought.visibility == "public":
            seen &= self.columns.public
        if sought.on is not None:
            seen &= self.columns.day <= sought.on.toordinal()
        if sought.tags:
            tagged = np.zeros(self.size, dtype=bool)
            for tag in sought.tags:
                tagged[self.columns.tags.get(tag, [])] = True
            seen &= tagged
        return np.flatnonzero(seen)

    def _candidates(
        self, terms: Sequence[str], vector: Vector, same: Mask, rows: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], Mask]:
        """Ascending rows, and which of them stay whatever their exact cosine is."""
        nearest, worded = looked_at_of(self.size, self.numbers)
        if len(rows) <= nearest + worded:
            return rows, np.ones(len(rows), dtype=bool)
        near = rows[topmost(self.scan.nearness(vector)[rows], nearest + SPARE)]
        words = np.where(same, np.round(self.keywords.scores(terms), 4), 0)[rows]
        said = rows[topmost(words, worded) & (words > 0)]
        both = np.union1d(near, said)
        return both, np.isin(both, said)

    def _alike(self, terms: Sequence[str], language: str, rows: NDArray[np.int64]) -> tuple[Mask, Scores]:
        out = np.zeros((len(rows), len(terms)), dtype=bool)
        idf = np.zeros(len(terms), dtype=np.float32)
        for column, term in enumerate(terms):
            having = self.keywords.having(kin(term, language) or (term,))
            out[:, column] = having[rows]
            idf[column] = idf_of(self.size, int(having.sum()))
        return out, idf

    def _across(self, sought: Sought, rows: NDArray[np.int64]) -> Scores:
        out = np.zeros(len(rows), dtype=np.float32)
        codes = self.columns.language[rows]
        for code in np.unique(codes):
            other = self.columns.languages[code]
            if other != sought.language:
                shared = borrowed_stems(sought.text, sought.language, other)
                out += np.where(codes == code, self.keywords.weights(shared, rows).sum(axis=1), 0)
        return out


def _cosines(parts: Parts, rows: NDArray[np.int64], faq: Mask, vector: Vector) -> Cosines:
    begin, counts = parts.starts[rows], parts.starts[rows + 1] - parts.starts[rows]
    total = int(counts.sum())
    ends = np.cumsum(counts)
    held = parts.vectors  # all of them are looked at: nothing to gather
    if total != len(held):
        held = held[np.arange(total) - np.repeat(ends - counts - begin, counts)]
    cosines = held.astype(np.float32) @ vector if total else np.empty(0, dtype=np.float32)
    first = ends - counts
    asked = np.full(len(rows), np.nan, dtype=np.float32)
    sentence = np.full(len(rows), np.nan, dtype=np.float32)
    for place in np.flatnonzero(counts > 1):
        start = int(first[place]) + 1
        if faq[place]:
            asked[place] = cosines[start]
            start += 1
        if start < ends[place]:
            sentence[place] = cosines[start : ends[place]].max()
    return Cosines(cosines[first].astype(np.float32), asked, sentence)
