"""The bounds and lists of data/crawl.toml."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["CannotRead", "rules", "said"]


class CannotRead(Exception):
    """A site that cannot be read as a whole. `code` is stable, `sentence` is for the owner."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@cache
def rules() -> dict[str, Any]:
    """See data/crawl.toml."""
    return tomllib.loads(files("firstline.knowledge").joinpath("data/crawl.toml").read_text("utf-8"))


def said(code: str, **more: str) -> str:
    """The sentence of a failure."""
    return str(rules()["failed"][code]).format(**more)
