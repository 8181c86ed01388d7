"""The demo: the example businesses' own websites with the widget's tag put in, served only by `firstline demo`."""

import mimetypes
import os
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import Response

from firstline.ground.errors import NotFound

__all__ = ["demo_router"]

demo_router = APIRouter(include_in_schema=False)
TAG = '<script async src="/widget.js" data-business="{slug}"></script>'
MARK = "<!-- firstline -->"


def _examples() -> Path:
    return Path(os.environ.get("FIRSTLINE_EXAMPLES", "examples"))


def _file(slug: str, name: str) -> Path | None:
    """The file inside the example's website; None for a name that no file can have (a NUL, thousands of letters)."""
    if not slug.replace("-", "").isalnum():
        return None
    try:
        root = (_examples() / slug / "website").resolve()
        path = (root / name).resolve()
        return path if path.is_relative_to(root) and path.is_file() else None
    except (OSError, ValueError):
        return None


@demo_router.get("/demo/{slug}/{name:path}")
async def page(slug: str, name: str) -> Response:
    """A page or a file of the example's website. Raises NotFound."""
    path = _file(slug, name or "index.html")
    if path is None:
        raise NotFound("page_not_found", "There is no such page.")
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    if path.suffix != ".html":
        return Response(path.read_bytes(), media_type=kind)
    html = path.read_text("utf-8").replace(MARK, TAG.format(slug=slug))
    return Response(html, media_type="text/html; charset=utf-8")
