"""What was found, as it is said: the same paragraph of eight pages once, a passage that breaks off with what follows it."""

import re
from collections.abc import Sequence
from uuid import UUID

import numpy as np
from rapidfuzz import fuzz

from firstline.knowledge.search_queries import Text
from firstline.knowledge.wording import fold

__all__ = ["Twins", "joined"]

SAME_COSINE = 0.97  # two wordings of one paragraph; other prices or hours in it make it another one all the same
SAME_LETTERS = 85  # of 100, rapidfuzz's ratio
MOST_CHARS = 2400  # of a joined passage: some 600 tokens of the composer's
LEAST_OVERLAP = 12  # characters that two chunks share before it is an overlap and no accident
WORDS = re.compile(r"[\w$€%]+")
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
ENDED = re.compile(r"[.!?…][\"'”’)\]*_]*\s*$")
CONTINUES = re.compile(r"\s*(?:[-*•|]\s|\|)|\s*[a-zà-ÿ]")


class Twins:
    """Which of some texts say the same to a reader: alike but for spaces, case and marks, or near-identical with equal numbers."""

    def __init__(self, texts: Sequence[Text]) -> None:
        self._texts = {text.id: text for text in texts}
        self._plain = {text.id: " ".join(WORDS.findall(fold(text.chunk.text))) for text in texts}
        self._rows = {text.id: text.vector.astype(np.float32) for text in texts}

    def same(self, one: UUID, other: UUID) -> bool:
        """Whether the second need not be said beside the first."""
        left, right = self._texts[one], self._texts[other]
        if left.language != right.language or bool(left.chunk.answer) != bool(right.chunk.answer):
            return False
        if self._plain[one] == self._plain[other]:
            return True
        vectors = self._rows[one], self._rows[other]
        if len(vectors[0]) != len(vectors[1]) or float(vectors[0] @ vectors[1]) < SAME_COSINE:
            return False
        if NUMBER.findall(left.chunk.text) != NUMBER.findall(right.chunk.text):
            return False
        return fuzz.ratio(self._plain[one], self._plain[other]) >= SAME_LETTERS


def joined(text: Text, others: Sequence[Text] = ()) -> str:
    """The passage's text with its neighbours where it breaks off in the middle: what they share is not repeated.

    `others` are passages found beside it: what they say already is not said again.
    """
    out = text.chunk.text
    if text.chunk.answer is not None:
        return out
    given = {other.id for other in others}
    after, before = text.after, text.before
    if after and after.id not in given and _breaks_off(out, after.text):
        out = _glued(out, after.text)
    if before and before.id not in given and _breaks_off(before.text, text.chunk.text):
        out = _glued(before.text, out)
    return out if len(out) <= MOST_CHARS else text.chunk.text


def _breaks_off(head: str, tail: str) -> bool:
    """Whether `tail` goes on with a sentence, list or table that `head` has begun."""
    last = head.rstrip().rsplit("\n", 1)[-1]
    rest = tail[_overlap(head, tail) :]
    if last.lstrip().startswith("|"):
        return rest.lstrip().startswith("|")
    if last.rstrip().endswith(":") or re.match(r"\s*[-*•]\s", last):
        return bool(re.match(r"\s*(?:[-*•]|\d{1,2}[.)])\s", rest))
    return not ENDED.search(last) and bool(CONTINUES.match(rest))


def _glued(head: str, tail: str) -> str:
    shared = _overlap(head, tail)
    rest = tail[shared:]
    if not shared and head.lstrip().startswith("|") and rest.startswith("|"):
        rest = _without_head(head, rest)
    gap = "" if rest[:1].isspace() else ("\n" if rest.lstrip().startswith(("|", "-", "*", "•")) else " ")
    return head.rstrip() + gap + rest.rstrip()


def _overlap(head: str, tail: str) -> int:
    """How many of the first characters of `tail` are the last of `head`."""
    head = head.rstrip()
    for length in range(min(len(head), len(tail)), LEAST_OVERLAP - 1, -1):
        if head.endswith(tail[:length]):
            return length
    return 0


def _without_head(head: str, tail: str) -> str:
    """A table that goes on, without the head that each of its parts repeats."""
    ours, theirs = head.lstrip().split("\n"), tail.split("\n")
    same = 0
    while same < min(2, len(ours), len(theirs)) and ours[same] == theirs[same]:
        same += 1
    return "\n".join(theirs[same:])
