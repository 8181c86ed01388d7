"""The console's pages under /console; `app` mounts `console_router`."""

from fastapi import APIRouter

from firstline.web.console import crm, home, inbox, knowledge, settings, signing

__all__ = ["console_router"]

console_router = APIRouter(include_in_schema=False)
for part in (signing, home, inbox, knowledge, crm, settings):
    console_router.include_router(part.router, prefix="/console")
