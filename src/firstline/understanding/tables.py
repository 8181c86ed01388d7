"""Reads the package's data files (word lists, thresholds, patterns), once each."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["data_bytes", "table"]


@cache
def table(name: str) -> dict[str, Any]:
    """The parsed `data/<name>.toml`. Shared: do not change it."""
    return tomllib.loads((files("firstline.understanding") / "data" / f"{name}.toml").read_text(encoding="utf-8"))


def data_bytes(name: str) -> bytes:
    """The bytes of `data/<name>`."""
    return (files("firstline.understanding") / "data" / name).read_bytes()
