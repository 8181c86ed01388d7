"""Limits of documents and what is said when one is crossed (data/limits.toml, data/unreadable.toml)."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from firstline.knowledge.model import UnreadableDocument

__all__ = ["limits", "unreadable"]


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("firstline.knowledge").joinpath(f"data/{name}.toml").read_text("utf-8"))


def limits() -> dict[str, Any]:
    """See data/limits.toml."""
    return _read("limits")


def unreadable(code: str) -> UnreadableDocument:
    """The error of that code, to raise."""
    return UnreadableDocument(code, _read("unreadable")[code])
