"""What ingestion works with."""

from dataclasses import dataclass

from firstline.embedding.catalog import Embedders, UnknownModel
from firstline.embedding.pool import EmbeddingPool
from firstline.ground.sealing import Sealer
from firstline.ground.storage import Objects
from firstline.ground.tenant import Door

__all__ = ["Workshop"]


@dataclass(frozen=True, slots=True)
class Workshop:
    """What ingestion works with. `pool`: of the model that a business without vectors begins with."""

    door: Door
    pool: EmbeddingPool
    embedders: Embedders | None = None
    objects: Objects | None = None
    sealer: Sealer | None = None

    def pool_of(self, model: str) -> EmbeddingPool:
        """The pool whose vectors are called `model`. Raises UnknownModel."""
        if model == self.pool.embedder.name:
            return self.pool
        if self.embedders is None:
            raise UnknownModel(f"There is no embedding model named {model!r} here.")
        return self.embedders.named(model)
