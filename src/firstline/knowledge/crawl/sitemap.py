"""Sitemaps (sitemaps.org): lists of pages with the day of their last change, and indexes of such lists.

Read with lxml as a stream: entities are not resolved, a document type is refused, nothing is fetched by the parser, and
bytes and addresses are bounded (defusedxml does the same, but its licence is not among those this house takes).
"""

import asyncio
import io
import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from lxml import etree  # type: ignore[import-untyped]

from firstline.knowledge.crawl.address import normal
from firstline.knowledge.crawl.rules import rules
from firstline.knowledge.fetch import Fetched
from firstline.knowledge.inflate import TooLarge, gunzip
from firstline.knowledge.model import UnreadableDocument

__all__ = ["BadSitemap", "Listed", "Sitemap", "read_lastmod", "read_sitemap", "walk_sitemaps"]


class BadSitemap(ValueError):
    """No sitemap: not XML, too large, or with a document type."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a sitemap. `lastmod` only where it says the time too: a day alone may have seen two changes."""

    url: str
    lastmod: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sitemap:
    """A sitemap's pages, or an index's sitemaps. `whole` is False when there were more than are read."""

    pages: tuple[Listed, ...] = ()
    sitemaps: tuple[str, ...] = ()
    whole: bool = True


def read_sitemap(data: bytes, base: str = "") -> Sitemap:
    """XML, gzipped XML, or plain text with an address a line. Raises BadSitemap."""
    bounds = rules()["sitemap"]
    try:
        data = gunzip(data, bounds["bytes"]) if data[:2] == b"\x1f\x8b" else data
    except (TooLarge, zlib.error) as error:
        raise BadSitemap(str(error)) from error
    if len(data) > bounds["bytes"]:
        raise BadSitemap("too large")
    if not data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return _plain(data, base, bounds["urls"])
    return _xml(data, base, bounds["urls"])


def _plain(data: bytes, base: str, most: int) -> Sitemap:
    lines = [line.strip() for line in data.decode("utf-8-sig", errors="replace").splitlines()]
    found = [normal(line, base) for line in lines if line.startswith(("http://", "https://"))]
    urls = list(dict.fromkeys(url for url in found if url))
    return Sitemap(tuple(Listed(url) for url in urls[:most]), whole=len(urls) <= most)


def _xml(data: bytes, base: str, most: int) -> Sitemap:
    pages: dict[str, Listed] = {}
    indexes: dict[str, None] = {}
    names: set[str] = set()
    try:
        stream = etree.iterparse(
            io.BytesIO(data), events=("end",), resolve_entities=False, load_dtd=False, no_network=True, recover=False
        )
        for _, node in stream:
            tag = _local(node)
            if not names and node.getroottree().docinfo.internalDTD is not None:  # it stands before the first element
                raise BadSitemap("document type")
            names.add(tag)
            if tag in ("url", "sitemap"):
                said = {_local(child): (child.text or "").strip() for child in node}
                url = normal(said.get("loc", ""), base)
                if url and len(pages) + len(indexes) >= most:
                    return Sitemap(tuple(pages.values()), tuple(indexes), whole=False)
                if url and tag == "url":
                    pages.setdefault(url, Listed(url, read_lastmod(said.get("lastmod", ""))))
                elif url:
                    indexes[url] = None
                node.clear()
                while node.getprevious() is not None:
                    del node.getparent()[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise BadSitemap(str(error)) from error
    if names.isdisjoint(("urlset", "sitemapindex")):
        raise BadSitemap("no sitemap")
    return Sitemap(tuple(pages.values()), tuple(indexes))


def _local(node: "etree._Element") -> str:
    return node.tag.rsplit("}", 1)[-1].lower() if isinstance(node.tag, str) else ""


def read_lastmod(text: str) -> datetime | None:
    """A W3C date with a time, in UTC; None for a day alone or anything else."""
    if "T" not in text:
        return None
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


async def walk_sitemaps(
    starts: list[str], get: Callable[[str], Awaitable[Fetched]], mine: Callable[[str], bool]
) -> Sitemap:
    """All pages of the sitemaps and of those they name, in order, once each; `mine` says which addresses are the site's.

    What cannot be read makes the whole incomplete; `sitemaps` tells which were read.
    """
    bounds = rules()["sitemap"]
    waiting = [(url, 0) for url in starts]
    seen: set[str] = set()
    read: list[str] = []
    pages: dict[str, Listed] = {}
    whole = True
    while waiting:
        url, level = waiting.pop(0)
        if url in seen:
            continue
        if len(seen) >= bounds["files"] or len(pages) >= bounds["urls"]:
            whole = False
            break
        seen.add(url)
        try:
            answer = await get(url)
            found = await asyncio.to_thread(read_sitemap, answer.data, answer.url)
        except (UnreadableDocument, BadSitemap):
            whole = False
            continue
        read.append(url)
        whole = whole and found.whole and (level < bounds["nesting"] or not found.sitemaps)
        for page in found.pages:
            if mine(page.url):
                pages.setdefault(page.url, page)
        if level < bounds["nesting"]:
            waiting[:0] = [(inner, level + 1) for inner in found.sitemaps if mine(inner)]
    return Sitemap(tuple(list(pages.values())[: bounds["urls"]]), tuple(read), whole)
