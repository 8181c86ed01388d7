"""API keys: one business, some scopes; shown once, stored as a hash, remembered for half a minute."""

import re
import time
from collections.abc import Sequence
from uuid import UUID

from firstline.ground.errors import Invalid, NotFound, Unauthorized
from firstline.ground.tenant import Door, Tx
from firstline.kit.ids import new_id
from firstline.tenancy import queries
from firstline.tenancy.principal import AREAS, Principal
from firstline.tenancy.tokens import make_token, read_token

__all__ = ["authenticate_key", "create_key", "revoke_key"]

FRESH_SECONDS = 30.0  # a key revoked in another process works this long
MOST_KEPT = 10_000
_PREFIX = "flk"
_SCOPE = re.compile(rf"\*|(?:{'|'.join(AREAS)}):(?:read|write|\*)")
_known: dict[tuple[UUID, UUID, bytes], tuple[float, Principal]] = {}


async def create_key(tx: Tx, name: str = "", scopes: Sequence[str] = ("*",)) -> str:
    """A new key of the business; the only time that it can be read. Raises Invalid for an unknown scope."""
    wrong = [scope for scope in scopes if not _SCOPE.fullmatch(scope)]
    if wrong or not scopes:
        raise Invalid("unknown_scope", f"There is no scope {wrong[0]!r}." if wrong else "A key needs a scope.")
    token = make_token(_PREFIX, tx.business_id, new_id())
    await queries.add_api_key(tx, token.row_id, name, token.hash, list(scopes))
    await queries.add_audit(
        tx, new_id(), "system", None, "api_key.created", str(token.row_id), {"name": name, "scopes": list(scopes)}
    )
    return token.text


async def revoke_key(tx: Tx, key_id: UUID) -> None:
    """No longer valid: at once in this process, within half a minute in others. Raises NotFound."""
    if not await queries.revoke_api_key(tx, key_id):
        raise NotFound("api_key_not_found", "There is no such key.")
    await queries.add_audit(tx, new_id(), "system", None, "api_key.revoked", str(key_id), {})
    tx.after_commit(lambda: _forget(key_id))


async def authenticate_key(door: Door, key: str) -> Principal:
    """Whose key it is. Raises Unauthorized("wrong_api_key")."""
    token = read_token(_PREFIX, key)
    if token is None:
        raise Unauthorized("wrong_api_key", "This API key is not valid.")
    place = (token.business_id, token.row_id, token.hash)
    kept = _known.get(place)
    if kept and time.monotonic() < kept[0]:
        return kept[1]
    async with door.transaction(token.business_id) as tx:
        row = await queries.api_key(tx, token.row_id)
    if row is None or not token.proves(row["key_hash"]):
        _known.pop(place, None)
        raise Unauthorized("wrong_api_key", "This API key is not valid.")
    principal = Principal(
        token.business_id, "api_key", row["name"], "owner", key_id=token.row_id, scopes=tuple(row["scopes"])
    )
    if len(_known) >= MOST_KEPT:
        _known.clear()
    _known[place] = (time.monotonic() + FRESH_SECONDS, principal)
    return principal


def _forget(key_id: UUID) -> None:
    for place in [p for p in _known if p[1] == key_id]:
        del _known[place]
