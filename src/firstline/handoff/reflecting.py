"""What the worker does after a turn that mattered: the brief is kept, the CRM and the help desk are told (outbox)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from firstline.conversations import queries as conversations
from firstline.ground.jobs import enqueue
from firstline.ground.tenant import Door, Tx
from firstline.handoff import queries
from firstline.handoff.gathering import brief_of, facts_of, gather
from firstline.integrations.mapping import enqueue_for
from firstline.tenancy.model import Business
from firstline.tenancy.profile import Profiles

__all__ = ["REFLECT", "reflect", "wants_reflection", "when_it_matters"]

REFLECT = "reflect"  # the job's name


def wants_reflection(event_type: str, data: dict[str, Any]) -> bool:
    """Whether an event changes what the CRM or the help desk should know; most turns do not."""
    if event_type == "escalation":
        return data.get("type") != "offered"
    if event_type != "turn.closed":
        return True
    buying = data.get("intent") in {"request_quote", "book_service"} and data.get("known")
    support = data.get("intent") in {"billing_issue", "complaint"}
    return bool(
        data.get("learned") or data.get("resolved") or data.get("action") == "auto_escalate" or buying or support
    )


async def when_it_matters(tx: Tx, conversation_id: UUID | None, event_type: str, data: dict[str, Any]) -> None:
    """An event's handler: writes the job with the fact, once while it waits."""
    if conversation_id is not None and wants_reflection(event_type, data):
        await enqueue(tx, REFLECT, once=f"reflect:{conversation_id}", conversation_id=str(conversation_id))


async def reflect(
    door: Door, profiles: Profiles, business_id: UUID, conversation_id: UUID, clock: Callable[[], datetime]
) -> int:
    """The job's body. Returns the number of new deliveries."""
    business: Business = await profiles.get(business_id)
    async with door.transaction(business_id) as tx:
        gathered = await gather(tx, business, conversation_id)
        brief = brief_of(gathered, clock())
        await queries.save_brief(tx, conversation_id, brief)
        if gathered.conversation.resolution_outcome and not gathered.conversation.resolution_summary:
            await conversations.change(tx, conversation_id, {"resolution_summary": brief["summary"]})
        crm, helpdesk = await queries.connectors(tx)
        return await enqueue_for(tx, facts_of(gathered, brief, clock()), crm=crm, helpdesk=helpdesk)
