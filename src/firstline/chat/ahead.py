"""Composing goes on while a sentence is being written down: what became ready meanwhile leaves together."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

__all__ = ["ahead"]

T = TypeVar("T")


async def ahead(source: AsyncIterator[T]) -> AsyncGenerator[list[T], None]:
    """The first item alone, since somebody waits for it; then each time everything that `source` has ready.

    Raises what `source` raises, after what came before it. Closed early, it ends `source` too.
    """
    ready: list[T] = []
    news = asyncio.Event()

    async def draw() -> None:
        async for item in source:
            ready.append(item)
            news.set()

    drawing = asyncio.get_running_loop().create_task(draw())
    drawing.add_done_callback(lambda _done: news.set())
    most: int | None = 1
    try:
        while True:
            await news.wait()
            news.clear()
            if ready:
                batch, ready[:most] = ready[:most], []
                most = None
                yield batch
                if ready:
                    news.set()
            elif drawing.done():
                drawing.result()
                return
            if drawing.done():
                news.set()
    finally:
        drawing.cancel()
        await asyncio.gather(drawing, return_exceptions=True)
