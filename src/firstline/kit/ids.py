"""Identifiers: UUIDv7, so that keys made in code sort by time."""

from uuid import UUID

from uuid_utils.compat import uuid7

__all__ = ["UUID", "new_id", "parse_id"]


def new_id() -> UUID:
    """A new UUIDv7 (RFC 9562)."""
    return uuid7()


def parse_id(text: object) -> UUID | None:
    """The UUID written in `text`, or None when it is not one."""
    if isinstance(text, UUID):
        return text
    try:
        return UUID(str(text))
    except ValueError:
        return None
