"""Chunks and their index in one piece, without a database: for measuring on sets, and the oracle of the tests."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from firstline.conversations.facts import Passage
from firstline.embedding.port import Vector
from firstline.knowledge.fusion import Evidence
from firstline.knowledge.held import Columns, HeldIndex, Parts, Scan
from firstline.knowledge.keywords import Keywords
from firstline.knowledge.model import StoredChunk
from firstline.knowledge.sought import Found, Ranked, Sought, evidence, rank
from firstline.knowledge.tuning import Tuning, tuning
from firstline.knowledge.wording import stems

__all__ = ["TenantIndex"]


class TenantIndex:
    """What a process holds of a business (held.py), made of chunks that somebody has in hand; `chunks` ascend by id."""

    def __init__(self, chunks: Sequence[StoredChunk], numbers: Tuning | None = None) -> None:
        self.chunks = sorted(chunks, key=lambda chunk: chunk.id)
        self.numbers = numbers or tuning()
        self.size = len(self.chunks)
        dimensions = len(self.chunks[0].vector) if self.chunks else 1
        self._dense = np.zeros((self.size, dimensions), dtype=np.float32)
        for row, chunk in enumerate(self.chunks):
            self._dense[row] = chunk.vector
        self._keywords = Keywords([stems(chunk.chunk.searchable, chunk.language) for chunk in self.chunks])
        self._rows = {chunk.id: row for row, chunk in enumerate(self.chunks)}
        scan = Scan(self.size, dimensions)
        if self.size:
            scan.put(np.arange(self.size), self._dense)
        self._held = HeldIndex(
            _columns(self.chunks), self._keywords, scan, _parts(self.chunks, dimensions), self.numbers
        )
        self.bytes = self._held.bytes

    def part_vectors(self, chunk_id: UUID) -> NDArray[np.float16] | None:
        """The vectors of a chunk's parts, in the order of `parts_of`, or None for a chunk that is not here."""
        return self._held.part_vectors(chunk_id)

    def search(
        self, text: str, vector: Vector, language: str, limit: int, *, visibility: str = "public",
        tags: Sequence[str] | None = None, on: date | None = None,
    ) -> list[Passage]:  # fmt: skip
        """The best `limit` passages, best first, the same text once. `visibility` "internal" sees all."""
        found = self._held.find(Sought(text, vector, language, visibility, tags, on))
        out: list[Passage] = []
        seen: set[str] = set()
        for ranked in _ranked(found, self.numbers):
            stored = self.chunks[self._rows[ranked.id]]
            if stored.chunk.text not in seen:
                seen.add(stored.chunk.text)
                out.append(_passage(stored, ranked))
            if len(out) == limit:
                break
        return out

    def evidence(
        self, text: str, vector: Vector, language: str, *, visibility: str = "public", tags: Sequence[str] | None = None
    ) -> tuple[NDArray[np.int64], Evidence]:
        """The rows that are looked at, and what is known of them for this question."""
        found = self._held.find(Sought(text, vector, language, visibility, tags))
        assert found.cosines is not None  # the parts are held
        at, known = evidence(found, found.cosines)
        return np.array([self._rows[found.ids[place]] for place in at], dtype=np.int64), known


def _ranked(found: Found, numbers: Tuning) -> list[Ranked]:
    return rank(found, found.cosines, numbers) if found.cosines is not None else []


def _columns(chunks: Sequence[StoredChunk]) -> Columns:
    languages = tuple(sorted({chunk.language for chunk in chunks}))
    tags: dict[str, list[int]] = {}
    for row, chunk in enumerate(chunks):
        for tag in dict.fromkeys(chunk.chunk.tags):
            tags.setdefault(tag, []).append(row)
    return Columns(
        ids=np.frombuffer(b"".join(chunk.id.bytes for chunk in chunks), dtype="V16"),
        languages=languages,
        language=np.array([languages.index(chunk.language) for chunk in chunks], dtype=np.uint8),
        public=np.array([chunk.visibility == "public" for chunk in chunks], dtype=bool),
        faq=np.array([chunk.chunk.question is not None for chunk in chunks], dtype=bool),
        embedded=np.ones(len(chunks), dtype=bool),
        day=np.zeros(len(chunks), dtype=np.int32),
        tags={tag: np.array(rows, dtype=np.int32) for tag, rows in tags.items()},
    )


def _parts(chunks: Sequence[StoredChunk], dimensions: int) -> Parts:
    starts = np.concatenate([[0], np.cumsum([1 + len(chunk.part_vectors) for chunk in chunks])]).astype(np.int64)
    vectors = np.zeros((int(starts[-1]), dimensions), dtype=np.float16)
    for row, chunk in enumerate(chunks):
        vectors[starts[row]] = chunk.vector
        if len(chunk.part_vectors):
            vectors[starts[row] + 1 : starts[row + 1]] = chunk.part_vectors
    return Parts(starts, vectors)


def _passage(stored: StoredChunk, ranked: Ranked) -> Passage:
    chunk = stored.chunk
    return Passage(
        chunk_id=stored.id,
        document_id=stored.document_id,
        title=chunk.title,
        section=chunk.section,
        text=chunk.text,
        source_uri=stored.source_uri,
        source_type=stored.source_type,
        language=stored.language,
        scores=ranked.scores,
        above_floor=ranked.above,
        question=chunk.question,
        answer=chunk.answer,
        tags=chunk.tags,
    )
