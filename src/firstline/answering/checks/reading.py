"""Everything a text mentions, each span once: what is an address or a time is no longer a number."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from firstline.answering.checks.calendar import find_dates, find_times, find_weekdays
from firstline.answering.checks.contacts import find_addresses, find_emails, find_phones, find_urls
from firstline.answering.checks.figures import find_figures
from firstline.answering.checks.mention import Mention
from firstline.answering.checks.plain import plain

__all__ = ["Mentions", "read"]


@dataclass(frozen=True, slots=True)
class Mentions:
    """The plain text and what it mentions, in no particular order."""

    text: str
    all: tuple[Mention, ...]

    def of(self, kind: str) -> tuple[Mention, ...]:
        """Those of one kind."""
        return tuple(m for m in self.all if m.kind == kind)

    def words(self, mention: Mention) -> str:
        """The words of a mention."""
        return self.text[mention.start : mention.end].strip()


@lru_cache(maxsize=4096)
def read(text: str, region: str = "US", small: int = 0) -> Mentions:
    """What `text` mentions. Pure and cached: a passage is read once, not once a turn."""
    clean = plain(text)
    found: list[Mention] = []
    rest = clean
    for finder in (find_emails, find_urls, lambda t: find_phones(t, region), find_addresses, find_dates, find_times):
        new = _apart(finder(rest))
        found += new
        rest = _blanked(rest, new)
    found += find_weekdays(rest)
    found += find_figures(rest, small=small)
    return Mentions(clean, tuple(found))


def _apart(mentions: Iterable[Mention]) -> list[Mention]:
    """Without those that lie inside one found before."""
    kept: list[Mention] = []
    for mention in mentions:
        if not any(mention.start < k.end and k.start < mention.end for k in kept):
            kept.append(mention)
    return kept


def _blanked(text: str, mentions: Iterable[Mention]) -> str:
    for m in mentions:
        text = text[: m.start] + " " * (m.end - m.start) + text[m.end :]
    return text
