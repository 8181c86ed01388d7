"""POST /understand: a message read as a turn would read it, and nothing else."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request

from firstline.conversations.facts import Reading, Said
from firstline.kit.clock import now as clock_now
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs
from firstline.web.api.schemas.base import problems
from firstline.web.api.schemas.conversations import HistoryLine, UnderstandIn, UnderstandOut
from firstline.web.rooms import rooms_of

__all__ = ["aware", "history_of", "reading_out", "router"]

router = APIRouter(tags=["bot"])
EXAMPLE = {"text": "¿A qué hora abren los sábados?", "language": "es"}


def history_of(lines: list[HistoryLine | str]) -> tuple[Said, ...]:
    """Earlier messages; a plain text is the customer's."""
    return tuple(Said("customer", line) if isinstance(line, str) else Said(line.role, line.text) for line in lines)


def aware(at: datetime | None) -> datetime:
    """The instant asked for, in UTC when it has no zone; else the present."""
    if at is None:
        return clock_now()
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def reading_out(reading: Reading) -> UnderstandOut:
    """As the wire shows it."""
    return UnderstandOut.model_validate(
        {
            "language": reading.language,
            "intent": {
                "name": reading.intent,
                "confidence": reading.confidence,
                "runner_up": reading.runner_up,
                "gap": reading.gap,
            },
            "entities": reading.entities,
            "sentiment": reading.sentiment,
            "flags": sorted(reading.flags),
            "flag_scores": reading.flag_scores,
            "stage": reading.stage,
        }
    )


@router.post("/understand", responses=problems(413, 415), summary="What a message means")
async def understand(
    request: Request,
    who: Annotated[Principal, Depends(needs("bot:read"))],
    body: Annotated[UnderstandIn, Body(openapi_examples={"es": {"value": EXAMPLE}})],
) -> UnderstandOut:
    """Language, intent, entities, sentiment and flags; `stage` says whether rules, the small model or an LLM decided."""
    rooms = rooms_of(request)
    business = await rooms.profiles.get(who.business_id)
    reading, _vector = await rooms.chat.understand(
        business, body.text, history_of(body.history), aware(body.now), body.language
    )
    return reading_out(reading)
