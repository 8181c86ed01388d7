"""Words that stand for one thing in a small business's questions and texts: classes of data/synonyms.toml, as stems."""

import tomllib
from functools import cache
from importlib.resources import files

from firstline.knowledge.wording import stems

__all__ = ["kin"]


@cache
def _kin(language: str) -> dict[str, tuple[str, ...]]:
    classes = tomllib.loads(files("firstline.knowledge").joinpath("data/synonyms.toml").read_text("utf-8"))
    found: dict[str, set[str]] = {}
    for words in classes.get(language, {}).values():
        members = set(stems(words, language))
        for member in members:
            found.setdefault(member, set()).update(members)
    return {term: tuple(sorted(members)) for term, members in found.items()}


def kin(term: str, language: str) -> tuple[str, ...]:
    """The stem `term` and those that share a class with it, in alphabetical order; none for a word of no class."""
    return _kin(language).get(term, ())
