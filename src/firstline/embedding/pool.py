"""Embedding from async code: a bounded pool, customers' questions before bulk work, small calls joined.

A question that arrives while the model is busy waits for at most one slice of bulk work (about 2,000 characters,
some 40 ms), and questions that wait together are embedded together. Nothing waits when the pool is idle.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np

from firstline.embedding.port import Embedder, Vectors

__all__ = ["EmbeddingPool"]

SLICE_CHARS = 2000
URGENT_CHARS = 2000
URGENT_TEXTS = 8
JOINED_TEXTS = 32


@dataclass(slots=True)
class _Call:
    texts: list[str]
    done: asyncio.Future[Vectors]


class EmbeddingPool:
    """Runs an Embedder on `threads` threads. Belongs to the event loop it is first used on."""

    def __init__(self, embedder: Embedder, threads: int = 1) -> None:
        self.embedder = embedder
        self._threads = threads
        self._executor = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="embed")
        self._urgent: deque[_Call] = deque()
        self._bulk: deque[_Call] = deque()
        self._busy = 0

    async def embed(self, texts: Sequence[str]) -> Vectors:
        """As Embedder.embed; raises what it raises."""
        if not texts:
            return np.empty((0, self.embedder.dimensions), dtype=np.float32)
        if len(texts) <= URGENT_TEXTS and sum(map(len, texts)) <= URGENT_CHARS:
            return await self._enqueue(self._urgent, list(texts))
        slices = [self._enqueue(self._bulk, part) for part in _sliced(texts)]
        try:
            return np.concatenate(await asyncio.gather(*slices))
        finally:
            for waiting in slices:
                waiting.cancel()

    async def embed_one(self, text: str) -> Vectors:
        """The vector of one text, shape (dimensions,)."""
        vector: Vectors = (await self.embed([text]))[0]
        return vector

    async def warm(self) -> None:
        """Load the model on the pool's thread."""
        await self.embed(["warm"])

    def close(self) -> None:
        """Give the threads back; calls that still wait are cancelled."""
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _enqueue(self, queue: deque[_Call], texts: list[str]) -> "asyncio.Future[Vectors]":
        call = _Call(texts, asyncio.get_running_loop().create_future())
        queue.append(call)
        self._pump()
        return call.done

    def _pump(self) -> None:
        while self._busy < self._threads:
            batch = self._next_batch()
            if not batch:
                return
            self._busy += 1
            texts = [text for call in batch for text in call.texts]
            loop = asyncio.get_running_loop()
            running = loop.run_in_executor(self._executor, self.embedder.embed, texts)
            running.add_done_callback(partial(self._finish, batch))

    def _next_batch(self) -> list[_Call]:
        batch: list[_Call] = []
        room = JOINED_TEXTS
        while self._urgent and (not batch or len(self._urgent[0].texts) <= room):
            call = self._urgent.popleft()
            if not call.done.done():
                batch.append(call)
                room -= len(call.texts)
        while not batch and self._bulk:
            call = self._bulk.popleft()
            if not call.done.done():
                batch.append(call)
        return batch

    def _finish(self, batch: list[_Call], future: "asyncio.Future[Vectors]") -> None:
        self._busy -= 1
        error = asyncio.CancelledError() if future.cancelled() else future.exception()
        start = 0
        for call in batch:
            stop = start + len(call.texts)
            if not call.done.done():
                if error is None:
                    call.done.set_result(future.result()[start:stop])
                elif isinstance(error, asyncio.CancelledError):
                    call.done.cancel()
                else:
                    call.done.set_exception(error)
            start = stop
        self._pump()


def _sliced(texts: Sequence[str]) -> list[list[str]]:
    slices: list[list[str]] = []
    size = SLICE_CHARS
    for text in texts:
        if size + len(text) > SLICE_CHARS:
            slices.append([])
            size = 0
        slices[-1].append(text)
        size += len(text)
    return slices
