"""Resolved conversations for knowledge's drafts, out of the internal help desk and the chats (knowledge.resolved's port)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Door
from firstline.integrations.resolved_queries import chat_turns, resolved_page, ticket_turns
from firstline.knowledge.resolved import Resolved, Turn

__all__ = ["ResolvedHere"]

WHO: dict[str, Any] = {"customer": "customer", "agent": "person", "ai": "ai"}


@dataclass(frozen=True, slots=True)
class ResolvedHere:
    """A ResolvedConversations."""

    door: Door

    async def resolved(self, business_id: UUID, after: tuple[datetime, UUID] | None, most: int) -> list[Resolved]:
        """Tickets and chats in which a person answered the customer, in the order in which they were resolved."""
        async with self.door.transaction(business_id) as tx:
            rows = await resolved_page(tx, after, most)
            turns: dict[UUID, list[Turn]] = defaultdict(list)
            names: dict[UUID, set[str]] = defaultdict(set)
            told = await ticket_turns(tx, [row["id"] for row in rows if row["origin"] == "ticket"])
            told += await chat_turns(tx, [row["id"] for row in rows if row["origin"] == "chat"])
        for row in rows:
            if row["description"]:
                turns[row["id"]].append(Turn("customer", row["description"], row["created_at"]))
        for row in told:
            turns[row["of"]].append(Turn(WHO[row["sender"]], row["text"], row["at"]))
            if row["name"] and row["sender"] == "agent":
                names[row["of"]].add(row["name"])
        return [
            Resolved(
                row["origin"],
                row["id"],
                row["at"],
                tuple(turns[row["id"]]),
                tuple(sorted({*row["names"], *names[row["id"]]})),
                row["language"],
            )
            for row in rows
        ]
