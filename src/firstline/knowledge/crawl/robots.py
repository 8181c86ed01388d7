"""robots.txt (RFC 9309): what a site asks its readers not to read, how slowly, and where its sitemaps are.

protego rather than urllib.robotparser, which knows neither "*" and "$" in paths nor that the longest rule wins.
"""

from collections.abc import Awaitable, Callable
from urllib.parse import urljoin, urlsplit

from protego import Protego

from firstline.knowledge.crawl.rules import rules, said
from firstline.knowledge.fetch import Fetched, Refused
from firstline.knowledge.model import UnreadableDocument

__all__ = ["Robots", "RobotsBook"]

MOST_BYTES = 512 * 1024  # RFC 9309 §2.5: at least 500 KiB are to be read


class Robots:
    """One robots.txt, for us: the group of our agent, else that of "*"."""

    def __init__(self, text: str = "") -> None:
        """Nonsense is no rule: an HTML page served as robots.txt allows everything."""
        self._rules = Protego.parse(text[:MOST_BYTES])
        self._agent = str(rules()["agent"])

    def allows(self, url: str) -> bool:
        """Whether we may read this address."""
        return bool(self._rules.can_fetch(url, self._agent))

    @property
    def delay(self) -> float:
        """Seconds between two requests that it asks for, capped."""
        asked = self._rules.crawl_delay(self._agent) or 0.0
        rate = self._rules.request_rate(self._agent)
        if rate and rate.requests > 0:
            asked = max(asked, rate.seconds / rate.requests)
        return min(max(float(asked), 0.0), float(rules()["pace"]["crawl_delay"]))

    def sitemaps(self, base: str) -> list[str]:
        """The sitemaps it names, absolute."""
        return list(dict.fromkeys(urljoin(base, named) for named in self._rules.sitemaps))


class RobotsBook:
    """The robots.txt of each host of a site, asked for once a run."""

    def __init__(self, get: Callable[[str], Awaitable[Fetched]]) -> None:
        """`get` fetches politely, following redirects."""
        self._get = get
        self._known: dict[str, Robots] = {}

    async def of(self, url: str) -> Robots:
        """Raises UnreadableDocument when a server cannot say just now: then nothing may be read (RFC 9309 §2.3.1.4)."""
        host = urlsplit(url).netloc
        if host not in self._known:
            self._known[host] = await self._read(urljoin(url, "/robots.txt"))
        return self._known[host]

    async def _read(self, url: str) -> Robots:
        try:
            answer = await self._get(url)
        except Refused as why:
            if why.status >= 500 or why.status == 429:
                raise UnreadableDocument("robots_unreachable", said("robots_unreachable", why=why.sentence)) from why
            return Robots()
        except UnreadableDocument as why:
            if why.code in ("unreachable", "too_slow", "no_such_site", "unsafe_url"):
                raise
            return Robots()
        return Robots(answer.data.decode("utf-8", errors="replace").removeprefix("\ufeff"))
