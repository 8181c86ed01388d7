"""The console's pages under /console; `app` mounts `console_router`."""

from fastapi import APIRouter

from firstline.web.console import (
    crm,
    home,
    inbox,
    knowledge,
    knowledge_answers,
    knowledge_documents,
    knowledge_waiting,
    settings,
    signing,
)

__all__ = ["console_router"]

console_router = APIRouter(include_in_schema=False)
for part in (signing, home, inbox, knowledge, knowledge_documents, knowledge_answers, knowledge_waiting, crm, settings):
    console_router.include_router(part.router, prefix="/console")
