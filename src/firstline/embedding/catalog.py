"""The embedding models by name: one pool for each that is in use in this process, made when it is first asked for."""

from collections.abc import Callable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

from firstline.embedding.pool import EmbeddingPool
from firstline.embedding.port import Embedder

__all__ = ["CATALOG", "Embedders", "UnknownModel", "embedder_named"]

# name in FIRSTLINE_EMBEDDER -> (module, class); the class's `name` is what stands beside each vector
CATALOG: Mapping[str, tuple[str, str]] = {
    "bundled": ("firstline.embedding.bundled", "BundledEmbedder"),
    "e5": ("firstline.embedding.e5", "E5Embedder"),
}
Makers = Mapping[str, Callable[[], Embedder]]


class UnknownModel(LookupError):
    """No model of this name is installed here: its extra is missing, or its name is misspelt."""


def embedder_named(name: str) -> Embedder:
    """A new embedder by its setting ("bundled") or by the name of its vectors ("use-multilingual-3"). Raises UnknownModel."""
    if name in CATALOG:
        return cast(Embedder, _class(name)())
    for setting, (module, _) in CATALOG.items():
        if find_spec(module) is not None and _class(setting).name == name:
            return cast(Embedder, _class(setting)())
    raise UnknownModel(f"There is no embedding model named {name!r} here.")


def _class(setting: str) -> Any:
    module, kind = CATALOG[setting]
    try:
        return getattr(import_module(module), kind)
    except (ImportError, AttributeError) as error:
        raise UnknownModel(f"The embedding model {setting!r} is not installed here ({error}).") from error


class Embedders:
    """One pool a model. `default`: the pool of the model that new businesses use and old ones change to."""

    def __init__(self, default: EmbeddingPool, *others: EmbeddingPool, makers: Makers | None = None) -> None:
        self.default = default
        self._pools = {pool.embedder.name: pool for pool in (default, *others)}
        self._makers = dict(makers or {})

    @classmethod
    def from_setting(cls, setting: str, *others: EmbeddingPool) -> "Embedders":
        """By FIRSTLINE_EMBEDDER; `others` are pools that the process has anyway. Raises UnknownModel."""
        wanted = embedder_named(setting)
        held = {pool.embedder.name: pool for pool in others}
        return cls(held.get(wanted.name) or EmbeddingPool(wanted), *others)

    @property
    def wanted(self) -> str:
        """The name of the default model's vectors."""
        return self.default.embedder.name

    def named(self, name: str) -> EmbeddingPool:
        """The pool of the model whose vectors are called `name`. Raises UnknownModel."""
        pool = self._pools.get(name)
        if pool is None:
            make = self._makers.get(name)
            pool = self._pools[name] = EmbeddingPool(make() if make else embedder_named(name))
        return pool

    def close(self) -> None:
        """Gives the threads of all pools back."""
        for pool in self._pools.values():
            pool.close()
