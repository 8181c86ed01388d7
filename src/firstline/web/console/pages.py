"""How a console page is made: templates, words, headers. No inline script or style, so the policy needs no nonce."""

from __future__ import annotations

import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, format_time
from babel.numbers import format_currency
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from firstline.web.console.shown import writers
from firstline.web.console.signed import Viewer
from firstline.web.console.speech import LANGUAGES, chosen_language, say, words

__all__ = ["page"]

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https: data:; font-src 'self'; "
    "manifest-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
FILE_ICONS = {"pdf": "file-type-pdf", "docx": "file-type-docx", "csv": "file-type-csv", "xlsx": "file-type-csv", "faq": "help-circle", "html": "world",
              "page": "world", "profile": "building-store", "email": "mail", "image": "photo", "ticket_summary": "ticket"}  # fmt: skip


def _local(moment: datetime | str | None, viewer: Viewer) -> datetime | None:
    if not moment:
        return None
    at = datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return at.astimezone(ZoneInfo(viewer.business.timezone))


def _when(moment: datetime | str | None, viewer: Viewer) -> str:
    """Today's as a time, others as a date, in the business's zone."""
    at = _local(moment, viewer)
    if at is None:
        return ""
    if at.date() == datetime.now(at.tzinfo).date():
        return format_time(at, "short", locale=viewer.lang)
    return format_date(at, "MMM d", locale=viewer.lang)


def _whole(moment: datetime | str | None, viewer: Viewer) -> str:
    at = _local(moment, viewer)
    return format_datetime(at, "medium", locale=viewer.lang) if at else ""


def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    env.filters["script_json"] = _script_json
    env.globals.update(file_icons=FILE_ICONS, languages=LANGUAGES)
    return env


def _script_json(value: Any) -> Markup:
    """JSON that cannot end its script element, whatever a customer wrote into it."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped here


_templates = _environment()


def page(
    request: Request, template: str, viewer: Viewer | None = None, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """The page, or only its inner part when htmx asks for a fragment."""
    lang = viewer.lang if viewer else chosen_language(request)
    everything: dict[str, Any] = {
        "viewer": viewer,
        "lang": lang,
        "t": lambda key, **slots: say(lang, key, **slots),
        "words": words(lang),
        "path": request.url.path,
        "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
        "partial": request.headers.get("hx-request-type") == "partial",
        "theme": request.cookies.get("fl_theme", "auto"),
        **context,
    }
    if viewer is not None:
        everything |= writers(viewer.business, lang)
        currency = viewer.business.currency
        everything["when"] = lambda moment: _when(moment, viewer)
        everything["whole"] = lambda moment: _whole(moment, viewer)
        everything["money"] = lambda amount: re.sub(
            r"[.,]00(?=\D*$)", "", format_currency(amount, currency, locale=lang)
        )
    html = _templates.get_template(template).render(everything)
    return HTMLResponse(html, status_code=status, headers=dict(HEADERS) | {"Vary": "HX-Request-Type, Cookie"})
