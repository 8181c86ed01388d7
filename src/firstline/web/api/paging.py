"""Pages of lists: one row more is read than is shown, to know whether there is a next page."""

import base64
import binascii
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from firstline.ground.errors import Invalid
from firstline.web.api.schemas.base import Page, Shown

__all__ = ["id_page", "read_moment", "write_moment"]

Item = TypeVar("Item", bound=Shown)


def id_page(model: type[Item], rows: Sequence[Any], limit: int) -> Page[Item]:
    """A page of rows sorted by `id` downwards; its cursor is the last id."""
    shown = rows[:limit]
    return Page(
        items=[model.model_validate(dict(row)) for row in shown],
        next_cursor=str(shown[-1]["id"]) if len(rows) > limit else None,
    )


def write_moment(at: datetime, row_id: UUID) -> str:
    """A cursor of lists that are sorted by time and id."""
    return base64.urlsafe_b64encode(f"{at.isoformat()}|{row_id.hex}".encode()).decode().rstrip("=")


def read_moment(cursor: str | None) -> tuple[datetime, UUID] | None:
    """What write_moment wrote. Raises Invalid("cursor_invalid")."""
    if cursor is None:
        return None
    try:
        at, _, row_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().partition("|")
        moment = datetime.fromisoformat(at)
        if moment.tzinfo is None:
            raise ValueError(at)
        return moment, UUID(row_id)
    except (ValueError, binascii.Error):
        raise Invalid("cursor_invalid", "This is no cursor of this list.") from None
