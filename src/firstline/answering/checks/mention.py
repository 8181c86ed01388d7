"""One thing a sentence mentions that can be right or wrong."""

from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Mention", "Value"]

Value = Decimal | int | str | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """`kind`: amount, percent, number, time, date, weekday, phone, email, url, address.

    `values` are the readings that would each make it true (8 o'clock: 480 and 1200 minutes); for an amount all of them
    must hold (both ends of a range). `currency` only for amounts. Offsets are of the plain text.
    """

    kind: str
    values: tuple[Value, ...]
    start: int
    end: int
    currency: str | None = None
