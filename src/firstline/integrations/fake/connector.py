"""Keeps what it was given, idempotent by key, and fails when told to."""

from typing import Any
from uuid import UUID

from firstline.integrations.crm import CrmLeadCreateRequest, Interaction
from firstline.integrations.delivery import DeliveryError
from firstline.integrations.helpdesk import TicketComment, TicketCreateFromChat

__all__ = ["FakeConnector"]

_PRIORITIES = ("normal", "high", "urgent")


class FakeConnector:
    """Both ports. `failures` are raised by the next calls, first to last; `calls` lists (kind, key) of every call."""

    name = "fake"

    def __init__(self) -> None:
        self.leads: dict[str, CrmLeadCreateRequest] = {}
        self.interactions: dict[str, Interaction] = {}
        self.tickets: dict[UUID, dict[str, Any]] = {}
        self.failures: list[DeliveryError] = []
        self.calls: list[tuple[str, str]] = []

    def _called(self, kind: str, key: str) -> None:
        self.calls.append((kind, key))
        if self.failures:
            raise self.failures.pop(0)

    async def create_lead(self, request: CrmLeadCreateRequest, *, key: str) -> str:
        """One lead a conversation."""
        self._called("lead", key)
        if not request.contact.reachable:
            raise DeliveryError("a lead needs an email or a phone", permanent=True)
        about = str(request.metadata.get("conversation_id") or key)
        self.leads[about] = request
        return f"lead-{about}"

    async def record_interaction(self, request: Interaction, *, key: str) -> str:
        """One interaction a conversation."""
        self._called("interaction", key)
        about = str(request.external_ref.get("conversation_id") or key)
        self.interactions[about] = request
        return f"interaction-{about}"

    async def create_ticket(self, request: TicketCreateFromChat, *, key: str) -> str:
        """One ticket a conversation; other keys update it."""
        self._called("ticket", key)
        ticket = self.tickets.setdefault(
            request.conversation_id,
            {
                "number": len(self.tickets) + 1,
                "key": key,
                "status": "open",
                "priority": request.priority,
                "comments": {},
            },
        )
        if ticket["key"] != key:
            ticket["comments"][key] = request.description
            ticket["priority"] = max(ticket["priority"], request.priority, key=_PRIORITIES.index)
            ticket["status"] = "open"
        return f"ticket-{ticket['number']}"

    async def comment(self, request: TicketComment, *, key: str) -> str:
        """A comment, once a key."""
        self._called("ticket_comment", key)
        if request.conversation_id not in self.tickets:
            raise DeliveryError("the conversation has no ticket", permanent=True)
        self.tickets[request.conversation_id]["comments"][key] = request.body
        return f"comment-{key}"
