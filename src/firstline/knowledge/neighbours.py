"""What was found, as it is said: the same paragraph of eight pages once, a passage that breaks off with what follows it."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz

from firstline.knowledge.search_queries import Text
from firstline.knowledge.wording import fold

__all__ = ["joined", "same_said"]

SAME_COSINE = 0.97  # two wordings of one paragraph; other prices or hours in it make it another one all the same
SAME_LETTERS = 85  # of 100, rapidfuzz's ratio
MOST_CHARS = 2400  # of a joined passage: some 600 tokens of the composer's
LEAST_OVERLAP = 12  # characters that two chunks share before it is an overlap and no accident
NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
ENDED = re.compile(r"[.!?…][\"'”’)\]*_]*\s*$")
CONTINUES = re.compile(r"\s*(?:[-*•|]\s|\|)|\s*[a-zà-ÿ]")


def same_said(one: Text, other: Text) -> bool:
    """Whether the two say the same to a reader: alike but for spaces, case and marks, or near-identical with equal numbers."""
    if one.language != other.language or bool(one.chunk.answer) != bool(other.chunk.answer):
        return False
    left, right = _plain(one), _plain(other)
    if left == right:
        return True
    if NUMBER.findall(one.chunk.text) != NUMBER.findall(other.chunk.text):
        return False
    return _cosine(one.vector, other.vector) >= SAME_COSINE and fuzz.ratio(left, right) >= SAME_LETTERS


def _plain(text: Text) -> str:
    return " ".join(re.findall(r"[\w$€%]+", fold(text.chunk.text)))


def _cosine(one: NDArray[Any], other: NDArray[Any]) -> float:
    if len(one) != len(other) or not len(one):
        return 0.0
    return float(one.astype(np.float32) @ other.astype(np.float32))


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
