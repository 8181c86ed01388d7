"""GET and PUT of the guardrails (spec §5.1)."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request

from firstline.tenancy.editing import put_guardrails
from firstline.tenancy.model import Business
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs
from firstline.web.api.schemas.base import problems
from firstline.web.api.schemas.rules import GuardrailsIn, GuardrailsOut
from firstline.web.rooms import rooms_of

__all__ = ["router"]

router = APIRouter(prefix="/guardrails", tags=["guardrails"])
EXAMPLE = {"max_quote_without_approval": "500.00", "allowed_discount_percent": 10, "languages_allowed": ["en", "es"]}


def _shown(business: Business) -> GuardrailsOut:
    return GuardrailsOut(business_id=business.id, currency=business.currency, **asdict(business.guardrails))


@router.get("", responses=problems(404), summary="What the assistant may say and promise")
async def get_guardrails(
    request: Request, who: Annotated[Principal, Depends(needs("guardrails:read"))]
) -> GuardrailsOut:
    """As they are in force."""
    rooms = rooms_of(request)
    rooms.profiles.drop(who.business_id)
    return _shown(await rooms.profiles.get(who.business_id))


@router.put("", responses=problems(413, 415), summary="Replace the guardrails")
async def replace_guardrails(
    request: Request,
    who: Annotated[Principal, Depends(needs("guardrails:write"))],
    body: Annotated[GuardrailsIn, Body(openapi_examples={"limits": {"value": EXAMPLE}})],
) -> GuardrailsOut:
    """What is left out goes back to its default. The lower of the two limits on amounts wins (see business.chat_config)."""
    rooms = rooms_of(request)
    async with rooms.door.transaction(who.business_id) as tx:
        business = await put_guardrails(tx, rooms.live, who, body.model_dump(exclude_none=True))
        tx.after_commit(lambda: rooms.profiles.drop(who.business_id))
    return _shown(business)
