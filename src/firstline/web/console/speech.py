"""The console's words in every language, and which of them a reader gets."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from starlette.requests import Request

__all__ = ["LANGUAGES", "chosen_language", "merged", "say", "searchable", "words"]

DATA = Path(__file__).parent / "data"
LANGUAGES = tuple(sorted(path.stem for path in DATA.glob("*.json")))


@cache
def words(lang: str) -> dict[str, dict[str, str]]:
    """`{group: {key: text}}`: a new language is a new file in data/."""
    loaded: dict[str, dict[str, str]] = json.loads((DATA / f"{lang}.json").read_text(encoding="utf-8"))
    return loaded


def say(lang: str, key: str, **slots: Any) -> str:
    """The text of "group.key" with its {slots} filled."""
    group, _, name = key.partition(".")
    text = words(lang)[group][name]
    return text.format_map(slots) if slots else text


def merged(lang: str, *groups: str) -> dict[str, str]:
    """Several groups of words as one, for a script."""
    return {key: text for group in groups for key, text in words(lang)[group].items()}


def chosen_language(request: Request) -> str:
    """The cookie's, else the browser's first that the console speaks."""
    wanted = [part.split(";")[0].strip()[:2].lower() for part in request.headers.get("accept-language", "").split(",")]
    return next((lang for lang in (request.cookies.get("fl_lang", ""), *wanted) if lang in LANGUAGES), "en")


def searchable(q: str) -> str:
    """What PostgreSQL can look for: no NUL, no lone surrogate."""
    return q.encode("utf-8", "ignore").decode("utf-8").replace("\x00", "")
