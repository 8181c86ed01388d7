"""Documents: a list with its filters in the address, a bin, and a page for each with what was read and found in it."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from firstline.ground.errors import NotFound
from firstline.knowledge import document_queries, finding_queries, source_queries
from firstline.knowledge.notes import notes_of
from firstline.knowledge.overview_queries import waiting
from firstline.web.console.edge import ConsoleRoute
from firstline.web.console.findings_shown import finding_shown
from firstline.web.console.knowledge_shown import PAGE, Search, Who, paged, show, source_name
from firstline.web.console.speech import searchable

__all__ = ["router"]

router = APIRouter(route_class=ConsoleRoute)
KINDS = ("page", "html", "pdf", "docx", "xlsx", "pptx", "odt", "markdown", "text", "csv", "email", "image", "faq", "profile")  # fmt: skip
MOST_PASSAGES, MOST_SOURCES, MOST_TEXT = 200, 200, 200_000


@router.get("/knowledge/documents")
async def show_documents(
    request: Request,
    viewer: Who,
    q: Search = "",
    kind: str = "",
    source_id: str = "",
    visibility: Literal["", "public", "internal"] = "",
    tag: str = "",
    deleted: str = "",
    cursor: UUID | None = None,
) -> Response:
    """Newest first; `deleted=true`: the bin."""
    viewer.need("kb:read")
    binned = deleted == "true"
    wanted = searchable(tag)[:60]
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        found = await document_queries.documents_page(
            tx, searchable(q), binned, cursor, PAGE + 1, kind=kind if kind in KINDS else None,
            source_id=_id(source_id), visibility=visibility or None, tag=wanted or None,
        )  # fmt: skip
        sources = await source_queries.sources_page(tx, None, MOST_SOURCES)
        counts = await waiting(tx)
    rows, older = paged(found)
    filters = {
        "q": q,
        "kind": kind,
        "source_id": source_id,
        "visibility": visibility,
        "tag": wanted,
        "deleted": "true" if binned else "",
    }
    filters = {name: value for name, value in filters.items() if value}
    return show(
        request, viewer, "documents.html", counts, rows=rows, older=older, q=q, filters=filters, kinds=KINDS, deleted=binned, tag=wanted,
        sources=[(str(s["id"]), source_name(s, viewer.lang)) for s in sources if s["kind"] != "crm"],
        source_names={s["id"]: source_name(s, viewer.lang) for s in sources},
    )  # fmt: skip


@router.get("/knowledge/documents/{document_id}")
async def show_document(request: Request, viewer: Who, document_id: UUID) -> Response:
    """Its text as it was read, its passages, its labels, what was found in it. Raises NotFound."""
    viewer.need("kb:read")
    async with viewer.rooms.door.transaction(viewer.business.id) as tx:
        document = await document_queries.document(tx, document_id)
        if document is None:
            raise NotFound("document_not_found", "There is no such document.")
        passages = await document_queries.chunks_of_document(tx, document_id, MOST_PASSAGES)
        findings = await finding_queries.findings_page(tx, state=None, document_id=document_id)
        source = await source_queries.source_shown(tx, document["source_id"]) if document["source_id"] else None
        counts = await waiting(tx)
    return show(
        request, viewer, "document.html", counts, d=_whole(document), notes=notes_of(document["metadata"], viewer.lang), passages=[dict(p) for p in passages], source=source,
        findings=[finding_shown(dict(f), viewer) for f in findings],
    )  # fmt: skip


def _whole(row: Any) -> dict[str, Any]:
    """With its tags at hand, where it can be looked at and whether it can be read again."""
    document = dict(row)
    uri, text = str(row["source_uri"]), str(row["raw_text"] or "")
    web = uri.startswith(("http://", "https://"))
    return document | {
        "tags": list(row["metadata"].get("tags") or ()),
        "link": uri if web else "",
        "again": (web or row["has_file"]) and row["deleted_at"] is None,
        "text": text[:MOST_TEXT],
        "cut": len(text) > MOST_TEXT,
        "own": row["source_type"] == "profile",
    }


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
