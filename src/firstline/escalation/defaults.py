"""The trigger rows that a new business starts with."""

import tomllib
from collections.abc import Callable
from functools import lru_cache
from importlib import resources
from typing import Any
from uuid import UUID

from firstline.kit.ids import new_id
from firstline.tenancy.model import Trigger

__all__ = ["default_triggers"]


@lru_cache(maxsize=1)
def _rows() -> tuple[dict[str, Any], ...]:
    raw = resources.files("firstline.escalation").joinpath("data/triggers.toml").read_text("utf-8")
    return tuple(tomllib.loads(raw)["trigger"])


def default_triggers(language: str = "en", make_id: Callable[[], UUID] = new_id) -> tuple[Trigger, ...]:
    """Fresh rows of data/triggers.toml, described in `language` (en or es, else en), all enabled."""
    return tuple(
        Trigger(
            id=make_id(),
            code=row["code"],
            description=row.get(language, row["en"]),
            condition={"type": "rule", "expression": row["expression"]},
            action={"type": row["action"], "notify_channel": row["notify_channel"]},
        )
        for row in _rows()
    )
