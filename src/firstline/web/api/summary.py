"""GET /analytics/summary (spec §8.3)."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from firstline.analytics.summary import read_period, summarize
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs
from firstline.web.api.schemas.base import problems
from firstline.web.api.schemas.crm import SummaryOut
from firstline.web.rooms import rooms_of

__all__ = ["router"]

router = APIRouter(prefix="/analytics", tags=["analytics"])
DEFAULT_DAYS = 30


@router.get("/summary", responses=problems(), summary="How the chat did in a period")
async def get_summary(
    request: Request,
    who: Annotated[Principal, Depends(needs("analytics:read"))],
    start: Annotated[str | None, Query(alias="from", max_length=10, examples=["2026-02-01"])] = None,
    end: Annotated[str | None, Query(alias="to", max_length=10, examples=["2026-02-28"])] = None,
) -> SummaryOut:
    """Both days included, in the business's time zone; without them the last thirty days."""
    rooms = rooms_of(request)
    business = await rooms.profiles.get(who.business_id)
    last = end or datetime.now(business.zone).date().isoformat()
    first = start
    if first is None:
        _, until = read_period(last, last)
        first = (until - timedelta(days=DEFAULT_DAYS - 1)).isoformat()
    period = read_period(first, last)
    async with rooms.door.transaction(who.business_id) as tx:
        summary = await summarize(tx, *period, business.zone)
    return SummaryOut.model_validate(summary.as_json())
