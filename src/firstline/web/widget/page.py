"""Render the chat page and name its headers; the routes that serve them are the API's.

The page holds no inline script or style, so its policy needs no nonce: words and the public card travel as JSON in a
`<script type="application/json">`, which browsers never run.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

ASSETS = Path(__file__).resolve().parents[1] / "assets"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
# What the first draw needs; the rest is loaded with the first word or the first menu.
FIRST_MODULES = ("chat/host.js", "chat/text.js", "chat/view.js", "shared/reduce.js")
FIRST_VENDOR = ("preact.js", "htm.js")

_pages = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True, trim_blocks=True)


def languages_of_strings() -> tuple[str, ...]:
    """The languages the chat's own words exist in: a new language is a new file in `assets/i18n/`."""
    return tuple(sorted(path.stem for path in (ASSETS / "i18n").glob("*.json")))


def chosen_language(card: Mapping[str, Any], accept_language: str | None, asked: str | None = None) -> str:
    """`asked` (a `?lang=`), else the browser's first that both business and page speak, else the business's default."""
    spoken = [lang for lang in card.get("languages") or ["en"] if lang in languages_of_strings()] or ["en"]
    wanted = [part.split(";")[0].strip()[:2].lower() for part in (accept_language or "").split(",")]
    default = str(card.get("default_language") or spoken[0])
    return next((lang for lang in [asked, *wanted, default] if lang and lang in spoken), spoken[0])


def chat_page(
    card: Mapping[str, Any],
    *,
    lang: str,
    embed: bool = False,
    session_token: str | None = None,
    customer_token: str | None = None,
    max_chars: int = 4000,
    assets: str = "/assets",
) -> str:
    """The whole page for a business's public card (the answer of `GET /chat/business/{slug}`).

    A token is given only by `/chat/link/{token}`, whose answer must be `Cache-Control: no-store`; without one the page
    is public and cacheable per language.
    """
    words = strings(lang)["chat"]
    base = f"{assets}/vendor/min" if shortened() else assets
    config = {
        "card": card,
        "lang": lang,
        "words": words,
        "embed": embed,
        "assets": assets,
        "max_chars": max_chars,
        "session_token": session_token,
        "customer_token": customer_token,
    }
    return _pages.get_template("chat.html").render(
        card=card,
        lang=lang,
        dir="rtl" if lang in RIGHT_TO_LEFT else "ltr",
        words=words,
        embed=embed,
        greeting=(card.get("greeting") or {}).get(lang, ""),
        base=base,
        modules=[f"{assets}/vendor/{name}" for name in FIRST_VENDOR] + [f"{base}/{name}" for name in FIRST_MODULES],
        config=script_json(config),
    )


def page_headers(frame_ancestors: Iterable[str], *, private: bool = False) -> dict[str, str]:
    """Headers of the chat page. `frame_ancestors`: the business's allowed origins; none means nobody may frame it.

    `'self'` is always added, so that our own preview and the demo site may show the widget.
    """
    origins = " ".join(["'self'", *(origin for origin in frame_ancestors if ";" not in origin and "," not in origin)])
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https: data:; "
        f"font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {origins}"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cache-Control": "no-store" if private else "public, max-age=60",
        "Vary": "Accept-Language",
    }


def loader_source() -> bytes:
    """What `GET /widget.js` answers: the short loader when it is made, else its source."""
    folder = ASSETS / "vendor" / "min" if shortened() else ASSETS
    return (folder / "chat" / "widget.js").read_bytes()


def script_json(value: Any) -> Markup:
    """JSON that cannot end its script element, whatever a business wrote into its card."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))  # noqa: S704 - escaped here


def strings(lang: str) -> dict[str, dict[str, str]]:
    """`{"chat": first words, "more": words of menu and forms}` of a language."""
    loaded: dict[str, dict[str, str]] = json.loads((ASSETS / "i18n" / f"{lang}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def shortened() -> bool:
    """Whether `vendor/min/` was made of the very sources beside it (looked at once a process); else the sources serve."""
    manifest = ASSETS / "vendor" / "min" / "manifest.json"
    if not manifest.is_file():
        return False
    made: dict[str, str] = json.loads(manifest.read_text(encoding="utf-8"))
    sources = [path for folder in ("chat", "shared") for path in (ASSETS / folder).iterdir() if path.is_file()]
    now = {f"{path.parent.name}/{path.name}": hashlib.sha256(path.read_bytes()).hexdigest() for path in sources}
    return made == now
