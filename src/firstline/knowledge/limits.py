"""Limits of documents and what is said when one is crossed (data/limits.toml, data/unreadable.toml)."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from firstline.knowledge.model import UnreadableDocument

__all__ = ["limits", "sentence", "unreadable"]


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("firstline.knowledge").joinpath(f"data/{name}.toml").read_text("utf-8"))


def limits() -> dict[str, Any]:
    """See data/limits.toml."""
    return _read("limits")


def unreadable(code: str) -> UnreadableDocument:
    """The error of that code, to raise."""
    return UnreadableDocument(code, _read("unreadable")[code])


def sentence(code: str, language: str = "en") -> str:
    """What is said of a code in a language; in English when there is none of it, '' for a code of another part."""
    spoken = _read("unreadable")
    return str(spoken.get(language, {}).get(code) or spoken.get(code, ""))
