"""The settings' pages: profile and hours, services, chat, guardrails, rules, install. Saving goes through the admin API."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Annotated, Any
from zoneinfo import available_timezones

from babel import Locale
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from firstline.tenancy.model import WEEKDAYS
from firstline.web.console.edge import ConsoleRoute
from firstline.web.console.pages import page
from firstline.web.console.signed import Viewer, viewer_of
from firstline.web.console.speech import merged

__all__ = ["router"]

router = APIRouter(prefix="/settings", route_class=ConsoleRoute)
Who = Annotated[Viewer, Depends(viewer_of)]


def _show(request: Request, viewer: Viewer, template: str, permission: str, **context: Any) -> Response:
    lang = viewer.lang
    context["config"] = {"lang": lang, "words": merged(lang, "common", "settings")}
    context["spoken"] = viewer.business.guardrails.languages_allowed
    context["may_write"] = viewer.principal.may(permission)
    return page(request, template, viewer, b=viewer.business, **context)


def _days(lang: str) -> list[tuple[str, str]]:
    names = Locale(lang).days["stand-alone"]["wide"]
    return [(day, names[i].capitalize()) for i, day in enumerate(WEEKDAYS)]


@cache
def _zones() -> list[str]:
    """The time zones of places, for the list under the field."""
    return sorted(z for z in available_timezones() if "/" in z and not z.startswith(("Etc/", "SystemV/", "US/")))


async def _fresh(viewer: Viewer) -> Viewer:
    """A form shows what is stored now, not what the profile's cache remembers of half a minute ago."""
    viewer.rooms.profiles.drop(viewer.business.id)
    return replace(viewer, business=await viewer.rooms.profiles.get(viewer.business.id))


@router.get("")
async def show_profile(request: Request, viewer: Who) -> Response:
    """Name, ways of contact, place, hours, holidays, the emergency line."""
    return _show(
        request, await _fresh(viewer), "profile.html", "business:write", days=_days(viewer.lang), zones=_zones()
    )


@router.get("/services")
async def show_services(request: Request, viewer: Who) -> Response:
    """What is offered at which price, and what is asked for but not offered."""
    return _show(request, await _fresh(viewer), "services.html", "business:write")


@router.get("/chat")
async def show_chat(request: Request, viewer: Who) -> Response:
    """How the assistant greets, and when it asks for contact."""
    return _show(request, await _fresh(viewer), "chat.html", "business:write")


@router.get("/guardrails")
async def show_guardrails(request: Request, viewer: Who) -> Response:
    """What it may say and promise."""
    return _show(request, await _fresh(viewer), "guardrails.html", "guardrails:write")


@router.get("/rules")
async def show_rules(request: Request, viewer: Who) -> Response:
    """When a person is called."""
    return _show(request, await _fresh(viewer), "rules.html", "triggers:write")


@router.get("/install")
async def show_install(request: Request, viewer: Who) -> Response:
    """The tag to copy, and the hosted page's address."""
    public = viewer.rooms.settings.web.public_url
    slug = viewer.business.slug
    tag = f'<script async src="{public}/widget.js" data-business="{slug}"></script>'
    return _show(request, await _fresh(viewer), "install.html", "business:write", tag=tag, hosted=f"{public}/c/{slug}")
