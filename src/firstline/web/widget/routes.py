"""The hosted chat page, its QR code, and the loader."""

import io

import segno
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from firstline.chat.card import card
from firstline.web.rooms import rooms_of
from firstline.web.widget.page import chat_page, chosen_language, loader_source, page_headers

__all__ = ["router"]

router = APIRouter(tags=["widget"], include_in_schema=False)


@router.get("/c/{slug}")
async def hosted_page(request: Request, slug: str, embed: bool = False, lang: str | None = None) -> HTMLResponse:
    """The chat page, alone or (embed=1) in the widget's frame; framed only by the business's allowed origins."""
    rooms = rooms_of(request)
    business = await rooms.profiles.find(slug)
    shown = card(business, rooms.chat.clock())
    language = chosen_language(shown, request.headers.get("accept-language"), lang)
    origins = business.allowed_origins or (() if not rooms.settings.web.demo else ("'self'",))
    return HTMLResponse(chat_page(shown, lang=language, embed=embed), headers=page_headers(origins))


@router.get("/c/{slug}/qr.svg")
async def qr(request: Request, slug: str) -> Response:
    """A QR code of the hosted page, for print."""
    rooms = rooms_of(request)
    business = await rooms.profiles.find(slug)
    out = io.BytesIO()
    segno.make(f"{rooms.settings.web.public_url}/c/{business.slug}", error="m").save(out, kind="svg", scale=8, border=2)
    return Response(out.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=3600"})


@router.get("/widget.js")
async def loader() -> Response:
    """The one async tag's script."""
    headers = {
        "Cache-Control": "public, max-age=300",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(loader_source(), media_type="text/javascript; charset=utf-8", headers=headers)
