"""Embedding from async code: a bounded pool, customers' questions before bulk work, small calls joined.

A question that arrives while the model is busy waits for at most one slice of bulk work (about 2,000 characters,
some 40 ms), and questions that wait together are embedded together. Nothing waits when the pool is idle.
"""

import asyncio
import contextlib
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

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
        self._lock = threading.Lock()  # of both queues and the count of busy threads

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
        with self._lock:
            waiting = [*self._urgent, *self._bulk]
            self._urgent.clear()
            self._bulk.clear()
        for call in waiting:
            with contextlib.suppress(RuntimeError):  # its loop is closed: nobody waits
                call.done.get_loop().call_soon_threadsafe(call.done.cancel)
        self._executor.shutdown(wait=False, cancel_futures=True)

    def _enqueue(self, queue: deque[_Call], texts: list[str]) -> "asyncio.Future[Vectors]":
        call = _Call(texts, asyncio.get_running_loop().create_future())
        with self._lock:
            queue.append(call)
        self._pump()
        return call.done

    def _pump(self) -> None:
        with self._lock:
            if self._busy >= self._threads or not (self._urgent or self._bulk):
                return
            self._busy += 1
        loop = asyncio.get_running_loop()
        loop.run_in_executor(self._executor, self._work, loop)

    def _work(self, loop: asyncio.AbstractEventLoop) -> None:
        """On a thread of the pool: batch after batch without waiting for the event loop, which may be busy writing the last one."""
        while True:
            with self._lock:
                batch = self._next_batch()
                if not batch:
                    self._busy -= 1
                    return
            texts = [text for call in batch for text in call.texts]
            try:
                vectors, error = self.embedder.embed(texts), None
            except Exception as failed:  # noqa: BLE001 - the pool's edge: it is raised where embed() is awaited
                vectors, error = None, failed
            try:
                loop.call_soon_threadsafe(self._finish, batch, vectors, error)
            except RuntimeError:  # the loop is closed: nobody waits
                with self._lock:
                    self._busy -= 1
                return

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

    @staticmethod
    def _finish(batch: list[_Call], vectors: Vectors | None, error: Exception | None) -> None:
        start = 0
        for call in batch:
            stop = start + len(call.texts)
            if not call.done.done():
                if vectors is not None:
                    call.done.set_result(vectors[start:stop])
                elif error is not None:
                    call.done.set_exception(error)
            start = stop


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
