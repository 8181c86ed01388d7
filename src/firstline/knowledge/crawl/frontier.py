"""What is still to be read of a site, nearest first, and what is not worth a visit: traps, other sites, other paths."""

import re
from collections import Counter, deque
from collections.abc import Collection
from urllib.parse import urlsplit

from firstline.knowledge.crawl.address import identity, is_file, may_be_page, site_of, within
from firstline.knowledge.crawl.plan import CrawlPlan
from firstline.knowledge.crawl.rules import rules

__all__ = ["Frontier"]

DATED = re.compile(r"(19|20)\d\d[-/]?(0?[1-9]|1[0-2])(?!\d)|calend|event|agenda", re.IGNORECASE)


class Frontier:
    """Breadth first; the order depends on the pages alone, so that a run that is repeated goes the same way."""

    def __init__(self, plan: CrawlPlan, sites: Collection[str], known: Collection[str]) -> None:
        """`sites` as of `site_of`; `known`: identities of pages that we hold, which no trap rule may shut out."""
        self._plan = plan
        self._sites = frozenset(sites)
        self._known = frozenset(known)
        self._waiting: deque[tuple[str, int]] = deque()
        self._seen: set[str] = set()
        self._variants: Counter[str] = Counter()
        self._dated: Counter[str] = Counter()
        self._files = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def mine(self, url: str) -> bool:
        """On the site."""
        return site_of(url) in self._sites

    def stored(self, url: str) -> bool:
        """Whether a page of this address belongs to what was asked for."""
        return self.mine(url) and within(url, self._plan.scope, self._plan.exclude)

    def take(self) -> tuple[str, int] | None:
        """The next address and how many links it is away; None when all is read."""
        return self._waiting.popleft() if self._waiting else None

    def mark(self, url: str) -> bool:
        """This page is being read (whatever led to it). False when it was before."""
        name = identity(url)
        new = name not in self._seen
        self._seen.add(name)
        return new

    def claim(self, url: str) -> bool:
        """Takes this page out of its turn. False when it was read, or is being read."""
        name = identity(url)
        if name not in self._seen:
            self._seen.add(name)
            return True
        waiting = next((item for item in self._waiting if identity(item[0]) == name), None)
        if waiting:
            self._waiting.remove(waiting)
        return waiting is not None

    def add(self, url: str, depth: int, *, seed: bool = False) -> bool:
        """Notes an address (normal form) unless it is known, too far, of another place, no page, or a trap."""
        name = identity(url)
        if name in self._seen or not self.mine(url):
            return False
        if not seed and (depth > self._plan.depth or not self.stored(url) or not may_be_page(url)):
            return False
        if not seed and name not in self._known and self._trapped(url):
            return False
        self._seen.add(name)
        self._waiting.append((url, depth))
        return True

    def _trapped(self, url: str) -> bool:
        """Endless calendars, filters and paths that grow out of themselves."""
        traps = rules()["traps"]
        parts = urlsplit(url)
        segments = [segment for segment in parts.path.split("/") if segment]
        if len(url) > traps["url"] or len(segments) > traps["segments"]:
            return True
        if segments and max(Counter(segments).values()) >= traps["repeats"]:
            return True
        place = f"{site_of(url)}{parts.path}"
        if parts.query:
            self._variants[place] += 1
            if self._variants[place] > traps["variants"]:
                return True
        if DATED.search(parts.path):
            shape = re.sub(r"\d+", "0", place)
            self._dated[shape] += 1
            if self._dated[shape] > traps["dated"]:
                return True
        if is_file(url):
            self._files += 1
            return bool(self._files > rules()["files"]["most"])
        return False
