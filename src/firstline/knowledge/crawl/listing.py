"""Where a site's sitemap is: at the given address, where its robots.txt says, or where sitemaps usually are."""

from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

from firstline.knowledge.crawl.address import normal, site_of
from firstline.knowledge.crawl.guest import Guest
from firstline.knowledge.crawl.plan import CrawlPlan
from firstline.knowledge.crawl.rules import CannotRead, rules, said
from firstline.knowledge.crawl.sitemap import Sitemap, walk_sitemaps
from firstline.knowledge.model import UnreadableDocument

__all__ = ["listing"]


async def listing(plan: CrawlPlan, guest: Guest, *, needed: bool) -> Sitemap:
    """The pages that the sitemaps of the plan's sites list, those of the sites themselves only.

    `needed`: raises CannotRead where a site has none; otherwise what cannot be had is left out.
    """
    sites = {site_of(url) for url in plan.urls}

    def mine(url: str) -> bool:
        return site_of(url) in sites

    pages: list[Sitemap] = []
    for given in plan.urls:
        url = normal(given, plan.own)
        if url is None:
            continue
        if _is_sitemap(url):
            found = await walk_sitemaps([url], guest.get, mine)
        else:
            found = await _of_site(url, guest, mine, needed=needed)
        if needed and not found.sitemaps:
            raise CannotRead("no_sitemap", said("no_sitemap"))
        pages.append(found)
    listed = {page.url: page for found in pages for page in found.pages}
    return Sitemap(tuple(listed.values()), whole=all(found.whole for found in pages))


def _is_sitemap(url: str) -> bool:
    path = urlsplit(url).path.lower()
    return path.endswith((".xml", ".xml.gz", ".txt")) or "sitemap" in path


async def _of_site(url: str, guest: Guest, mine: Callable[[str], bool], *, needed: bool) -> Sitemap:
    try:
        robots = await guest.robots.of(url)
    except UnreadableDocument as why:
        if needed:
            if why.code == "robots_unreachable":
                raise CannotRead(why.code, why.sentence) from why
            raise CannotRead("home", said("home", why=why.sentence)) from why
        return Sitemap(whole=False)
    guest.pace.slow_to(robots.delay)
    named = robots.sitemaps(url)
    if named:
        return await walk_sitemaps(named, guest.get, mine)
    for place in rules()["sitemap"]["places"]:
        found = await walk_sitemaps([urljoin(url, place)], guest.get, mine)
        if found.sitemaps:
            return found
    return Sitemap(whole=False)
