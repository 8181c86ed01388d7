"""Who is asking: a person signed in to the console, or an API key; and what that one may do.

A permission is "area:read" or "area:write"; write includes read. The areas are those of design/api.md's resources.
"""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

__all__ = ["AREAS", "Principal"]

AREAS = ("business", "guardrails", "triggers", "kb", "conversations", "crm", "analytics", "people", "keys", "bot")
# design/api.md: owner all; manager all but what ends or gives away the business; agent conversations, tickets, contacts, KB reading.
_ROLES: dict[str, frozenset[str]] = {
    "owner": frozenset({"*"}),
    "manager": frozenset(f"{area}:write" for area in AREAS if area != "keys") | {"keys:read"},
    "agent": frozenset(
        {"conversations:write", "crm:write", "kb:read", "business:read", "guardrails:read", "triggers:read", "bot:read", "analytics:read", "people:read"}
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Principal:
    """`user_id` of a person, `key_id` of an API key; `csrf` belongs to a console session."""

    business_id: UUID
    kind: Literal["user", "api_key"]
    name: str
    role: str
    user_id: UUID | None = None
    key_id: UUID | None = None
    scopes: tuple[str, ...] = ("*",)
    csrf: str | None = None
    email: str | None = None

    @property
    def actor_id(self) -> UUID | None:
        """The id that the audit log names."""
        return self.user_id or self.key_id

    def may(self, permission: str) -> bool:
        """Whether role and scopes both allow `permission` ("kb:write")."""
        return _allows(_ROLES.get(self.role, frozenset()), permission) and _allows(self.scopes, permission)


def _allows(granted: "frozenset[str] | tuple[str, ...]", permission: str) -> bool:
    area, _, verb = permission.partition(":")
    if "*" in granted or permission in granted or f"{area}:*" in granted:
        return True
    return verb == "read" and f"{area}:write" in granted
