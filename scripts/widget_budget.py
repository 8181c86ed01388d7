"""The widget's size, as a visitor pays for it: loader <= 2 kB gz, loader + first open <= 20 kB gz; exits 1 when over.

First open = the page, its style sheet, every module that the entry imports statically, and the icon sprite. What is
imported on demand (the first word sent, the menu) is shown beside and not counted. Limits: design/ux.md.
"""

from __future__ import annotations

import gzip
import re
import sys
from pathlib import Path

from firstline.web.widget import page

LOADER_LIMIT = 2 * 1024
FIRST_OPEN_LIMIT = 20 * 1024
VENDOR = page.ASSETS / "vendor"

# A card as full as a real one: texts in two languages, chips, theme.
CARD = {
    "id": "0198c0de-0000-7000-8000-000000000001",
    "slug": "acme-plumbing",
    "name": "Acme Plumbing",
    "logo": "https://www.acmeplumbing.example/images/logo.png",
    "greeting": {
        "en": "Hi! How can we help with your plumbing today?",
        "es": "¡Hola! ¿En qué podemos ayudarle con su plomería?",
    },
    "disclosure": {
        "en": "You're talking to an AI assistant. Ask for a person at any time.",
        "es": "Está hablando con un asistente de IA. Puede pedir hablar con una persona en cualquier momento.",
    },
    "languages": ["en", "es"],
    "default_language": "en",
    "open_now": False,
    "next_opening": "2026-11-23T08:00:00-06:00",
    "open_text": {"en": "Closed, back tomorrow at 8:00 AM", "es": "Cerrado, volvemos mañana a las 8:00"},
    "expected_reply": {
        "en": "A person usually replies within 10 minutes",
        "es": "Una persona suele responder en 10 minutos",
    },
    "theme": {"accent": "#0b6e4f", "side": "right", "offset": 20, "label": None, "teaser": None},
    "chips": {
        "en": ["Get a quote", "Opening hours", "Do you serve my area?", "It's an emergency"],
        "es": ["Pedir presupuesto", "Horario", "¿Atienden mi zona?", "Es una emergencia"],
    },
    "off_hours_mode": "chat",
}


def main() -> int:
    """Print the table; 1 when a limit is passed or the short files are not those of the sources."""
    if not page.shortened():
        print("vendor/min is missing or older than its sources: run `make assets`")
        return 1
    loader = weight(page.loader_source())
    first = {"/c/acme-plumbing": weight(page.chat_page(CARD, lang="es", embed=True).encode())}
    first |= {name(path): weight(path.read_bytes()) for path in first_open()}
    total = loader + sum(first.values())
    for label, size in {"widget.js": loader, **first}.items():
        print(f"{size:7,d}  {label}")
    print(f"{loader:7,d}  loader           (limit {LOADER_LIMIT:,d})")
    print(f"{total:7,d}  with first open  (limit {FIRST_OPEN_LIMIT:,d})")
    later = sorted((VENDOR / "min").glob("*/*"))
    rest = sum(weight(p.read_bytes()) for p in later if p not in first_open() and p.name != "widget.js")
    print(f"{rest:7,d}  later, on demand")
    return int(loader > LOADER_LIMIT or total > FIRST_OPEN_LIMIT)


def first_open() -> list[Path]:
    """Style sheet, sprite and the static import graph of the entry."""
    graph: list[Path] = []
    waiting = [VENDOR / "min" / "chat" / "chat.js"]
    while waiting:
        path = waiting.pop().resolve()
        if path not in graph:
            graph.append(path)
            found = re.findall(r'(?:from|import)\s*"(\.{1,2}/[^"]+)"', path.read_text(encoding="utf-8"))
            waiting += [path.parent / one for one in found]
    return [*graph, VENDOR / "min" / "chat" / "chat.css", VENDOR / "chat.svg"]


def weight(body: bytes) -> int:
    """Bytes on the wire."""
    return len(gzip.compress(body, 9, mtime=0))


def name(path: Path) -> str:
    """As the page asks for it."""
    return f"/assets/{path.relative_to(page.ASSETS.resolve())}"


if __name__ == "__main__":
    sys.exit(main())
