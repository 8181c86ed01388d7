"""What a visitor's event may carry, by its type: the kinds of its values. Their sense (1 to 5, yes or no) is chat's to check."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, StrictBool, StrictInt, StrictStr, ValidationError

from firstline.ground.errors import FieldError, Invalid

__all__ = ["checked_data"]


class TypingData(BaseModel):
    """Whether keys are being pressed."""

    active: StrictBool = True


class ReadData(BaseModel):
    """Up to which message."""

    sequence: StrictInt | None = None
    message_id: StrictStr | None = None


class FeedbackData(BaseModel):
    """A thumb on a message."""

    message_id: StrictStr | None = None
    value: StrictStr | None = None
    rating: StrictStr | None = None
    reason: StrictStr | None = None


class CsatData(BaseModel):
    """The score is checked by chat."""

    comment: StrictStr | None = None


class ContactData(BaseModel):
    """How to reach the visitor."""

    name: StrictStr | None = None
    email: StrictStr | None = None
    phone: StrictStr | None = None
    consent: StrictBool | None = None
    consent_text: StrictStr | None = None


class AnswerData(BaseModel):
    """To the offer of a person."""

    answer: StrictBool | StrictStr | None = None


DATA: Mapping[str, type[BaseModel]] = {
    "typing": TypingData,
    "read": ReadData,
    "feedback": FeedbackData,
    "csat": CsatData,
    "contact": ContactData,
    "escalation_offer_answer": AnswerData,
}


def checked_data(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """`data` as it came (what is not known is ignored further down). Raises Invalid naming data.<field>."""
    model = DATA.get(kind)
    try:
        if model is not None:
            model.model_validate(data)
    except ValidationError as error:
        wrong = {f"data.{e['loc'][0]}": str(e["msg"]) for e in error.errors()}
        errors = [FieldError(field, message) for field, message in wrong.items()]
        raise Invalid("invalid_request", "; ".join(f"{f}: {m}" for f, m in wrong.items()), errors) from None
    return data
