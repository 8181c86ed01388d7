"""GET and PATCH of the business's own profile."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request

from firstline.ground.errors import FieldError, Invalid, NotFound
from firstline.ground.tenant import Tx
from firstline.knowledge.crawl.plan import BadPlan, CrawlPlan
from firstline.knowledge.job_queries import get_job
from firstline.knowledge.opening import open_job
from firstline.tenancy import queries
from firstline.tenancy.editing import edit_business
from firstline.tenancy.model import ChatConfig
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs
from firstline.web.api.idempotency import IdempotentRoute
from firstline.web.api.profile_now import profile_now
from firstline.web.api.schemas.base import problems
from firstline.web.api.schemas.business import BusinessOut, BusinessPatch, business_out
from firstline.web.api.schemas.kb import JobOut
from firstline.web.api.schemas.kb_review import ProfileImportIn
from firstline.web.rooms import rooms_of

__all__ = ["router"]

router = APIRouter(prefix="/business", tags=["business"], route_class=IdempotentRoute)
EXAMPLE = {"phone": "+16085550142", "business_hours": {"sat": [{"open": "08:00", "close": "12:00"}]}}


async def _shown(tx: Tx) -> BusinessOut:
    row = await queries.business_row(tx)
    if row is None:
        raise NotFound("business_not_found", "There is no such business.")
    return business_out(row, asdict(ChatConfig()))


@router.get("", responses=problems(404), summary="The whole profile")
async def get_business(request: Request, who: Annotated[Principal, Depends(needs("business:read"))]) -> BusinessOut:
    """Profile, hours, holidays, services, chat settings."""
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        return await _shown(tx)


@router.patch("", responses=problems(404, 409, 413, 415), summary="Change the profile")
async def patch_business(
    request: Request,
    who: Annotated[Principal, Depends(needs("business:write"))],
    body: Annotated[BusinessPatch, Body(openapi_examples={"hours": {"value": EXAMPLE}})],
) -> BusinessOut:
    """JSON merge patch: what is not named stays as it is, null removes, lists are replaced whole."""
    rooms = rooms_of(request)
    async with rooms.door.transaction(who.business_id) as tx:
        await edit_business(tx, rooms.live, who, _plain(body))
        tx.after_commit(lambda: rooms.profiles.drop(who.business_id))
        shown = await _shown(tx)
    await profile_now(rooms, who.business_id)
    return shown


@router.post("/profile-import", status_code=202, responses=problems(413, 415), summary="Read the profile off a website")
async def post_profile_import(
    request: Request, who: Annotated[Principal, Depends(needs("business:write"))], body: ProfileImportIn
) -> JobOut:
    """Reads the site (schema.org data and text); what it says waits under `kb/proposals?job_id=` for a yes."""
    wanted = {"urls": [body.url], "mode": "crawl", "depth": 1, "most_pages": 30}
    try:
        CrawlPlan.read(wanted, own=rooms_of(request).settings.web.own_site)
    except BadPlan as why:
        raise Invalid("invalid_request", f"url: {why.sentence}", [FieldError("url", why.sentence)]) from None
    async with rooms_of(request).door.transaction(who.business_id) as tx:
        job = await get_job(tx, await open_job(tx, "url", wanted, created_by=who.user_id))
    return JobOut.model_validate(job)


def _plain(body: BusinessPatch) -> dict[str, Any]:
    """As JSON would have it; a service without a code gets one from its name."""
    changes = body.model_dump(mode="json", exclude_unset=True)
    for name in ("services", "not_offered"):
        for service in changes.get(name) or ():
            service.pop("id", None)
            if service.get("code", "") is None:
                del service["code"]
    return changes
