"""Pages that the owner named one by one.

robots.txt is not asked: it speaks to robots that wander, and here a person sends a reader to one page of theirs. For the
same reason redirects are followed wherever they lead, each hop guarded; the page keeps the name it was given under.
"""

from collections.abc import AsyncIterator, Mapping

from firstline.knowledge.crawl.address import identity, normal
from firstline.knowledge.crawl.found import Found, KnownPage, Parse, Still, parsed_of
from firstline.knowledge.crawl.guest import LATER, Guest, readable
from firstline.knowledge.crawl.marks import is_html, with_mark
from firstline.knowledge.crawl.plan import CrawlPlan
from firstline.knowledge.model import UnreadableDocument

__all__ = ["Pages"]


class Pages:
    """One run over the given pages. `complete` is True in the end unless one may only have been away for a while."""

    def __init__(self, plan: CrawlPlan, guest: Guest, parse: Parse, known: Mapping[str, KnownPage]) -> None:
        """`known` by uri."""
        self._plan = plan
        self._guest = guest
        self._parse = parse
        self._known = known
        self.found = len(plan.urls)
        self.complete = False

    async def read(self) -> AsyncIterator[Found]:
        """In the given order."""
        names = {identity(uri): uri for uri in self._known}
        whole = True
        seen: set[str] = set()
        for given in self._plan.urls:
            plain = normal(given, self._plan.own) or given
            uri = names.get(identity(plain), plain)
            if uri in seen:
                continue
            seen.add(uri)
            found = await self._one(given, uri)
            why = found.outcome
            if isinstance(why, UnreadableDocument) and (uri in self._known or why.code in LATER):
                whole = False
            yield found
        self.complete = whole

    async def _one(self, url: str, uri: str) -> Found:
        known = self._known.get(uri)
        terms = {"etag": known.etag, "last_modified": known.last_modified} if known else {}
        try:
            answer = await self._guest.get(url, wanted=readable, **terms)
        except UnreadableDocument as why:
            return Found(uri, Still.GONE if known and why.code == "not_found" else why)
        if answer.not_modified:
            return Found(uri, Still.UNCHANGED, answer.etag, answer.last_modified)
        page = is_html(answer.content_type, answer.data)
        data = with_mark(answer.data, answer.content_type) if page else answer.data
        outcome = await parsed_of(data, answer.url, self._parse, page=page)
        return Found(uri, outcome, answer.etag, answer.last_modified, data if page else None)
