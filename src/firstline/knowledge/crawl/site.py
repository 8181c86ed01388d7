"""Reading a site: page by page, each under one name, told what is new, unchanged, gone or cannot be read."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from email.utils import format_datetime
from hashlib import sha256
from urllib.parse import urlsplit

from firstline.kit.urlguard import UnsafeUrl, check_url
from firstline.knowledge.crawl.address import EVERY_PORT, identity, normal, site_of
from firstline.knowledge.crawl.found import Found, KnownPage, Parse, Still, parsed_of
from firstline.knowledge.crawl.frontier import Frontier
from firstline.knowledge.crawl.guest import LATER, Guest, Passable
from firstline.knowledge.crawl.marks import Marks, Sketch, alike, is_html, marks_of, sketch, with_mark
from firstline.knowledge.crawl.plan import CrawlPlan
from firstline.knowledge.crawl.rules import CannotRead, rules, said
from firstline.knowledge.crawl.sitemap import Listed
from firstline.knowledge.fetch import Fetched
from firstline.knowledge.model import Parsed, UnreadableDocument

__all__ = ["Site"]


class Site:
    """One run over one site. `complete` is True in the end when everything that was asked for was read."""

    def __init__(self, plan: CrawlPlan, guest: Guest, parse: Parse, known: Mapping[str, KnownPage]) -> None:
        """`known` by uri."""
        self._plan = plan
        self._guest = guest
        self._parse = parse
        self._known = known
        self._names = {identity(uri): uri for uri in known}
        self.frontier = Frontier(plan, {site_of(url) for url in plan.urls}, self._names)
        self.complete = False
        self._whole = True
        self._kept = 0
        self._visits = 0
        self._failures = 0  # in a row
        self._sketches: dict[str, Sketch] = {}  # of the pages kept, by identity
        self._texts: set[bytes] = set()
        self._etags: set[str] = set()  # of pages that are unchanged: their text is not at hand
        self._own_etags = Counter(page.etag for page in known.values() if page.etag)  # some servers give all pages one
        self._unchanged: set[str] = set()

    @property
    def found(self) -> int:
        """How many pages there will be, as far as is known now."""
        return min(self._kept + len(self.frontier), self._plan.most_pages)

    async def crawl(self, listed: Iterable[Listed]) -> AsyncIterator[Found]:
        """From the given addresses along the links, `listed` (a sitemap's) one link away, then whatever else we hold.

        What we hold is visited too because links of unchanged pages are not at hand. Raises CannotRead when not one of
        the given addresses can be read: then nothing is known to be gone.
        """
        errors = [found for given in self._plan.urls if (found := _unsafe(given, self._plan.own))]
        seeds = list(dict.fromkeys(url for given in self._plan.urls if (url := normal(given, self._plan.own))))
        for url in seeds:
            if self.frontier.mark(url):
                async for found in self._visit(url, 0, seed=True):
                    if isinstance(found.outcome, Parsed | Still):
                        yield found
                    else:
                        errors.append(found)
        if len(errors) >= len(seeds):
            self._give_up(errors)
        for found in errors:
            yield found
        for page in listed if self._plan.depth else ():
            self.frontier.add(page.url, 1)
        async for found in self._drain():
            yield found
        for uri in sorted(self._known) if self._plan.depth else ():
            self.frontier.add(uri, self._plan.depth)
        async for found in self._drain():
            yield found
        self.complete = self._whole

    async def listed(self, listed: Sequence[Listed], *, whole: bool) -> AsyncIterator[Found]:
        """The pages of a sitemap, no link followed. One whose lastmod is what we know of it is not even asked for."""
        self._whole = whole
        changed = {page.url: format_datetime(page.lastmod, usegmt=True) for page in listed if page.lastmod}
        for page in listed:
            self.frontier.add(page.url, 0)
        while item := self._next():
            uri = self._name(item[0])
            known = self._known.get(uri)
            if known and not known.etag and known.last_modified and known.last_modified == changed.get(item[0]):
                self._kept += 1
                self._unchanged.add(identity(uri))
                yield Found(uri, Still.UNCHANGED, None, known.last_modified)
                continue
            async for found in self._visit(*item, links=False, lastmod=changed.get(item[0])):
                yield found
        self.complete = self._whole

    def _give_up(self, errors: Sequence[Found]) -> None:
        why = next(e.outcome for e in errors if isinstance(e.outcome, UnreadableDocument))
        if why.code in ("off_site", "away"):
            raise CannotRead("moved", why.sentence)
        if why.code == "robots":
            raise CannotRead("robots", said("robots"))
        if why.code == "robots_unreachable":
            raise CannotRead(why.code, why.sentence)
        raise CannotRead("home", said("home", why=why.sentence))

    async def _drain(self) -> AsyncIterator[Found]:
        while item := self._next():
            async for found in self._visit(*item):
                yield found

    def _next(self) -> tuple[str, int] | None:
        """The next to visit; None in the end, or when the run has to stop (then it is not whole)."""
        if not len(self.frontier):
            return None
        tired = self._failures >= rules()["pace"]["failures"] or self._guest.pace.over
        if tired or self._kept >= self._plan.most_pages or self._visits >= 3 * self._plan.most_pages + 50:
            self._whole = False
            return None
        return self.frontier.take()

    def _name(self, url: str) -> str:
        """Under which name a page is kept: as before, where only http, https or www. differ."""
        return self._names.get(identity(url), url)

    def _passable(self, start: str) -> Passable:
        held = self._name(start) in self._known

        def passable(target: str, permanent: bool) -> bool:
            where = normal(target, start)
            if where and identity(where) == identity(start):
                return True
            away = where is None or not self.frontier.mine(where)
            if (
                held and not permanent
            ):  # a page of ours sends us elsewhere for now: a site under repair has lost nothing
                self._whole = False
            if away:
                code = "away" if held and not permanent else "off_site"
                raise UnreadableDocument(code, said("moved", host=urlsplit(target).hostname or "?"))
            return self.frontier.mark(where or target)

        return passable

    async def _visit(
        self,
        url: str,
        depth: int,
        *,
        seed: bool = False,
        links: bool = True,
        lastmod: str | None = None,
        own: bool = False,
    ) -> AsyncIterator[Found]:
        """`own`: what the page calls canonical is not looked at (it was itself called so)."""
        self._visits += 1
        known = None if seed else self._known.get(self._name(url))
        terms = {"etag": known.etag, "last_modified": known.last_modified} if known else {}
        answer = await self._guest.try_land(url, self._passable(url), **terms)
        if isinstance(answer, UnreadableDocument):
            for found in self._missed(url, answer, seed=seed):
                yield found
            return
        self._failures = 0
        if answer is None:
            return
        uri = self._name(normal(answer.url, url) or url)
        if answer.not_modified:
            self._kept += 1
            self._unchanged.add(identity(uri))
            self._etags |= {answer.etag} if answer.etag and self._own_etags[answer.etag] == 1 else set()
            yield Found(uri, Still.UNCHANGED, answer.etag, answer.last_modified)
            return
        async for found in self._read(uri, answer, depth, links=links, lastmod=lastmod, own=own):
            yield found

    def _missed(self, url: str, why: UnreadableDocument, *, seed: bool) -> list[Found]:
        """A page that was not read, and what that says of the run."""
        uri = self._name(url)
        if why.code in LATER or why.code == "needs_sign_in":  # a firewall that takes us for an attacker says that too
            self._failures += 1
        gone = why.code in ("not_found", "off_site", "robots")
        if why.code in LATER or (uri in self._known and not gone):
            self._whole = False
        if seed:
            return [Found(uri, why)]
        if why.code in ("not_found", "off_site") and uri in self._known:
            return [Found(uri, Still.GONE)]
        if why.code in ("off_site", "robots", "not_text"):
            return []  # no page of ours, nothing that an owner has to mend
        return [Found(uri, why)]

    async def _read(
        self, uri: str, answer: Fetched, depth: int, *, links: bool, lastmod: str | None, own: bool
    ) -> AsyncIterator[Found]:
        page = is_html(answer.content_type, answer.data)
        marks = Marks()
        if page:
            marks = await asyncio.to_thread(marks_of, answer.data, answer.url, answer.content_type, answer.headers)
            for link in marks.links if links else ():
                self.frontier.add(link, depth + 1)
        if not self.frontier.stored(uri):
            return
        html = with_mark(answer.data, answer.content_type) if page else None
        outcome = await parsed_of(html if html is not None else answer.data, answer.url, self._parse, page=page)
        if isinstance(outcome, Parsed):
            if page and not own and marks.canonical:
                async for found in self._canonical(uri, marks.canonical, depth, links=links):
                    yield found
            if self._told_already(uri, outcome, answer, None if own else marks.canonical):
                return
            self._kept += 1
        yield Found(uri, outcome, answer.etag, answer.last_modified or lastmod, html)

    async def _canonical(self, uri: str, canonical: str, depth: int, *, links: bool) -> AsyncIterator[Found]:
        """The page that this one calls the real one is read first."""
        if identity(canonical) != identity(uri) and self.frontier.stored(canonical) and self.frontier.claim(canonical):
            async for found in self._visit(canonical, depth, links=links, own=True):
                if isinstance(found.outcome, Parsed | Still):
                    yield found

    def _told_already(self, uri: str, parsed: Parsed, answer: Fetched, canonical: str | None) -> bool:
        """Whether this text is kept under another name: the same text, or nearly that of the page called canonical.

        A canonical link to a page of another text (many sites name their home page everywhere) is not believed.
        """
        name = identity(uri)
        digest = sha256(repr((parsed.title, parsed.markdown, parsed.faqs)).encode("utf-8", "replace")).digest()
        words = sketch(f"{parsed.title} {parsed.markdown}")
        if canonical and (real := identity(canonical)) != name:
            if real in self._sketches and alike(words, self._sketches[real]):
                return True
            if real in self._unchanged and uri not in self._known:
                return True
        twin = answer.etag in self._etags and uri not in self._known
        if twin or digest in self._texts:
            return True
        self._texts.add(digest)
        self._sketches[name] = words
        return False


def _unsafe(url: str, own: str) -> Found | None:
    try:
        check_url(url, EVERY_PORT, own)
    except UnsafeUrl as why:
        return Found(url, UnreadableDocument("unsafe_url", why.sentence))
    return None
