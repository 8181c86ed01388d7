"""Who looks at a console page."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from firstline.ground.errors import Forbidden
from firstline.tenancy.model import Business
from firstline.tenancy.principal import Principal
from firstline.tenancy.signin import who
from firstline.web.console.speech import chosen_language
from firstline.web.rooms import Rooms, rooms_of

__all__ = ["COOKIE", "Viewer", "viewer_of"]

COOKIE = "fl_session"


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody signed in, their business, and the language they read."""

    principal: Principal
    business: Business
    lang: str
    rooms: Rooms

    def need(self, permission: str) -> None:
        """Raises Forbidden when the role does not allow it ("kb:read")."""
        if not self.principal.may(permission):
            raise Forbidden("not_allowed", "Your role does not allow this.")


async def viewer_of(request: Request) -> Viewer:
    """Whose session it is. Raises Unauthorized; edge.ConsoleRoute turns that into the sign-in page."""
    rooms = rooms_of(request)
    principal = await who(rooms.door, request.cookies.get(COOKIE, ""))
    return Viewer(principal, await rooms.profiles.get(principal.business_id), chosen_language(request), rooms)
