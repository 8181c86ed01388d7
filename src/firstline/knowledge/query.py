"""What to search for: the message, and what it leans on when it is a follow-up ("and on Sundays?")."""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from firstline.conversations.facts import Passage, Said
from firstline.knowledge.wording import fold, stems

__all__ = ["alone", "own_first", "search_text"]

MOST_CHARS = 600  # of a message: the head says what it is about, and a model's time grows with length


@cache
def _signs() -> dict[str, Any]:
    return tomllib.loads(files("firstline.knowledge").joinpath("data/followups.toml").read_text("utf-8"))


def search_text(message: str, history: Sequence[Said], language: str) -> str:
    """`message`, preceded by the customer's last messages when it does not stand alone. `history` is oldest first."""
    signs = _signs()
    head = " ".join(message.split())[:MOST_CHARS]
    subjects = len(set(stems(head, language)))
    if not history or not _leans(head, subjects, language):
        return head
    earlier: list[str] = []
    for said in reversed(history):
        if said.role == "customer":
            text = " ".join(said.text.split())[: MOST_CHARS // 2]
            earlier.insert(0, text)
            if len(earlier) >= signs["keep"] or len(set(stems(text, language))) > signs["short"]:
                break
    return " ".join([*earlier, head])


def alone(message: str) -> str:
    """`message` without what went before, as `search_text` would search for it in a new conversation."""
    return " ".join(message.split())[:MOST_CHARS]


def own_first(own: Sequence[Passage], joined: Sequence[Passage], limit: int) -> tuple[Passage, ...]:
    """What a follow-up finds by its own words, when that is well supported, before what it finds with its thread.

    "Can I pay in instalments?" after a question on prices is about paying: the longer, earlier question must not swamp it.
    """
    least = float(_signs()["alone_support"])
    sure = [p for p in own if p.above_floor and p.scores.get("support", 0.0) >= least]
    if not sure:
        return tuple(joined)
    held = {p.chunk_id for p in sure}
    return (*sure, *(p for p in joined if p.chunk_id not in held))[:limit]


def _leans(message: str, subjects: int, language: str) -> bool:
    signs = _signs()
    if subjects > signs["long"]:
        return False
    if subjects <= signs["short"]:
        return True
    plain = fold(message).lstrip("¿¡ ")
    if any(re.match(rf"{re.escape(fold(opener))}\b", plain) for opener in signs["openers"].get(language, [])):
        return True
    return not {fold(p) for p in signs["pointers"].get(language, [])}.isdisjoint(re.findall(r"\w+", plain))
