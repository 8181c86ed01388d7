"""The Embedder Protocol: one sentence, one unit vector."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["Embedder", "Vector", "Vectors", "query_vectors"]

Vector = NDArray[np.float32]  # shape (dimensions,), L2 norm 1
Vectors = NDArray[np.float32]  # shape (n, dimensions), each row of norm 1


class Embedder(Protocol):
    """Turns texts into unit vectors. Thread-safe; CPU work, call it through a bounded pool from async code."""

    name: str  # stored with each vector: a change of name means re-embedding
    dimensions: int

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Vectors of `texts`, shape (len(texts), dimensions), float32, each of norm 1."""
        ...

    def count_tokens(self, text: str) -> int:
        """How many tokens the model's own tokenizer makes of `text`."""
        ...


def query_vectors(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    """Vectors of questions to search with: from `embed_queries` where a model tells questions from passages, else `embed`."""
    own = getattr(embedder, "embed_queries", None)
    vectors: Vectors = own(texts) if own is not None else embedder.embed(texts)
    return vectors
