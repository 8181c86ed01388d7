"""data/structured.toml."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["words"]


@cache
def words() -> dict[str, Any]:
    """The whole file."""
    return tomllib.loads(files("firstline.knowledge").joinpath("data/structured.toml").read_text("utf-8"))
