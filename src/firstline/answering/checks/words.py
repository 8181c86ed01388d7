"""The word lists of data/mentions.toml, read once."""

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

__all__ = ["any_of", "mention_words"]


@lru_cache(maxsize=1)
def mention_words() -> dict[str, Any]:
    """The table as it stands in the file."""
    return tomllib.loads(files("firstline.answering").joinpath("data/mentions.toml").read_text("utf-8"))


def any_of(words: "list[str] | dict[str, Any]") -> str:
    """An alternation of escaped words, longest first. The texts it is matched on are accent-folded by the caller."""
    import re

    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))
