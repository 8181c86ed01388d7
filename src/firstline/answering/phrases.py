"""Fixed texts and word lists of this package, read once from `data/`; language files are alike key by key (tested)."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["LANGUAGES", "phrase", "table", "wordlist"]

LANGUAGES = ("en", "es")  # a new language is a new phrases.<code>.toml and its name here


@cache
def wordlist(name: str) -> dict[str, Any]:
    """The TOML file `data/<name>.toml`."""
    return tomllib.loads(files("firstline.answering").joinpath(f"data/{name}.toml").read_text("utf-8"))


def table(language: str, section: str) -> dict[str, Any]:
    """One section of a language's phrases; English when the language has no file."""
    section_of: dict[str, Any] = wordlist(f"phrases.{language if language in LANGUAGES else 'en'}")[section]
    return section_of


def phrase(language: str, key: str, /, **values: object) -> str:
    """The text of "section.name" with its {places} filled; KeyError when there is none (a fault of ours)."""
    section, name = key.split(".")
    return str(table(language, section)[name]).format(**values)
