"""The value that is about to be quoted: what `extracted_quote_value` of a rule stands for.

Always a number: the highest amount in the draft, else the price of the service that the message names, else the highest
of the passage that would answer, else 0 (design/data.md; a named service goes before a passage, which may be on another). Of a range the upper end counts. An amount needs a currency cue (sign, code or
word) on it or on the other end of its range, so that "50 gallon" and "24/7" are never money.
"""

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal

from firstline.conversations.facts import Passage, Reading
from firstline.kit.money import find_amounts
from firstline.tenancy.model import Business, Service

__all__ = ["amounts", "extracted_quote_value", "service_asked_for"]

_LINES = re.compile(r"\n+|(?<=[.!?])\s+")
_SHORT = 4  # letters: shorter words say nothing about what a line is on


def amounts(text: str) -> list[Decimal]:
    """The amounts of money in `text`, both ends of a range, in their order; bare numbers are no money here."""
    return [value for amount in find_amounts(text) if amount.currency is not None for value in amount.values]


def service_asked_for(business: Business, reading: Reading) -> Service | None:
    """The business's service that the message names, or None."""
    entity = reading.first("service_type")
    code = entity.value if entity else None
    if isinstance(code, dict):
        code = code.get("code")
    return next((s for s in business.services if s.code == code), None)


def extracted_quote_value(
    *, business: Business, reading: Reading, text: str, passages: Sequence[Passage] = (), draft: str | None = None
) -> Decimal:
    """The highest amount that an answer to this message would name, in the business's currency; 0 when none."""
    said = amounts(draft) if draft else []
    if said:
        return max(said)
    service = service_asked_for(business, reading)
    price = (service.price_high or service.price_low) if service is not None else None
    if price is not None:
        return price
    best = next((p for p in passages if p.above_floor), None)
    found = _of_passage(best, text) if best is not None else []
    return max(found, default=Decimal(0))


def _of_passage(passage: Passage, text: str) -> list[Decimal]:
    """The amounts of the lines that speak of what was asked; of the whole passage when no line does.

    A price list holds the dearest job beside the one asked for: only lines that share most words with the question count.
    """
    if passage.answer:
        return amounts(passage.answer)
    asked = _content(text)
    lines = [(len(asked & _content(line)), amounts(line)) for line in _LINES.split(passage.text)]
    priced = [(shared, found) for shared, found in lines if found]
    top = max((shared for shared, _ in priced), default=0)
    return [amount for shared, found in priced if shared == top for amount in found]


def _content(text: str) -> set[str]:
    folded = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return {word[:6] for word in re.findall(r"[a-z]+", folded) if len(word) >= _SHORT}
