"""Signing in to the console: password, session token, who it belongs to, signing out."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from firstline.ground.errors import Expired, Unauthorized
from firstline.ground.tenant import Door
from firstline.kit.ids import new_id
from firstline.tenancy import queries
from firstline.tenancy.passwords import password_matches
from firstline.tenancy.principal import Principal
from firstline.tenancy.tokens import make_token, read_token

__all__ = ["SESSION_DAYS", "SignedIn", "sign_in", "sign_out", "who"]

SESSION_DAYS = 14
_PREFIX = "fls"


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The token for the cookie, whose it is, and when it ends."""

    token: str
    principal: Principal
    expires_at: datetime


async def sign_in(door: Door, email: str, password: str, business: str | None = None) -> SignedIn:
    """Opens a session. `business` (slug or id) chooses among several; without it the first by name.

    Takes as long for an unknown address as for a wrong password. Raises Unauthorized("wrong_sign_in").
    """
    storable = "\x00" not in email and len(email) <= 254 and len(password) <= 256
    rows = await queries.find_sign_in(door, email.strip()) if storable else []
    if business and rows:
        row = await queries.find_business(door, business)
        rows = [r for r in rows if row and r["business_id"] == row["id"]]
    matches = await password_matches(password[:256], rows[0]["password_hash"] if rows else None)
    if not matches:
        raise Unauthorized("wrong_sign_in", "The address or the password is wrong.")
    chosen = rows[0]
    token = make_token(_PREFIX, chosen["business_id"], new_id())
    csrf = secrets.token_urlsafe(24)
    async with door.transaction(chosen["business_id"]) as tx:
        await queries.add_session(tx, token.row_id, chosen["user_id"], token.hash, csrf, SESSION_DAYS)
        await queries.add_audit(tx, new_id(), "user", chosen["user_id"], "signed_in", "", {})
    principal = Principal(
        chosen["business_id"],
        "user",
        chosen["name"],
        chosen["role"],
        user_id=chosen["user_id"],
        csrf=csrf,
        email=email.strip().lower(),
    )
    return SignedIn(token.text, principal, datetime.now(UTC) + timedelta(days=SESSION_DAYS))


async def who(door: Door, token: str) -> Principal:
    """Whose session it is. Raises Unauthorized("not_signed_in") or Expired("session_expired")."""
    parts = read_token(_PREFIX, token)
    row = None
    if parts is not None:
        async with door.transaction(parts.business_id) as tx:
            row = await queries.session(tx, parts.row_id)
    if parts is None or row is None or not parts.proves(row["token_hash"]):
        raise Unauthorized("not_signed_in", "Sign in first.")
    if not row["alive"]:
        raise Expired("session_expired", "Your session has ended; sign in again.")
    return Principal(
        parts.business_id,
        "user",
        row["name"],
        row["role"],
        user_id=row["user_id"],
        csrf=row["csrf"],
        email=row["email"],
    )


async def sign_out(door: Door, token: str) -> None:
    """Ends the session; an unknown token is no error."""
    try:
        await who(door, token)
    except Unauthorized:
        return
    parts = read_token(_PREFIX, token)
    assert parts is not None
    async with door.transaction(parts.business_id) as tx:
        await queries.delete_session(tx, parts.row_id)
