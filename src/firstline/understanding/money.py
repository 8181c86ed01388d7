"""The customer's budget: a sum with a currency cue that is not a charge they talk about."""

import re
from functools import cache

from firstline.conversations.facts import Entity
from firstline.kit.money import find_amounts
from firstline.understanding.tables import table
from firstline.understanding.words import fold

__all__ = ["find_budget"]

MAX_CHARS = 2000
AROUND = 45  # characters before the sum within which a word speaks about it


@cache
def _cue(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(table('money')[name])})(?!\w)")


def find_budget(text: str, language: str) -> list[Entity]:
    """Budgets, as decimal strings; of a range the upper end counts. A bare number needs a budget word before it."""
    text = text[:MAX_CHARS]
    folded = fold(text)
    found = []
    for amount in find_amounts(text, language):
        before = folded[max(0, amount.start - AROUND) : amount.start]
        before = re.split(r"[.;!?\n]\s", before)[-1]
        if _cue("not_budget").search(before) or (amount.currency is None and not _cue("budget").search(before)):
            continue
        found.append(Entity("budget", text[amount.start : amount.end], amount.start, amount.end, str(amount.upper)))
    return found
