"""The port to a CRM: what is asked of it (spec §7.1), whichever connector stands behind it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

__all__ = ["Crm", "CrmContact", "CrmLeadCreateRequest", "Interaction"]


@dataclass(frozen=True, slots=True)
class CrmContact:
    """Who it is; email or phone may be missing, `customer_id` is our own."""

    email: str | None = None
    phone: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    customer_id: UUID | None = None

    @property
    def reachable(self) -> bool:
        """Whether there is one way of contact: without it there is no lead (design/data.md)."""
        return bool(self.email or self.phone)


@dataclass(frozen=True, slots=True)
class CrmLeadCreateRequest:
    """Spec §7.1. `metadata` holds conversation_id and initial_intent, and what else is known (service, budget, when)."""

    business_id: UUID
    contact: CrmContact
    description: str
    source: str = "website_chat"
    metadata: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Interaction:
    """Spec §7.1: one conversation as the CRM sees it; without a contact when nobody gave one."""

    id: UUID
    business_id: UUID
    timestamp: datetime
    summary: str
    contact: CrmContact | None = None
    type: str = "chat"
    channel: str = "web"
    external_ref: dict[str, Any] = field(default_factory=dict)


class Crm(Protocol):
    """A CRM. Both calls are idempotent by `key` and by conversation: a second one with news updates the first's row.

    They raise `DeliveryError` (transient or permanent) and answer the CRM's own id of the row.
    """

    name: str

    async def create_lead(self, request: CrmLeadCreateRequest, *, key: str) -> str:
        """A lead with its contact."""
        ...

    async def record_interaction(self, request: Interaction, *, key: str) -> str:
        """An interaction, with or without a contact."""
        ...
