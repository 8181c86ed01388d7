"""The pool gives each caller its own vectors, in order, whatever waited together."""

import asyncio

import numpy as np
import pytest

from firstline.embedding.fake import FakeEmbedder
from firstline.embedding.pool import EmbeddingPool


async def test_each_caller_gets_the_vectors_of_its_own_texts():
    pool = EmbeddingPool(FakeEmbedder())
    texts = [f"question number {i} about pipes {i * 7}" for i in range(40)]
    answers = await asyncio.gather(*(pool.embed([t]) for t in texts))
    np.testing.assert_allclose(np.concatenate(answers), FakeEmbedder().embed(texts))
    pool.close()


async def test_bulk_is_sliced_and_comes_back_in_order():
    embedder = FakeEmbedder()
    pool = EmbeddingPool(embedder)
    texts = [f"chunk {i} " + "word " * 100 for i in range(20)]
    np.testing.assert_allclose(await pool.embed(texts), FakeEmbedder().embed(texts))
    assert embedder.calls > 1
    pool.close()


async def test_calls_that_wait_together_are_joined():
    embedder = FakeEmbedder()
    pool = EmbeddingPool(embedder)
    await asyncio.gather(*(pool.embed([f"q {i}"]) for i in range(16)))
    assert embedder.calls <= 3
    pool.close()


async def test_an_error_reaches_its_caller_and_the_pool_lives_on():
    class Failing(FakeEmbedder):
        def embed(self, texts):
            if "bad" in texts:
                raise ValueError("bad text")
            return super().embed(texts)

    pool = EmbeddingPool(Failing())
    with pytest.raises(ValueError, match="bad text"):
        await pool.embed(["bad"])
    assert (await pool.embed(["good"])).shape == (1, 64)
    pool.close()


async def test_no_texts_give_no_vectors():
    assert (await EmbeddingPool(FakeEmbedder()).embed([])).shape == (0, 64)
