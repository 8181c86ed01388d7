"""Only what the writer of a mail wrote: no quoted history, no automatic signature (data/quoted.toml)."""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["bare_subject", "own_words", "passed_on"]

LONGEST_LINE = 300  # of a line that may be a mark


@cache
def _marks() -> dict[str, Any]:
    return tomllib.loads(files("firstline.knowledge").joinpath("data/quoted.toml").read_text("utf-8"))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    found = _marks()[name]
    return re.compile("|".join(f"(?:{part})" for part in found) if isinstance(found, list) else found, re.IGNORECASE)


def bare_subject(subject: str) -> str:
    """Without "Re:" and "RV:"."""
    subject = subject.strip()
    found = _pattern("answer").match(subject)
    return subject[found.end() :] if found else subject


def passed_on(subject: str) -> bool:
    """Whether the message is somebody else's that was forwarded."""
    return bool(_pattern("forwarded").match(subject.strip()))


def own_words(text: str, subject: str = "") -> str:
    """The text above the history. A forwarded message is kept whole, and so is one that has nothing of its own."""
    if passed_on(subject):
        return "\n".join(re.sub(r"^(>\s?)+", "", line) for line in text.split("\n")).strip()
    kept: list[str] = []
    lines = text.split("\n")
    for at, line in enumerate(lines):
        if _history(lines, at) or (_short(line) and _pattern("signed").match(line.rstrip("\r\n").lstrip())):
            break
        if not line.lstrip().startswith(">"):
            kept.append(line)
    return "\n".join(kept).strip() or text.strip()


def _history(lines: list[str], at: int) -> bool:
    line = lines[at].strip().lstrip("> ").strip()
    if not line or not _short(line):
        return False
    wrapped = f"{line} {lines[at + 1].strip()}" if at + 1 < len(lines) else line  # "On ... \n wrote:"
    if any(_pattern("begins").match(text) and _short(text) for text in (line, wrapped)):
        return True
    following = [text.strip() for text in lines[at + 1 : at + 8] if text.strip()][:3]
    return bool(_pattern("sender").match(line)) and sum(bool(_pattern("others").match(t)) for t in following) >= 2


def _short(line: str) -> bool:
    return len(line) <= LONGEST_LINE
