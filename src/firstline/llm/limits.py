"""Time limits and the breaker's figures, from data/limits.toml."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from firstline.llm.model import Limits, Purpose

__all__ = ["breaker_figures", "limits_for"]


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    return tomllib.loads(files("firstline.llm").joinpath("data/limits.toml").read_text("utf-8"))


@lru_cache(maxsize=16)
def limits_for(purpose: Purpose) -> Limits:
    """The limits of that purpose, in seconds."""
    table = _table()
    return Limits(**table.get(purpose, table["default"]))


def breaker_figures() -> dict[str, float]:
    """`failures` (count), `rest_s` and `longest_rest_s` (seconds)."""
    return dict(_table()["breaker"])
