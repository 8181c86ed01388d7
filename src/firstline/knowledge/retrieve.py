"""Retrieval: from this process's memory when it has the business's index, from PostgreSQL alone when it has not.

Both paths find the same candidates by the same numbers (held.py, cold.py) and are ranked by the same code (sought.py).
An index is used only while its version and its model are the database's: an edited FAQ is found by the very next question.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal
from uuid import UUID

from numpy.typing import NDArray

from firstline.conversations.facts import Passage
from firstline.embedding.catalog import Embedders
from firstline.embedding.pool import EmbeddingPool
from firstline.embedding.port import Embedder, Vector, query_vectors
from firstline.ground.tenant import Door, Tx
from firstline.knowledge import cold
from firstline.knowledge import search_queries as queries
from firstline.knowledge.handed_on import distinct, passage_of, told
from firstline.knowledge.held import HeldIndex
from firstline.knowledge.saying import best_sentences
from firstline.knowledge.search_queries import Text
from firstline.knowledge.shelf import Shelf
from firstline.knowledge.sought import Ranked, Sought, rank
from firstline.knowledge.tuning import tuning

__all__ = ["Asked", "Looked", "ModelChanged", "Retriever", "best_sentences", "recall_cold"]

Cut = Literal["floor", "duplicate", "filter", "beyond"]
SPARE = 4  # times as many texts are read as passages are wanted: duplicates go
KEPT_PARTS = 256  # chunks whose parts' vectors are remembered, 2 MB: the composer wants them right after


class ModelChanged(RuntimeError):
    """The business's vectors are of another model than the question's: embed it again with `model`."""

    def __init__(self, model: str) -> None:
        super().__init__(f"the active model is {model}")
        self.model = model


@dataclass(frozen=True, slots=True)
class Asked:
    """One question. `on`: customers do not find what takes effect later; None is today for them, any day for internal eyes."""

    text: str  # as query.search_text made it
    language: str
    limit: int = 6
    visibility: str = "public"
    tags: Sequence[str] | None = None
    on: date | None = None

    def sought(self, vector: Vector) -> Sought:
        """With its vector."""
        on = datetime.now(UTC).date() if self.on is None and self.visibility == "public" else self.on
        return Sought(self.text, vector, self.language, self.visibility, self.tags, on)


@dataclass(frozen=True, slots=True)
class Looked:
    """A passage that was looked at, and why the assistant would not see it (None: it would)."""

    passage: Passage
    cut: Cut | None


@dataclass(frozen=True, slots=True)
class _Known:
    """Sentences' vectors: read with the passages, or held with the index."""

    parts: OrderedDict[UUID, NDArray[Any]]
    index: HeldIndex | None

    def part_vectors(self, chunk_id: UUID) -> NDArray[Any] | None:
        known = self.parts.get(chunk_id)
        return known if known is not None or self.index is None else self.index.part_vectors(chunk_id)


