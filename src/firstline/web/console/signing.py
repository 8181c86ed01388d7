"""Signing in to the console and out of it: plain forms, guarded against other sites' posts."""

from __future__ import annotations

import hmac
import secrets
import time
from collections import deque
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from firstline.ground.errors import Unauthorized
from firstline.tenancy.signin import SESSION_DAYS, sign_in, sign_out, who
from firstline.web.console.edge import ConsoleRoute
from firstline.web.console.pages import page
from firstline.web.console.signed import COOKIE, Viewer, viewer_of
from firstline.web.console.speech import LANGUAGES
from firstline.web.rooms import rooms_of

__all__ = ["router"]

router = APIRouter(route_class=ConsoleRoute)
FORM_COOKIE = "fl_form"  # a visitor without a session proves with it that the form was ours
TRIES, WINDOW = 10, 300.0  # failed sign-ins an address may have in so many seconds (OWASP: slow guessing down)


class Guessing:
    """Counts failed sign-ins per address of this process; old ones fall out."""

    def __init__(self) -> None:
        self._failed: dict[str, deque[float]] = {}

    def too_many(self, who_asks: str) -> bool:
        """Whether this address has to wait."""
        failed = self._failed.get(who_asks, deque())
        while failed and failed[0] < time.monotonic() - WINDOW:
            failed.popleft()
        return len(failed) >= TRIES

    def failed(self, who_asks: str) -> None:
        """One more."""
        if len(self._failed) > 10_000:
            self._failed.clear()
        self._failed.setdefault(who_asks, deque(maxlen=TRIES)).append(time.monotonic())


def local_path(target: str) -> str:
    """Where to go after signing in: only a page of the console, never another site."""
    fine = target.startswith("/console") and "\\" not in target and "//" not in target
    return target if fine and not target.startswith("/console/sign-") else "/console"


def _form(request: Request, *, status: int = 200, problem: str | None = None, email: str = "", target: str) -> Response:
    token = request.cookies.get(FORM_COOKIE) or secrets.token_urlsafe(24)
    response = page(request, "sign-in.html", status=status, problem=problem, email=email, next=target, csrf=token)
    secure = rooms_of(request).settings.web.secure_cookies
    response.set_cookie(FORM_COOKIE, token, httponly=True, samesite="lax", secure=secure, path="/console")
    return response


@router.get("/sign-in")
async def show_sign_in(request: Request, next: str = "/console", ended: str = "") -> Response:  # noqa: A002 - the parameter's public name
    """The form; somebody who is signed in goes straight on; whose session ended in mid-work is told so."""
    try:
        await who(rooms_of(request).door, request.cookies.get(COOKIE, ""))
    except Unauthorized:
        return _form(request, target=local_path(next), problem="ended" if ended else None)
    return RedirectResponse(local_path(next), 303)


@router.post("/sign-in")
async def post_sign_in(
    request: Request,
    email: Annotated[str, Form(max_length=500)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    csrf: Annotated[str, Form(max_length=100)] = "",
    next: Annotated[str, Form(max_length=500)] = "/console",  # noqa: A002 - the field's public name
) -> Response:
    """Opens a session, or says what was wrong and keeps the address."""
    target, rooms = local_path(next), rooms_of(request)
    guessing: Guessing = rooms.extras.setdefault("console_guessing", Guessing())
    address = request.client.host if request.client else "?"
    if not hmac.compare_digest(csrf.encode(), request.cookies.get(FORM_COOKIE, "").encode()) or not csrf:
        return _form(request, status=403, problem="stale", email=email, target=target)
    if guessing.too_many(address):
        return _form(request, status=429, problem="slow", email=email, target=target)
    if not email.strip() or not password:
        return _form(request, status=422, problem="empty", email=email, target=target)
    try:
        signed = await sign_in(rooms.door, email, password)
    except Unauthorized:
        guessing.failed(address)
        return _form(request, status=401, problem="wrong", email=email, target=target)
    response = RedirectResponse(target, 303)
    secure = rooms.settings.web.secure_cookies
    response.set_cookie(
        COOKIE, signed.token, max_age=SESSION_DAYS * 86400, httponly=True, samesite="lax", secure=secure, path="/"
    )
    response.delete_cookie(FORM_COOKIE, path="/console")
    return response


@router.post("/sign-out")
async def post_sign_out(request: Request, csrf: Annotated[str, Form(max_length=100)] = "") -> Response:
    """Ends the session."""
    rooms, token = rooms_of(request), request.cookies.get(COOKIE, "")
    try:
        principal = await who(rooms.door, token)
    except Unauthorized:
        return RedirectResponse("/console/sign-in", 303)
    if not hmac.compare_digest(csrf.encode(), (principal.csrf or "").encode()):
        return RedirectResponse("/console", 303)
    await sign_out(rooms.door, token)
    response = RedirectResponse("/console/sign-in", 303)
    response.delete_cookie(COOKIE, path="/")
    return response


@router.post("/looks")
async def post_looks(
    viewer: Annotated[Viewer, Depends(viewer_of)],
    csrf: Annotated[str, Form(max_length=100)] = "",
    lang: Annotated[str, Form(max_length=5)] = "",
    here: Annotated[str, Form(max_length=500)] = "/console",
) -> Response:
    """The language of the pages."""
    response = RedirectResponse(local_path(here), 303)
    if lang in LANGUAGES and hmac.compare_digest(csrf.encode(), (viewer.principal.csrf or "").encode()):
        secure = viewer.rooms.settings.web.secure_cookies
        response.set_cookie("fl_lang", lang, max_age=31_536_000, samesite="lax", secure=secure, path="/console")
    return response
