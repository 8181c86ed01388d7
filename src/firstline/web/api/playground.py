"""POST /playground: a whole turn with its receipt; nothing stored, nothing sent."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Request

from firstline.answering.port import Contact
from firstline.ground.errors import FieldError, Invalid
from firstline.rehearsal.playground import rehearse
from firstline.tenancy.principal import Principal
from firstline.web.api.auth import needs
from firstline.web.api.schemas.base import problems
from firstline.web.api.schemas.conversations import PlaygroundIn, PlaygroundOut
from firstline.web.api.understand import aware, history_of, reading_out
from firstline.web.rooms import rooms_of

__all__ = ["router"]

router = APIRouter(tags=["bot"])
EXAMPLE = {"messages": [{"role": "customer", "text": "How much is a water heater installation?"}]}


@router.post("/playground", responses=problems(413, 415), summary="Try the assistant")
async def playground(
    request: Request,
    who: Annotated[Principal, Depends(needs("bot:read"))],
    body: Annotated[PlaygroundIn, Body(openapi_examples={"quote": {"value": EXAMPLE}})],
) -> PlaygroundOut:
    """The last message, which must be the customer's, is answered by the very turn that customers get."""
    rooms = rooms_of(request)
    said = history_of(body.messages)
    if said[-1].role != "customer" or not said[-1].text.strip():
        raise Invalid(
            "invalid_request",
            "The last message must be the customer's.",
            [FieldError("messages", "end with a customer's")],
        )
    played = body.as_customer
    contact = Contact(played.name, played.email, played.phone) if played else Contact()
    business = await rooms.profiles.get(who.business_id)
    done = await rehearse(rooms.chat, business, said, at=aware(body.now), contact=contact)
    return PlaygroundOut.model_validate(
        {
            "reply": {"text": done.text, "sentences": done.sentences},
            "replies": [{"sender_type": "ai", "text": done.text, "language": done.reading.language}]
            if done.text
            else [],
            "reading": reading_out(done.reading),
            "verdict": asdict(done.verdict),
            "status": done.status,
            "receipt": done.receipt,
        }
    )
