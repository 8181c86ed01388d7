"""The small model: logistic regression on mean-centred sentence vectors and cues, for intents, sentiment and flags.

Mean-centring is what makes multilingual USE vectors separable (design/measured.md). Weights come from
`scripts/train_understanding.py`; their provenance stands beside them in `data/model.json`.
"""

import io
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from firstline.embedding.port import Vector
from firstline.understanding.cues import cue_names, cues_vector
from firstline.understanding.tables import data_bytes

__all__ = ["Scores", "SmallModel", "load_model"]

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scores:
    """Calibrated probabilities: `intents` and `sentiments` each sum to 1, every flag stands for itself."""

    intents: dict[str, float]
    sentiments: dict[str, float]
    flags: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class SmallModel:
    """All heads stacked in one matrix: `weights` (heads, dimensions + cues), `bias` (heads,), calibration folded in."""

    mean: Floats
    weights: Floats
    bias: Floats
    intents: tuple[str, ...]
    sentiments: tuple[str, ...]
    flags: tuple[str, ...]

    def score(self, vector: Vector, cues: frozenset[str]) -> Scores:
        """Probabilities of one message from its unit vector, shape (dimensions,), and its cues."""
        features = np.concatenate([vector - self.mean, cues_vector(cues)])
        logits = self.weights @ features + self.bias
        i, s = len(self.intents), len(self.intents) + len(self.sentiments)
        return Scores(
            intents=dict(zip(self.intents, _softmax(logits[:i]), strict=True)),
            sentiments=dict(zip(self.sentiments, _softmax(logits[i:s]), strict=True)),
            flags=dict(zip(self.flags, (1 / (1 + np.exp(-logits[s:]))).tolist(), strict=True)),
        )


def _softmax(logits: Floats) -> list[float]:
    e = np.exp(logits - logits.max())
    return [float(x) for x in e / e.sum()]


@cache
def load_model() -> SmallModel:
    """The bundled weights. Raises ValueError when the cues have changed since they were trained."""
    with np.load(io.BytesIO(data_bytes("model.npz")), allow_pickle=False) as stored:
        if tuple(stored["cues"].tolist()) != cue_names():
            raise ValueError("data/model.npz was trained with other cues: run scripts/train_understanding.py")
        return SmallModel(
            mean=stored["mean"].astype(np.float32),
            weights=stored["weights"].astype(np.float32),
            bias=stored["bias"].astype(np.float32),
            intents=tuple(stored["intents"].tolist()),
            sentiments=tuple(stored["sentiments"].tolist()),
            flags=tuple(stored["flags"].tolist()),
        )
