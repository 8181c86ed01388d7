"""The part of a model's answer that customers never see: its last line, and the citation marks."""

import json
import re
from dataclasses import dataclass
from typing import Literal

from firstline.conversations.facts import Passage

__all__ = ["Tail", "TailFilter", "uncited"]

_OPEN = "<<<"
_CITED = re.compile(r"[ ]?\[(\d{1,2}(?:\s*[,;]\s*\d{1,2})*)\]")


@dataclass(frozen=True, slots=True)
class Tail:
    """The model's own view of its answer. `confidence` 0..1."""

    confidence: float
    risk: Literal["low", "medium", "high"]
    handoff: bool


UNTOLD = Tail(0.5, "medium", handoff=False)  # a model that tells nothing is neither sure nor alarmed


class TailFilter:
    """Lets the answer through and keeps the tail back, also when "<<<" comes in pieces."""

    def __init__(self) -> None:
        self._held = ""
        self._inside = False

    def feed(self, token: str) -> str:
        """What of the text so far is certainly answer."""
        self._held += token
        if self._inside:
            return ""
        at = self._held.find(_OPEN)
        if at >= 0:
            self._inside = True
            out, self._held = self._held[:at], self._held[at:]
            return out
        keep = next((n for n in (2, 1) if self._held.endswith(_OPEN[:n])), 0)
        out, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return out

    def flush(self) -> str:
        """What was held back and is no tail after all."""
        return "" if self._inside else self._held

    def tail(self) -> Tail:
        """The tail; UNTOLD when there is none or it cannot be read."""
        found = re.search(r"\{.*?\}", self._held, re.DOTALL) if self._inside else None
        try:
            told = json.loads(found[0]) if found else None
            if not isinstance(told, dict):
                return UNTOLD
            confidence = min(max(float(told.get("confidence", UNTOLD.confidence)), 0.0), 1.0)
        except (ValueError, TypeError):
            return UNTOLD
        risk = told.get("risk")
        return Tail(confidence, risk if risk in ("low", "medium", "high") else UNTOLD.risk, told.get("handoff") is True)


def uncited(text: str, passages: tuple[Passage, ...]) -> tuple[str, tuple[Passage, ...]]:
    """The sentence without its [n] marks, and the passages they name (from 1; those that do not exist are dropped)."""
    numbers = [int(n) for group in _CITED.findall(text) for n in re.findall(r"\d+", group)]
    cited = dict.fromkeys(n for n in numbers if 1 <= n <= len(passages) and passages[n - 1].above_floor)
    return _CITED.sub("", text), tuple(passages[n - 1] for n in cited)
