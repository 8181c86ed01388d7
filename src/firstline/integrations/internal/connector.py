"""Writes contacts, leads, interactions and tickets into our own tables, each call in a transaction of its own."""

from uuid import UUID

from firstline.ground.tenant import Door, Tx
from firstline.integrations import queries
from firstline.integrations.crm import CrmContact, CrmLeadCreateRequest, Interaction
from firstline.integrations.delivery import DeliveryError
from firstline.integrations.helpdesk import TicketComment, TicketCreateFromChat
from firstline.kit.ids import new_id, parse_id

__all__ = ["InternalConnector"]


class InternalConnector:
    """Both ports, `Crm` and `HelpDesk`; the default of every business."""

    name = "internal"

    def __init__(self, door: Door) -> None:
        self._door = door

    async def create_lead(self, request: CrmLeadCreateRequest, *, key: str) -> str:  # noqa: ARG002 - one a conversation
        """The lead of the conversation named in its metadata; refused for good without a way of contact."""
        if not request.contact.reachable:
            raise DeliveryError("a lead needs an email or a phone", permanent=True)
        conversation_id = parse_id(request.metadata.get("conversation_id"))
        async with self._door.transaction(request.business_id) as tx:
            contact_id = await _contact(tx, request.contact)
            lead = await queries.upsert_lead(
                tx, new_id(), contact_id, conversation_id, request.source, request.description, request.metadata
            )
        return str(lead)

    async def record_interaction(self, request: Interaction, *, key: str) -> str:  # noqa: ARG002 - one a conversation
        """The interaction of the conversation named in its external_ref."""
        values = {
            "type": request.type,
            "channel": request.channel,
            "timestamp": request.timestamp,
            "summary": request.summary,
            "external_ref": request.external_ref,
        }
        conversation_id = parse_id(request.external_ref.get("conversation_id"))
        async with self._door.transaction(request.business_id) as tx:
            contact = request.contact
            contact_id = await _contact(tx, contact) if contact is not None and contact.reachable else None
            return str(await queries.upsert_interaction(tx, request.id, contact_id, conversation_id, values))

    async def create_ticket(self, request: TicketCreateFromChat, *, key: str) -> str:
        """The conversation's ticket; a second request with other news becomes a comment on it."""
        values = {
            "customer_id": request.customer_id,
            "conversation_id": request.conversation_id,
            "source": request.source,
            "subject": request.subject,
            "description": request.description,
            "priority": request.priority,
            "category": request.category,
            "metadata": {**request.metadata, "key": key},
        }
        async with self._door.transaction(request.business_id) as tx:
            known = await queries.ticket_of(tx, request.conversation_id)
            if known is None:
                await queries.insert_ticket(tx, new_id(), values)
                known = await queries.ticket_of(tx, request.conversation_id)
            if known is None:
                raise DeliveryError("the ticket could not be written")
            if known["metadata"].get("key") != key:
                await queries.update_ticket(tx, known["id"], values)
                news = {
                    "author_type": "system",
                    "author_id": None,
                    "body": request.description,
                    "visible_to_customer": False,
                }
                await queries.add_comment(tx, new_id(), known["id"], key, news)
            return str(known["id"])

    async def comment(self, request: TicketComment, *, key: str) -> str:
        """A comment on the conversation's ticket."""
        values = {
            "author_type": request.author_type,
            "author_id": request.author_id,
            "body": request.body,
            "visible_to_customer": request.visible_to_customer,
        }
        async with self._door.transaction(request.business_id) as tx:
            ticket = await queries.ticket_of(tx, request.conversation_id)
            if ticket is None:
                raise DeliveryError("the conversation has no ticket", permanent=True)
            return str(await queries.add_comment(tx, new_id(), ticket["id"], key, values))


async def _contact(tx: Tx, contact: CrmContact) -> UUID:
    return await queries.save_contact(tx, new_id(), contact)
