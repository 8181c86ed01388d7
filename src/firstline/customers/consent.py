"""What a customer agreed to."""

from uuid import UUID

from firstline.customers import queries
from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id

__all__ = ["agree"]


async def agree(tx: Tx, customer_id: UUID, purpose: str, text: str) -> None:
    """Keeps the consent with the words that were shown."""
    await queries.add_consent(tx, new_id(), customer_id, purpose, text)
