"""A stream of tokens, cut into sentences as they become whole (English and Spanish).

What is written as one figure is never cut: "$1.50", "7:30 a.m.", "acme.example/prices", "1. first", "$1. 500". Each piece
carries its own leading space or newline, so that the pieces join to exactly what was fed. Citations ("[1]") belong to
the sentence before them. When in doubt the cut is not made: a longer sentence only makes the gate stricter.
"""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files

__all__ = ["SentenceSplitter", "split_sentences"]

_END = re.compile(r"[.!?…。！？]+|\n")
_CLOSERS = re.compile(r"[\"'”’»)\]*_`]*")
_CITED = re.compile(r"(?:[ ]?\[\d{1,2}(?:\s*[,;]\s*\d{1,2})*\])+")
_HALF_CITED = re.compile(r"[ ]?\[[\d,;\s]{0,12}$|[ ]$")
_LAST_WORD = re.compile(r"([^\W\d_]+(?:\.[^\W\d_]+)*)$")
_LIST_NUMBER = re.compile(r"^\s*(?:\d{1,3}|[a-zA-Z])$")


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], frozenset[str]]:
    table = tomllib.loads(files("firstline.answering").joinpath("data/sentences.toml").read_text("utf-8"))
    return frozenset(table["never"]), frozenset(table["maybe"])


class SentenceSplitter:
    """Feed it tokens; it gives back the sentences that are certainly whole. `flush` gives the rest."""

    def __init__(self) -> None:
        self._text = ""
        self._from = 0  # everything before it holds no end of a sentence

    def feed(self, token: str) -> list[str]:
        """The sentences that this token made whole, in order."""
        self._text += token
        return self._cut(final=False)

    def flush(self) -> list[str]:
        """What is left, at the end of the stream."""
        out = self._cut(final=True)
        if self._text:
            out.append(self._text)
        self._text, self._from = "", 0
        return out

    @property
    def pending(self) -> str:
        """What has been fed but not given back."""
        return self._text

    def _cut(self, *, final: bool) -> list[str]:
        out: list[str] = []
        while found := _END.search(self._text, self._from):
            cut = _end_of_sentence(self._text, found, final=final)
            if cut is None:  # what decides it has not come yet
                return out
            if cut == 0:
                self._from = found.end()
                continue
            out.append(self._text[:cut])
            self._text, self._from = self._text[cut:], 0
            if self._text[:1] == "\n":
                self._from = len(self._text) - len(self._text.lstrip())
        return out


def split_sentences(text: str) -> list[str]:
    """All the sentences of a whole text."""
    splitter = SentenceSplitter()
    return splitter.feed(text) + splitter.flush()


def _end_of_sentence(text: str, found: re.Match[str], *, final: bool) -> int | None:
    """Where the sentence ends; 0 when this mark ends none; None when more text is needed to know."""
    if found[0] == "\n":
        return found.start() if text[: found.start()].strip() else 0
    if found.end() == len(text) and not final:
        return None
    cut = _CLOSERS.match(text, found.end()).end()  # type: ignore[union-attr]
    if cited := _CITED.match(text, cut):
        cut = cited.end()
    rest = text[cut:]
    if not final and (not rest or _HALF_CITED.fullmatch(rest)):
        return None
    if set(found[0]) <= {".", "…"}:
        return _after_full_stop(text, found.start(), cut, final=final)
    if rest[:1] in ("", "¿", "¡") or rest[:1].isspace():
        return cut
    return cut if cited else 0


def _after_full_stop(text: str, stop: int, cut: int, *, final: bool) -> int | None:
    rest = text[cut:]
    if rest and not rest[0].isspace() and rest[0] not in "¿¡":
        return cut if text[cut - 1] == "]" and cut > stop + 1 else 0
    follows = rest.lstrip(" \t")
    if not follows and not final:
        return None
    if _LIST_NUMBER.match(text[:stop].rsplit("\n", 1)[-1]):
        return 0
    return 0 if follows and follows[0] != "\n" and _goes_on(text[:stop], follows[0]) else cut


def _goes_on(before: str, first: str) -> bool:
    """Whether the sentence goes on after a full stop: an abbreviation, an initial, a cut figure, a small letter."""
    word = _LAST_WORD.search(before)
    spoken = word[1].lower() if word else ""
    never, maybe = _words()
    if (before[-1:].isdigit() and first.isdigit()) or first.islower() or spoken in never:
        return True
    if len(spoken) == 1 and word is not None and word[1].isupper():
        return True
    return spoken in maybe and not (first.isupper() or first in "¿¡")
