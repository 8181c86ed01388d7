"""A model for tests: deterministic, instant, and near for texts that share words."""

import re
import zlib
from collections.abc import Sequence

import numpy as np

from firstline.embedding.port import Vectors

__all__ = ["FakeEmbedder"]

WORD = re.compile(r"\w+")


class FakeEmbedder:
    """Hashes words into buckets: cosine is the share of common words. Never used outside tests."""

    name = "fake-words"

    def __init__(self, dimensions: int = 64) -> None:
        self.dimensions = dimensions
        self.calls = 0

    def warm(self) -> None:
        """Nothing to load."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of word counts, signed by hash; an empty text points along the first axis."""
        self.calls += 1
        out = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in WORD.findall(text.casefold()):
                code = zlib.crc32(word.encode())
                out[row, code % self.dimensions] += 1.0 if code & 0x8000 else -1.0
            norm = float(np.linalg.norm(out[row]))
            if norm:
                out[row] /= norm
            else:
                out[row, 0] = 1.0
        return out

    def count_tokens(self, text: str) -> int:
        """One token a word."""
        return len(WORD.findall(text))
