"""Understanding and knowledge as the turn's ports: one embedding a question, CPU work off the event loop."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from firstline.answering.computed.topics import questions_in
from firstline.answering.port import Question
from firstline.conversations.facts import Passage, Reading, Said
from firstline.embedding.pool import EmbeddingPool
from firstline.embedding.port import Vector, query_vectors
from firstline.knowledge.query import alone, own_first, search_text
from firstline.knowledge.retrieve import Asked, Retriever
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

    def __init__(self, embedding: EmbeddingPool, reader: Reader, retriever: Retriever) -> None:
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
        """The reading, and the vector to search with; None when the business's vectors are of another model."""
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
        # A follow-up by its own words, and each of several questions in one message by its own.
        asked = [own] if own != query else []
        asked += [part.text for part in questions_in(text)]
        today = datetime.now(business.zone).date()
        wanted = [Asked(query, reading.language, MOST_PASSAGES, on=today)]
        wanted += [Asked(words, reading.language, MOST_OF_A_PART, on=today) for words in asked]
        vectors = None
        if vector is not None and self._retriever.model_of(business.id) == self._embedding.embedder.name:
            vectors = [
                vector,
                *[await self._embedding.embed_one(words) for words in asked],
            ]  # remembered by the pool's model
        out, *firsts = await self._retriever.ask(business.id, wanted, vectors)
        passages = tuple(out)
        for first in firsts:
            passages = own_first(first, passages, MOST_PASSAGES)
        return passages

    def select(self, question: Question) -> list[tuple[Passage, str, float]]:
        """The best sentences of a question's passages; runs in the composer's thread."""
        query = search_text(question.text, question.history, question.reading.language)
        vector = query_vectors(self._retriever.embedder_of(question.business.id), [query])[0]
        usable = [p for p in question.passages if p.above_floor]
        return self._retriever.best_sentences(question.business.id, vector, query, question.reading.language, usable, 4)
