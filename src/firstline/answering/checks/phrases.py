"""Phrases that bind the business, pretend, or treat a banned topic: lists in data/, en and es together (a sentence may mix)."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from firstline.answering.checks.plain import folded

__all__ = ["Phrase", "find_commitments", "find_topics", "is_backed", "subjects"]


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


def is_backed(phrase: Phrase, claim: str, statements: tuple[str, ...]) -> bool:
    """Whether a folded statement of the evidence says as much, of the same thing.

    It does when it holds the claim's own words, or when it matches the group's `backed_by` (not negated) and shares a
    subject with the claim: "estimates are free" is no support for "the repair is free". The same thing said in the
    other language is found by data/subjects.toml.
    """
    bare = folded(claim).strip(" .!*-")
    if phrase.group == "pretends_person":
        return False
    if any(bare in statement for statement in statements):
        return True
    backed = _commitments()[phrase.group][1]
    if backed is None:
        return any(phrase.words in statement for statement in statements)
    about = subjects(bare)
    for statement in statements:
        found = backed.search(statement)
        if found and not _is_negated(statement, found.start()) and about & subjects(statement):
            return True
    return False


@lru_cache(maxsize=4096)
def subjects(bare: str) -> frozenset[str]:
    """What a folded text is about: its content words cut to stems, those in data/subjects.toml by their common name."""
    table, empty = _subjects()
    words = {w for w in re.findall(r"[a-z]{4,}", bare) if w not in empty}
    names = {name for name, pattern in table if pattern.search(bare)}
    return frozenset(w[:_STEM] for w in words) | names


_STEM = 6  # letters: "replacement" and "replacing" agree, "repair" and "replace" do not


@lru_cache(maxsize=1)
def _subjects() -> tuple[tuple[tuple[str, re.Pattern[str]], ...], frozenset[str]]:
    table = _table("subjects.toml")
    named = tuple((f"@{name}", re.compile(rf"\b(?:{'|'.join(words)})")) for name, words in table["subjects"].items())
    return named, frozenset(table["empty"]["list"])


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
