"""Anonymous visitors: a session token names its business, so that its tenant is known without looking across tenants."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID

from firstline.customers import queries
from firstline.ground.errors import Expired, Unauthorized
from firstline.ground.tenant import Door, Tx
from firstline.kit.ids import new_id

__all__ = ["Visitor", "Visitors", "open_visit"]

SESSION_DAYS = 90
KEEP_SECONDS = 60.0  # a verified token is trusted this long before it is looked up again
PREFIX = "flv"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who holds a session token."""

    business_id: UUID
    session_id: UUID
    customer_id: UUID | None = None


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


async def open_visit(tx: Tx, metadata: dict[str, Any]) -> tuple[Visitor, str]:
    """A new anonymous session and its token, which is stored only as a hash."""
    session_id, secret = new_id(), secrets.token_urlsafe(24)
    await queries.insert_session(tx, session_id, _hash(secret), metadata, SESSION_DAYS)
    return Visitor(tx.business_id, session_id), f"{PREFIX}_{tx.business_id.hex}_{session_id.hex}_{secret}"


class Visitors:
    """Checks tokens; remembers the good ones for a minute."""

    def __init__(self, door: Door, clock: Callable[[], float] = monotonic) -> None:
        self._door = door
        self._clock = clock
        self._known: dict[bytes, tuple[float, Visitor]] = {}

    async def verify(self, token: str) -> Visitor:
        """Who holds `token`. Raises Unauthorized("bad_session_token") or Expired("session_expired")."""
        key = _hash(token)
        kept = self._known.get(key)
        if kept and self._clock() - kept[0] < KEEP_SECONDS:
            return kept[1]
        parts = token.split("_", 3)
        try:
            if len(parts) != 4 or parts[0] != PREFIX:
                raise ValueError
            business_id, session_id = UUID(parts[1]), UUID(parts[2])
        except ValueError:
            raise Unauthorized("bad_session_token", "This session token is not one of ours.") from None
        async with self._door.transaction(business_id) as tx:
            row = await queries.session(tx, session_id)
        if row is None or not hmac.compare_digest(row["token_hash"], _hash(parts[3])):
            raise Unauthorized("bad_session_token", "This session token is not one of ours.")
        if not row["alive"]:
            raise Expired("session_expired", "This session has expired; open a new one.")
        visitor = Visitor(business_id, session_id, row["customer_id"])
        self.remember(token, visitor)
        return visitor

    def remember(self, token: str, visitor: Visitor) -> None:
        """A token just made or checked."""
        if len(self._known) > 50_000:
            self._known.clear()
        self._known[_hash(token)] = (self._clock(), visitor)
