"""What the filters find, and the rules they read (data/governance.toml, each with its reason beside it)."""

import re
import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from firstline.knowledge.governance.triggers import Triggers

__all__ = ["Finding", "Governed", "Hit", "cued", "pattern", "rules", "running", "triggers"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch of the text, [start, end). `sure`: taken out where the policy says so; else only shown to the owner."""

    kind: str  # personal_data | secret | injection
    type: str  # a key of data/finding_texts.toml
    start: int
    end: int
    sure: bool = True
    note: str = ""  # what it stands for, when the text itself does not show it (smuggled, encoded)
    withheld: bool = False  # in doubt, and yet nothing for customers before the owner has allowed it


@dataclass(frozen=True, slots=True)
class Finding:
    """A row of kb_findings to be. `detail`: {"type", "where" (section), …} for wording by findings.words_of."""

    kind: str
    action: str  # flagged | redacted
    severity: str  # info | warning | danger
    fingerprint: bytes
    excerpt: str
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Governed:
    """The text as it may be indexed, and what was found in it; each fingerprint once."""

    markdown: str
    findings: tuple[Finding, ...] = ()


@cache
def rules() -> dict[str, Any]:
    """data/governance.toml."""
    return tomllib.loads(files("firstline.knowledge").joinpath("data/governance.toml").read_text("utf-8"))


@cache
def pattern(table: str, name: str, *, case: bool = False) -> re.Pattern[str]:
    """A compiled pattern of the data file; `case`: upper and lower case differ."""
    found: Any = rules()
    for part in (*table.split("."), name):
        found = found[part]
    return re.compile(found, 0 if case else re.IGNORECASE)


@cache
def triggers() -> Triggers:
    """Which patterns of the data file are worth trying on a page."""
    return Triggers(rules()["triggers"])


@cache
def cued(cue: str) -> re.Pattern[str]:
    """A value after one of the words of secrets.cued.`cue`."""
    table = rules()["secrets"]["cued"]
    return re.compile(rf"(?<![^\W\d_])(?=[^\W\d_])(?:{table[cue]})(?![^\W_]){table['joined']}", re.IGNORECASE)


@cache
def running(kind: str) -> tuple[re.Pattern[str], ...]:
    """secrets.running.`kind`."""
    return tuple(re.compile(found, re.IGNORECASE) for found in rules()["secrets"]["running"].get(kind, ()))
