"""The admin API under /api/v1, for consoles and keys; `app` mounts `router`."""

from fastapi import APIRouter

from firstline.web.api import (
    business,
    conversations,
    crm,
    feed,
    guardrails,
    handoffs,
    kb,
    kb_documents,
    kb_jobs,
    kb_review,
    kb_sources,
    kb_tables,
    playground,
    summary,
    triggers,
    understand,
)

__all__ = ["router"]

router = APIRouter(prefix="/api/v1")
for part in (
    business,
    guardrails,
    triggers,
    kb_documents,
    kb_jobs,
    kb_review,
    kb_sources,
    kb_tables,
    kb,
    understand,
    playground,
    conversations,
    handoffs,
    crm,
    summary,
    feed,
):
    router.include_router(part.router)
