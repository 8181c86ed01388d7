"""The port to a help desk (spec §7.2)."""

from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

__all__ = ["Category", "HelpDesk", "Priority", "TicketComment", "TicketCreateFromChat"]

Priority = Literal["normal", "high", "urgent"]
Category = Literal["billing", "service_issue", "complaint", "question", "booking", "other"]


@dataclass(frozen=True, slots=True)
class TicketCreateFromChat:
    """Spec §7.2. There is no status: a ticket from a chat is open, and no caller can make it anything else (§5.3)."""

    business_id: UUID
    customer_id: UUID | None
    subject: str
    description: str
    conversation_id: UUID
    priority: Priority = "normal"
    category: Category = "other"
    source: str = "chat"
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TicketComment:
    """A line on the ticket of a conversation; not shown to the customer unless said so."""

    business_id: UUID
    conversation_id: UUID
    body: str
    author_type: Literal["customer", "agent", "system"] = "system"
    author_id: UUID | None = None
    visible_to_customer: bool = False


class HelpDesk(Protocol):
    """A help desk. Calls are idempotent by `key`; one conversation has one ticket, a second request updates it.

    An update raises the priority, never lowers it; it reopens a solved ticket and adds its description as a comment.
    They raise `DeliveryError` (transient or permanent) and answer the help desk's own id of the row.
    """

    name: str

    async def create_ticket(self, request: TicketCreateFromChat, *, key: str) -> str:
        """The conversation's ticket."""
        ...

    async def comment(self, request: TicketComment, *, key: str) -> str:
        """A comment; permanent DeliveryError when the conversation has no ticket."""
        ...
