"""What an agent should do next, from data/next_steps.toml: by the matter first, then by the kind of job."""

import re
import tomllib
import unicodedata
from functools import lru_cache
from importlib import resources
from typing import Any

__all__ = ["next_steps"]

_MOST = 4  # steps that a person reads before they answer


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files("firstline.handoff").joinpath("data/next_steps.toml").read_text("utf-8"))


def next_steps(subject: str, about: str, language: str) -> list[str]:
    """At most four steps. `subject` is a flag or intent, `about` the service's name and the customer's words."""
    data = _data()
    matter = data["intent"].get(subject, data["intent"]["other"])
    steps: list[str] = list(matter.get(language, matter["en"]))
    folded = _fold(about)
    for row in data["service"]:
        if any(re.search(rf"\b{re.escape(stem)}", folded) for stem in row["words"]):
            steps += row.get(language, row["en"])
    return list(dict.fromkeys(steps))[:_MOST]


def _fold(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in parts if not unicodedata.combining(c))