class Retriever:
    """One a process."""

    def __init__(self, door: Door, embedders: Embedders | Embedder, limit_bytes: int | None = None) -> None:
        """`embedders`: the models by name; a single embedder stands for a catalog of one."""
        self._door = door
        self.embedders = embedders if isinstance(embedders, Embedders) else Embedders(EmbeddingPool(embedders))
        self._shelf = Shelf(door, tuning().cache_bytes if limit_bytes is None else limit_bytes)
        self._models: dict[UUID, str] = {}
        self._parts: OrderedDict[UUID, NDArray[Any]] = OrderedDict()

    def model_of(self, business_id: UUID) -> str:
        """The model that answered this business last here; that of new businesses before. Checked with each question."""
        return self._models.get(business_id, self.embedders.wanted)

    def embedder_of(self, business_id: UUID) -> Embedder:
        """The embedder of that model."""
        return self.embedders.named(self.model_of(business_id)).embedder

    async def ask(
        self, business_id: UUID, asked: Sequence[Asked], vectors: Sequence[Vector] | None = None
    ) -> list[list[Passage]]:
        """For each question its best passages, best first. No connection is held while a model embeds.

        `vectors`: the questions', when the caller has them already, of the model that `model_of` names.
        """
        for _ in range(2):
            model = self.model_of(business_id)
            if vectors is None:
                vectors = await self._embedded(model, [one.text for one in asked])
            try:
                async with self._door.transaction(business_id) as tx:
                    return [await self._recall(tx, one, v, model) for one, v in zip(asked, vectors, strict=True)]
            except ModelChanged as changed:
                self._models[business_id] = changed.model
                vectors = None
        return [[] for _ in asked]

    async def _embedded(self, model: str, texts: Sequence[str]) -> list[Vector]:
        pool = self.embedders.named(model)
        if hasattr(
            pool.embedder, "embed_queries"
        ):  # a model that tells questions from passages; its pool knows passages
            return list(await asyncio.to_thread(query_vectors, pool.embedder, texts))
        return list(await pool.embed(texts))

    async def recall(
        self, tx: Tx, text: str, vector: Vector, language: str, limit: int = 6, *, visibility: str = "public",
        tags: Sequence[str] | None = None, on: date | None = None, model: str | None = None,
    ) -> list[Passage]:  # fmt: skip
        """As `ask`, inside the caller's transaction. `model`: the vector's. Raises ModelChanged when another one answers."""
        asked = Asked(text, language, limit, visibility, tags, on)
        return await self._recall(tx, asked, vector, model or self.embedders.wanted)

    async def looked_at(self, business_id: UUID, asked: Asked) -> list[Looked]:
        """Everything near the question with its scores, also what the assistant would not see, and why. Best first."""
        vector = (await self._embedded(self.model_of(business_id), [asked.text]))[0]
        async with self._door.transaction(business_id) as tx:
            index, model = await self._index(tx, None)
            seen = await _ranked(tx, index, model, asked.sought(vector))
            everything = Asked(asked.text, asked.language, visibility="internal").sought(vector)
            hidden = [one for one in await _ranked(tx, index, model, everything) if one.id not in {s.id for s in seen}]
            most = asked.limit * SPARE
            found = await queries.texts(tx, [one.id for one in (*seen[:most], *hidden[:most])], model)
        chosen, twins = distinct(seen[:most], found, most)
        passages = {one.id: passage_of(found[one.id], one) for one in (*seen[:most], *hidden[:most]) if one.id in found}
        visible = {one.id: ("beyond" if place >= asked.limit else None) for place, one in enumerate(chosen)}
        out = []
        for one in (*seen[:most], *hidden[:most]):
            if one.id not in passages:
                continue
            cut: Cut | None = "duplicate" if one.id in twins else "filter" if one.id not in visible else None
            cut = cut or ("floor" if not one.above else "beyond" if visible[one.id] else None)
            out.append(Looked(passages[one.id], cut))
        return sorted(out, key=lambda looked: -looked.passage.scores["fused"])

    async def built(self, business_id: UUID) -> None:
        """Waits for an index that is being built, or builds it: for warming up and for benchmarks."""
        await self._shelf.built(business_id)

    def forget(self, business_id: UUID) -> None:
        """Drops a business's index (its version would do it at the next question; this gives the memory back now)."""
        self._shelf.drop(business_id)

    def heard(self, business_id: UUID, conversation_id: UUID | None) -> None:
        """A watcher of live events: what happened to a business itself may have changed its knowledge."""
        if conversation_id is None:
            self._shelf.doubt(business_id)

    async def close(self) -> None:
        """Ends what is being built."""
        await self._shelf.close()

    @property
    def bytes(self) -> int:
        """Memory that the indexes take."""
        return self._shelf.bytes

    def best_sentences(
        self, business_id: UUID, vector: Vector, text: str, language: str, passages: Sequence[Passage], limit: int
    ) -> list[tuple[Passage, str, float]]:
        """As the function of that name, with the sentence vectors this process already has."""
        known = _Known(self._parts, self._shelf.peek(business_id))
        return best_sentences(self.embedder_of(business_id), vector, text, language, passages, limit, index=known)

    async def _recall(self, tx: Tx, asked: Asked, vector: Vector, model: str) -> list[Passage]:
        index, model = await self._index(tx, model)
        ranked = (await _ranked(tx, index, model, asked.sought(vector)))[: asked.limit * SPARE]
        wanted = [] if index is not None and index.parts is not None else ranked[: tuning().sentence_passages]
        found = await queries.texts(tx, [one.id for one in ranked], model, parts_of=[one.id for one in wanted])
        self._remember(found)
        return told(ranked, found, asked.limit)

    async def _index(self, tx: Tx, model: str | None) -> tuple[HeldIndex | None, str]:
        version, active = await queries.version_and_model(tx)
        active = active or self.embedders.wanted
        self._models[tx.business_id] = active
        if model is not None and model != active:
            raise ModelChanged(active)
        return self._shelf.get(tx.business_id, version, active), active

    def _remember(self, found: dict[UUID, Text]) -> None:
        for text in found.values():
            if text.parts is not None:
                self._parts[text.id] = text.parts
                self._parts.move_to_end(text.id)
        while len(self._parts) > KEPT_PARTS:
            self._parts.popitem(last=False)


async def recall_cold(
    tx: Tx, model: str, text: str, vector: Vector, language: str, limit: int, *, visibility: str = "public",
    tags: Sequence[str] | None = None, on: date | None = None,
) -> list[Passage]:  # fmt: skip
    """From PostgreSQL alone."""
    asked = Asked(text, language, limit, visibility, tags, on)
    ranked = (await _ranked(tx, None, model, asked.sought(vector)))[: limit * SPARE]
    return told(ranked, await queries.texts(tx, [one.id for one in ranked], model), limit)


async def _ranked(tx: Tx, index: HeldIndex | None, model: str, sought: Sought) -> list[Ranked]:
    numbers = tuning()
    found = index.find(sought) if index is not None else await cold.find(tx, sought, model, numbers)
    cosines = found.cosines or await queries.cosines(tx, found.ids, sought.vector, model)
    return rank(found, cosines, numbers)
