"""One delivery: from a row of the outbox to the call of a connector, and what can go wrong on the way."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from firstline.integrations.crm import Crm, CrmContact, CrmLeadCreateRequest, Interaction
from firstline.integrations.helpdesk import HelpDesk, TicketComment, TicketCreateFromChat

__all__ = ["Connectors", "Delivery", "DeliveryError", "payload_of"]


class DeliveryError(Exception):
    """A connector did not take it. `permanent`: trying again cannot help (bad credentials, refused data).

    `retry_after` seconds, when the other side asked for them.
    """

    def __init__(self, detail: str, *, permanent: bool = False, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.permanent = permanent
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Delivery:
    """A claimed row of the outbox. `attempts` counts this one too."""

    id: UUID
    business_id: UUID
    connector: str
    kind: str
    key: str
    payload: dict[str, Any]
    conversation_id: UUID | None = None
    attempts: int = 1


def payload_of(request: CrmLeadCreateRequest | Interaction | TicketCreateFromChat | TicketComment) -> dict[str, Any]:
    """The request as JSON values: ids and times as text."""
    plain: dict[str, Any] = _plain(asdict(request))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


@dataclass(frozen=True, slots=True)
class Connectors:
    """The connectors in use, by name: `crm_type` and `helpdesk_type` of a business name one each."""

    crms: Mapping[str, Crm] = field(default_factory=dict)
    helpdesks: Mapping[str, HelpDesk] = field(default_factory=dict)

    async def deliver(self, row: Delivery) -> str:
        """Makes the call that the row asks for; raises DeliveryError."""
        try:
            call = _CALLS[row.kind]
        except KeyError:
            raise DeliveryError(f"unknown kind {row.kind}", permanent=True) from None
        return await call(self, row)

    def crm(self, name: str) -> Crm:
        """The CRM of that name; a permanent DeliveryError when it is not connected."""
        if name not in self.crms:
            raise DeliveryError(f"no CRM connector {name}", permanent=True)
        return self.crms[name]

    def helpdesk(self, name: str) -> HelpDesk:
        """The help desk of that name; a permanent DeliveryError when it is not connected."""
        if name not in self.helpdesks:
            raise DeliveryError(f"no help desk connector {name}", permanent=True)
        return self.helpdesks[name]


async def _lead(connectors: Connectors, row: Delivery) -> str:
    body = row.payload
    request = CrmLeadCreateRequest(
        business_id=row.business_id,
        contact=_contact(body["contact"]) or CrmContact(),
        description=body["description"],
        source=body["source"],
        metadata=body["metadata"],
    )
    return await connectors.crm(row.connector).create_lead(request, key=row.key)


async def _interaction(connectors: Connectors, row: Delivery) -> str:
    body = row.payload
    request = Interaction(
        id=UUID(body["id"]),
        business_id=row.business_id,
        timestamp=datetime.fromisoformat(body["timestamp"]),
        summary=body["summary"],
        contact=_contact(body["contact"]),
        type=body["type"],
        channel=body["channel"],
        external_ref=body["external_ref"],
    )
    return await connectors.crm(row.connector).record_interaction(request, key=row.key)


async def _ticket(connectors: Connectors, row: Delivery) -> str:
    body = {**row.payload, "business_id": row.business_id}
    body["customer_id"] = _id(body.get("customer_id"))
    body["conversation_id"] = UUID(body["conversation_id"])
    return await connectors.helpdesk(row.connector).create_ticket(TicketCreateFromChat(**body), key=row.key)


async def _comment(connectors: Connectors, row: Delivery) -> str:
    body = {**row.payload, "business_id": row.business_id}
    body["author_id"] = _id(body.get("author_id"))
    body["conversation_id"] = UUID(body["conversation_id"])
    return await connectors.helpdesk(row.connector).comment(TicketComment(**body), key=row.key)


_CALLS = {"lead": _lead, "interaction": _interaction, "ticket": _ticket, "ticket_comment": _comment}


def _contact(body: dict[str, Any] | None) -> CrmContact | None:
    return None if body is None else CrmContact(**{**body, "customer_id": _id(body.get("customer_id"))})


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None
