"""Who calls the admin API: an API key as bearer, or a console session's cookie with its CSRF token; and what it may do."""

import hmac
from collections.abc import Awaitable, Callable
from functools import lru_cache
from uuid import UUID

from fastapi import Request, Security
from fastapi.security import APIKeyCookie, HTTPBearer

from firstline.ground.errors import Forbidden, Invalid, Unauthorized
from firstline.ground.tenant import Tx
from firstline.tenancy.keys import authenticate_key
from firstline.tenancy.people import Person, colleagues
from firstline.tenancy.principal import Principal
from firstline.tenancy.signin import who
from firstline.web.rooms import rooms_of

__all__ = ["COOKIE", "CSRF_HEADER", "needs", "person_of", "principal_of"]

COOKIE = "fl_session"
CSRF_HEADER = "X-CSRF-Token"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_bearer = HTTPBearer(auto_error=False, scheme_name="apiKey", description="An API key: flk_…")
_cookie = APIKeyCookie(
    name=COOKIE, auto_error=False, scheme_name="consoleSession", description="With X-CSRF-Token on changes"
)


async def principal_of(request: Request) -> Principal:
    """Who calls; remembered for the request. Raises Unauthorized, Expired, Forbidden("csrf_failed")."""
    known = getattr(request.state, "principal", None)
    if isinstance(known, Principal):
        return known
    door = rooms_of(request).door
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and credentials.strip():
        principal = await authenticate_key(door, credentials.strip())
    elif token := request.cookies.get(COOKIE):
        principal = await who(door, token)
        given = request.headers.get(CSRF_HEADER, "")
        if request.method not in SAFE and not hmac.compare_digest(given.encode(), (principal.csrf or "").encode()):
            raise Forbidden("csrf_failed", f"Send the session's token in {CSRF_HEADER}.")
    else:
        raise Unauthorized("not_signed_in", "Send an API key as a bearer token, or sign in to the console.")
    request.state.principal = principal
    return principal


@lru_cache(maxsize=64)
def needs(permission: str) -> Callable[..., Awaitable[Principal]]:
    """A dependency that gives the Principal when it may do `permission` ("kb:write"), else raises Forbidden."""

    async def check(
        request: Request, _bearer_scheme: object = Security(_bearer), _cookie_scheme: object = Security(_cookie)
    ) -> Principal:
        principal = await principal_of(request)
        if not principal.may(permission):
            raise Forbidden("not_allowed", f"This needs the permission {permission}.")
        return principal

    return check


async def person_of(tx: Tx, principal: Principal, agent_id: UUID | None = None) -> Person:
    """The colleague in whose name something is done: the one signed in; for an API key `agent_id`, else the first owner.

    Raises Invalid when there is no such colleague, Forbidden when a person names another.
    """
    people = await colleagues(tx)
    wanted = principal.user_id or agent_id
    if principal.user_id and agent_id not in (None, principal.user_id):
        raise Forbidden("not_allowed", "You can act in your own name only.")
    found = [p for p in people if p.id == wanted] if wanted else sorted(people, key=lambda p: p.role != "owner")
    if not found:
        raise Invalid("unknown_agent", "There is no such colleague; name one in agent_id.")
    return found[0]
