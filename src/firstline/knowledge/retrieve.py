"""Retrieval: from this process's memory when it has the business's index, from PostgreSQL alone when it has not.

Both paths rank with the same code (index.py). A cached index is used only while its version is the database's: an
edited FAQ is found by the very next question.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from uuid import UUID

import numpy as np

from firstline.conversations.facts import Passage
from firstline.embedding.port import Embedder, Vector
from firstline.ground.tenant import Door, Tx
from firstline.knowledge import search_queries as queries
from firstline.knowledge.index import TenantIndex
from firstline.knowledge.keywords import Keywords
from firstline.knowledge.model import parts_of
from firstline.knowledge.tuning import tuning
from firstline.knowledge.wording import stems

__all__ = ["Retriever", "best_sentences", "recall_cold"]


class Retriever:
    """Holds the indexes of the businesses that are asked most, bounded by bytes. One a process."""

    def __init__(self, door: Door, embedder: Embedder, limit_bytes: int | None = None) -> None:
        self._door = door
        self._embedder = embedder
        self._limit = tuning().cache_bytes if limit_bytes is None else limit_bytes
        self._indexes: OrderedDict[UUID, tuple[int, TenantIndex]] = OrderedDict()
        self._too_large: dict[UUID, int] = {}
        self._building: dict[UUID, asyncio.Task[TenantIndex]] = {}

    async def recall(
        self,
        tx: Tx,
        text: str,
        vector: Vector,
        language: str,
        limit: int = 6,
        *,
        visibility: str = "public",
        tags: Sequence[str] | None = None,
    ) -> list[Passage]:
        """The best passages of the transaction's business, best first. `text` as query.search_text made it."""
        index = await self._index(tx)
        if index is None:
            return await recall_cold(
                tx, self._embedder.name, text, vector, language, limit, visibility=visibility, tags=tags
            )
        return index.search(text, vector, language, limit, visibility=visibility, tags=tags)

    async def _index(self, tx: Tx) -> TenantIndex | None:
        business_id = tx.business_id
        version = await queries.current_version(tx)
        held = self._indexes.get(business_id)
        if held and held[0] == version:
            self._indexes.move_to_end(business_id)
            return held[1]
        if self._too_large.get(business_id) == version:
            return None
        if await queries.count_chunks(tx) <= tuning().build_at_once:
            index = await asyncio.to_thread(TenantIndex, await queries.load_chunks(tx, self._embedder.name))
            self._keep(business_id, version, index)
            return index
        if business_id not in self._building:
            task = asyncio.get_running_loop().create_task(self._build(business_id))
            self._building[business_id] = task
            task.add_done_callback(lambda _: self._building.pop(business_id, None))
        return None

    async def _build(self, business_id: UUID) -> TenantIndex:
        async with self._door.transaction(business_id) as tx:
            version = await queries.current_version(tx)  # read first: chunks newer than it only make a rebuild
            chunks = await queries.load_chunks(tx, self._embedder.name)
        index = await asyncio.to_thread(TenantIndex, chunks)
        self._keep(business_id, version, index)
        return index

    async def built(self, business_id: UUID) -> None:
        """Waits for an index that is being built, or builds it: for warming up and for benchmarks."""
        await (self._building.get(business_id) or self._build(business_id))

    def _keep(self, business_id: UUID, version: int, index: TenantIndex) -> None:
        self._indexes.pop(business_id, None)
        if index.bytes > self._limit:
            self._too_large[business_id] = version
            return
        self._indexes[business_id] = (version, index)
        while sum(held.bytes for _, held in self._indexes.values()) > self._limit:
            self._indexes.popitem(last=False)

    def forget(self, business_id: UUID) -> None:
        """Drops a business's index (its version would do it at the next question; this gives the memory back now)."""
        self._indexes.pop(business_id, None)

    def best_sentences(
        self, business_id: UUID, vector: Vector, text: str, language: str, passages: Sequence[Passage], limit: int
    ) -> list[tuple[Passage, str, float]]:
        """As the function of that name, with the sentence vectors this process already has."""
        held = self._indexes.get(business_id)
        return best_sentences(self._embedder, vector, text, language, passages, limit, index=held[1] if held else None)


async def recall_cold(
    tx: Tx,
    model: str,
    text: str,
    vector: Vector,
    language: str,
    limit: int,
    *,
    visibility: str = "public",
    tags: Sequence[str] | None = None,
) -> list[Passage]:
    """From PostgreSQL alone: the nearest and the best-worded chunks, ranked as in memory (idf among the candidates)."""
    most = tuning().cold_candidates * (4 if tags else 1)
    near = await queries.nearest_candidates(tx, vector, model, most, visibility)
    said = await queries.keyword_candidates(tx, text, language, most)
    chunks = await queries.load_chunks(tx, model, list(dict.fromkeys([*near, *said])))
    return TenantIndex(chunks).search(text, vector, language, limit, visibility=visibility, tags=tags)


def best_sentences(
    embedder: Embedder,
    vector: Vector,
    text: str,
    language: str,
    passages: Sequence[Passage],
    limit: int,
    *,
    index: TenantIndex | None = None,
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


def _vectors(embedder: Embedder, passage: Passage, found: list[str], index: TenantIndex | None) -> Vector:
    held = index.part_vectors(passage.chunk_id) if index else None
    if held is not None:
        held = held[1:] if passage.question else held
        if len(held) == len(found):
            return held.astype(np.float32)
    return embedder.embed(found)
