"""Understanding and knowledge as the turn's ports: one embedding a question, CPU work off the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from firstline.answering.computed.topics import questions_in
from firstline.answering.port import Question
from firstline.conversations.facts import Passage, Reading, Said
from firstline.embedding.pool import EmbeddingPool
from firstline.embedding.port import Vector
from firstline.ground.tenant import Door
from firstline.knowledge.query import alone, own_first, search_text
from firstline.knowledge.retrieve import Retriever
from firstline.tenancy.model import Business
from firstline.understanding.language import detect_language
from firstline.understanding.reading import MAX_EMBEDDED, Reader
from firstline.understanding.sentences import split_sentences

__all__ = ["Mind"]

THINKING_THREADS = 2
MOST_PASSAGES = 6  # as the retriever gives
MOST_OF_A_PART = 3


class Mind:
    """The turn's ports on understanding and knowledge: one embedding a question, CPU work off the event loop."""

    def __init__(self, door: Door, embedding: EmbeddingPool, reader: Reader, retriever: Retriever) -> None:
        self._door = door
        self._embedding = embedding
        self._reader = reader
        self._retriever = retriever
        # Pure Python for the most part: more threads would only wait for each other, and keep the event loop waiting.
        self._thinking = ThreadPoolExecutor(THINKING_THREADS, "mind")

    def close(self) -> None:
        """Gives the threads back."""
        self._thinking.shutdown(wait=False, cancel_futures=True)

    async def understand(
        self, business: Business, text: str, history: tuple[Said, ...], at: datetime, before: str | None
    ) -> tuple[Reading, Vector | None]:
        """The reading, and the vector to search with."""
        allowed = business.guardrails.languages_allowed or (business.language,)
        query = search_text(text, history, detect_language(text, allowed, before, business.language))
        vector = await self._ahead(query, text)

        def read() -> Reading:
            return self._reader.read(text, business=business, history=history, now=at, language_before=before)

        return await asyncio.get_running_loop().run_in_executor(self._thinking, read), vector

    async def _ahead(self, query: str, text: str) -> Vector:
        """The query's vector; whatever else this turn will ask for is embedded with it, and remembered.

        One batch, shared with the other turns of this moment: three texts at once cost what two cost one by one, and
        the threads hand the interpreter over less often.
        """
        head = text[:MAX_EMBEDDED]
        texts = [query, head, alone(text), *(part.text for part in questions_in(text)), *split_sentences(head)]
        vectors = await self._embedding.embed(list(dict.fromkeys(texts)))
        found: Vector = vectors[0]
        return found

    async def recall(
        self, business: Business, text: str, history: tuple[Said, ...], reading: Reading, vector: Vector | None
    ) -> tuple[Passage, ...]:
        """Public passages of this business."""
        query, own = search_text(text, history, reading.language), alone(text)
        found = vector if vector is not None else await self._embedding.embed_one(query)
        # A follow-up by its own words, and each of several questions in one message by its own.
        asked = [own] if own != query else []
        asked += [part.text for part in questions_in(text)]
        vectors = [await self._embedding.embed_one(words) for words in asked]
        async with self._door.transaction(business.id) as tx:
            out = tuple(await self._retriever.recall(tx, query, found, reading.language))
            for words, of_it in zip(asked, vectors, strict=True):
                first = await self._retriever.recall(tx, words, of_it, reading.language, MOST_OF_A_PART)
                out = own_first(first, out, MOST_PASSAGES)
            return out

    def select(self, question: Question) -> list[tuple[Passage, str, float]]:
        """The best sentences of a question's passages; runs in the composer's thread."""
        query = search_text(question.text, question.history, question.reading.language)
        vector = self._embedding.embedder.embed([query])[0]
        usable = [p for p in question.passages if p.above_floor]
        return self._retriever.best_sentences(question.business.id, vector, query, question.reading.language, usable, 4)
