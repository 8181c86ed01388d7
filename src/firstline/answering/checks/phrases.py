"""Phrases that bind the business, pretend, or treat a banned topic: lists in data/, en and es together (a sentence may mix)."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from firstline.answering.checks.plain import folded

__all__ = ["Phrase", "find_commitments", "find_topics", "is_backed"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """A match: its group (guarantee, promise, free, legal_advice...) and its words, folded."""

    group: str
    words: str


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(files("firstline.answering").joinpath(f"data/{name}").read_text("utf-8"))


@lru_cache(maxsize=1)
def _commitments() -> dict[str, tuple[re.Pattern[str], re.Pattern[str] | None]]:
    tables = [_table("commitments.en.toml"), _table("commitments.es.toml")]
    out: dict[str, tuple[re.Pattern[str], re.Pattern[str] | None]] = {}
    for group in dict.fromkeys(g for t in tables for g in t):
        says = [p for t in tables for p in t.get(group, {}).get("says", [])]
        backed = [p for t in tables for p in t.get(group, {}).get("backed_by", [])]
        out[group] = (re.compile("|".join(says)), re.compile("|".join(backed)) if backed else None)
    return out


@lru_cache(maxsize=1)
def _negations() -> tuple[re.Pattern[str], re.Pattern[str]]:
    table = _table("negations.toml")
    return re.compile(table["before"]), re.compile(table["unless"])


def _is_negated(text: str, start: int) -> bool:
    before, unless = _negations()
    clause = re.split(r"[.!?;:,]|\bbut\b|\bpero\b", text[:start])[-1]
    return bool(before.search(clause)) and not unless.search(clause)


def find_commitments(text: str) -> Iterator[Phrase]:
    """The commitment phrases of a plain text that are not negated, one a group at most."""
    bare = folded(text)
    for group, (says, _) in _commitments().items():
        for found in says.finditer(bare):
            if not _is_negated(bare, found.start()):
                yield Phrase(group, found[0].strip())
                break


def is_backed(phrase: Phrase, texts: tuple[str, ...]) -> bool:
    """Whether a folded text says as much: by the group's own patterns, else by the very same words."""
    backed = _commitments()[phrase.group][1]
    if backed is None:
        return phrase.group != "pretends_person" and any(phrase.words in text for text in texts)
    return any(backed.search(text) for text in texts)


@lru_cache(maxsize=64)
def _topic(code: str) -> re.Pattern[str]:
    says = _table("topics.toml").get(code, {}).get("says")
    return re.compile("|".join(says) if says else rf"\b{re.escape(folded(code.replace('_', ' ')))}\b")


def find_topics(text: str, banned: tuple[str, ...]) -> Iterator[Phrase]:
    """Banned topics that a plain text goes into; naming one to decline it ("I can't give legal advice") is none."""
    bare = folded(text)
    for code in banned:
        found = _topic(code).search(bare)
        if found and not _is_negated(bare, found.start()):
            yield Phrase(code, found[0])
