"""Which embedding model a business's questions and documents use, also while it changes to another.

How a query stays whole: embed with the pool of `active_model`, then, in the transaction that reads the chunks, ask
`active_model` again and read that model's vectors only; when it is another by then, embed again. The vectors of the
model before are kept for a while after the switch (reembed.py), so that a query that began before it ends well.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstline.ground.tenant import Tx
from firstline.knowledge import model_queries

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["Models", "active_model", "held_models"]


@dataclass(frozen=True, slots=True)
class Models:
    """`active` answers; `building`, when there is one, is being made beside it. `done` of `total` chunks have its vector."""

    active: str
    building: str | None = None
    done: int = 0
    total: int = 0
    started_at: "datetime | None" = None

    @property
    def wanted(self) -> tuple[str, ...]:
        """The models that a new chunk needs vectors of."""
        return (self.active,) if self.building is None else (self.active, self.building)


async def active_model(tx: Tx, default: str) -> str:
    """The name of the model whose vectors answer this business's questions; `default` when it has no vectors yet."""
    return await model_queries.active_model(tx) or default


async def held_models(tx: Tx, default: str) -> Models:
    """The models that a new chunk needs; nobody switches before this transaction ends."""
    row = await model_queries.models_row(tx, held=True)
    if row is None:
        await model_queries.ensure_models(tx, default)
        row = await model_queries.models_row(tx, held=True)
    return Models(row["active"], row["building"], row["done"], row["total"], row["started_at"])
