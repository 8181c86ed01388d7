"""One visit to a site: asked politely, redirects followed within the site only, each hop allowed by its robots.txt."""

from collections.abc import Awaitable, Callable
from typing import Any

from firstline.knowledge.crawl.pace import Pace
from firstline.knowledge.crawl.robots import RobotsBook
from firstline.knowledge.crawl.rules import rules
from firstline.knowledge.fetch import Fetched, Refused
from firstline.knowledge.limits import unreadable
from firstline.knowledge.model import UnreadableDocument

__all__ = ["LATER", "Fetch", "Guest", "Passable", "readable"]

Fetch = Callable[..., Awaitable[Fetched]]
Passable = Callable[[str, bool], bool]  # a redirect's target, and whether it is for good
PERMANENT = (301, 308)
LATER = frozenset(
    ("unreachable", "too_slow", "too_busy", "http_status", "no_such_site", "robots_unreachable")
)  # may be there tomorrow


class Guest:
    """Sends requests one after the other."""

    def __init__(self, fetch: Fetch, pace: Pace) -> None:
        """`fetch` as firstline.knowledge.fetch.fetch."""
        self._fetch = fetch
        self.pace = pace
        self.robots = RobotsBook(self.get)

    async def get(self, url: str, **terms: Any) -> Fetched:
        """A polite `fetch`. Raises UnreadableDocument."""
        tries = int(rules()["pace"]["tries"])
        for tried in range(tries):
            await self.pace.turn()
            try:
                return await self._fetch(url, **terms)
            except Refused as why:
                last = tried == tries - 1
                if why.status not in (429, 503) or last or not self.pace.later(why.retry_after, tried):
                    raise
        raise unreadable("unreachable")  # no tries are allowed

    async def land(self, url: str, passable: Passable, **terms: Any) -> Fetched | None:
        """The page where `url` leads; None when that is one which needs no second visit.

        `passable` is asked about each redirect's target: False ends the visit, and it raises UnreadableDocument for
        another site's. Raises UnreadableDocument (robots, robots_unreachable too).
        """
        for _ in range(int(rules()["pace"]["hops"]) + 1):
            allowed = await self.robots.of(url)
            if not allowed.allows(url):
                raise unreadable("robots")
            self.pace.slow_to(allowed.delay)
            answer = await self.get(url, follow=False, wanted=readable, **terms)
            if not answer.moved_to:
                return answer
            url = answer.moved_to
            terms = {}  # what was known was known of another address
            if not passable(url, answer.status in PERMANENT):
                return None
        raise unreadable("too_many_redirects")

    async def try_land(self, url: str, passable: Passable, **terms: Any) -> Fetched | UnreadableDocument | None:
        """`land`, with the reason instead of the error."""
        try:
            return await self.land(url, passable, **terms)
        except UnreadableDocument as why:
            return why


def readable(content_type: str) -> bool:
    """Whether a content type is worth its bytes: pages, PDFs, office files, text."""
    kind = content_type.split(";", 1)[0].strip().lower()
    return (
        not kind or kind in ("text/html", "application/xhtml+xml") or kind.startswith(tuple(rules()["files"]["types"]))
    )
