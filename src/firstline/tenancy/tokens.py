"""Tokens that name their tenant: prefix_<business hex>_<row hex>_<secret>. Only the secret's hash is stored.

Naming the tenant spares the cross-tenant look-up; it gives nothing away that the slug does not.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from uuid import UUID

__all__ = ["Token", "make_token", "read_token"]

_SHAPE = re.compile(r"(fl[a-z])_([0-9a-f]{32})_([0-9a-f]{32})_([A-Za-z0-9-]{20,64})")


@dataclass(frozen=True, slots=True)
class Token:
    """A token in its parts."""

    prefix: str
    business_id: UUID
    row_id: UUID
    secret: str

    @property
    def hash(self) -> bytes:
        """SHA-256 of the secret: 32 random bytes need no slow hash."""
        return hashlib.sha256(self.secret.encode()).digest()

    @property
    def text(self) -> str:
        """As it is handed out."""
        return f"{self.prefix}_{self.business_id.hex}_{self.row_id.hex}_{self.secret}"

    def proves(self, stored: bytes) -> bool:
        """Whether `stored` is this token's hash, in constant time."""
        return hmac.compare_digest(self.hash, stored)


def make_token(prefix: str, business_id: UUID, row_id: UUID) -> Token:
    """A new one, with 256 random bits."""
    return Token(prefix, business_id, row_id, secrets.token_urlsafe(32).replace("_", "-"))


def read_token(prefix: str, text: str) -> Token | None:
    """The token's parts, or None when `text` has not the shape of one."""
    found = _SHAPE.fullmatch(text) if len(text) < 200 else None
    if not found or found[1] != prefix:
        return None
    return Token(prefix, UUID(found[2]), UUID(found[3]), found[4])
