"""What all models of the admin API share: unknown fields refused, text that can be stored, problems, pages of lists."""

from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainSerializer, model_validator

__all__ = ["Limit", "Localized", "Money", "Page", "Problem", "Search", "Shown", "Wire", "problems"]

Item = TypeVar("Item")


def _storable(text: str) -> str:
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        raise ValueError("has a character that cannot be stored")
    return text


def _walk(value: Any) -> None:
    if isinstance(value, str):
        _storable(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            _walk(key)
            _walk(item)
    elif isinstance(value, list):
        for item in value:
            _walk(item)


class Wire(BaseModel):
    """A body that is read: what it does not know it refuses."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _text_can_be_stored(cls, value: Any) -> Any:
        _walk(value)
        return value


class Shown(BaseModel):
    """A body that is sent."""

    model_config = ConfigDict(from_attributes=True)


def _written(amount: Decimal) -> str:
    return f"{amount:.2f}"


MOST_MONEY = Decimal("9999999999.99")  # numeric(12, 2)
Money = Annotated[
    Decimal,
    PlainSerializer(_written, return_type=str),
    Field(ge=0, le=MOST_MONEY, decimal_places=2, examples=["150.00"]),
]
Localized = Annotated[dict[str, str], Field(examples=[{"en": "Drain cleaning", "es": "Destape"}])]
Limit = Annotated[int, Query(ge=1, le=200, description="How many at most")]
Search = Annotated[str, Query(max_length=200, description="Words to look for"), AfterValidator(_storable)]


class Page(Shown, Generic[Item]):
    """A list; `next_cursor` asks for what follows, null at its end."""

    items: list[Item]
    next_cursor: str | None = None


class FieldProblem(Shown):
    """What is wrong with one field."""

    field: str
    message: str


class Problem(Shown):
    """RFC 9457, as application/problem+json."""

    type: str = Field(examples=["urn:firstline:problem:faq_not_found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["faq_not_found"])
    detail: str = Field(examples=["There is no such FAQ."])
    errors: list[FieldProblem] = []
    request_id: str | None = None


_SAID = {401: "No key or session", 403: "Not allowed for this role or key", 404: "Not there", 409: "Not possible now",
         413: "Body over its limit", 415: "Content type that is not read", 422: "A field is wrong"}  # fmt: skip


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: 401, 403 and 422 always, and those named."""
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": _SAID[status], "content": {"application/problem+json": {"schema": schema}}}
        for status in sorted({401, 403, 422, *statuses})
    }


class Made(Shown):
    """The id of what was made."""

    id: UUID
