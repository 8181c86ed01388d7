"""Sitemaps of every make, and those that are traps."""

import contextlib
import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.knowledge.crawl.sitemap import BadSitemap, read_lastmod, read_sitemap, walk_sitemaps
from firstline.knowledge.fetch import Fetched, Refused

NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
PAGES = f"""<?xml version="1.0" encoding="UTF-8"?><?xml-stylesheet href="x.xsl"?>
<urlset {NS}><url><loc> https://acme.example/a?utm_source=x#y </loc><lastmod>2026-10-01T10:00:00Z</lastmod>
<image:image><image:loc>https://acme.example/photo.jpg</image:loc></image:image></url>
<url><loc><![CDATA[https://acme.example/b?x=1&y=2]]></loc><lastmod>2026-10-01</lastmod></url><url><loc>javascript:x</loc></url>
<url><loc>http://127.0.0.1/</loc></url><url><lastmod>2026</lastmod></url></urlset>""".encode()


def urls(sitemap):
    return [page.url for page in sitemap.pages]


def test_pages_are_read_with_their_days():
    found = read_sitemap(PAGES)
    assert urls(found) == ["https://acme.example/a", "https://acme.example/b?x=1&y=2"]
    assert found.pages[0].lastmod == datetime(2026, 10, 1, 10, tzinfo=UTC)
    assert found.pages[1].lastmod is None
    assert found.whole


def test_packed_plain_and_without_namespace_are_read_too():
    assert read_sitemap(gzip.compress(PAGES)) == read_sitemap(PAGES)
    assert urls(read_sitemap(b"\xef\xbb\xbfhttps://acme.example/a\nnonsense\nhttps://acme.example/b\n")) == [
        "https://acme.example/a",
        "https://acme.example/b",
    ]
    assert urls(read_sitemap(b"<urlset><url><loc>https://acme.example/a</loc></url></urlset>")) == [
        "https://acme.example/a"
    ]
    index = f"<sitemapindex {NS}><sitemap><loc>/one.xml</loc></sitemap></sitemapindex>".encode()
    assert read_sitemap(index, "https://acme.example/x/").sitemaps == ("https://acme.example/one.xml",)


BOMB = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)


@pytest.mark.parametrize(
    "data",
    [
        BOMB + b"]><urlset><url><loc>&j;</loc></url></urlset>",
        b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><urlset><url><loc>https://a.example/&f;</loc></url></urlset>',
        b"<html><body>Not found</body></html>",
        b"<urlset><url><loc>https://a.example/",
        gzip.compress(b"\0" * 60_000_000),
        b"\x1f\x8bnonsense",
        b"<",
    ],
    ids=["bomb", "file", "page", "cut", "large", "no gzip", "nothing"],
)
def test_bombs_and_pages_are_no_sitemaps(data):
    with pytest.raises(BadSitemap):
        read_sitemap(data)


def test_fifty_thousand_are_enough():
    rows = b"".join(b"<url><loc>https://acme.example/%d</loc></url>" % n for n in range(50_010))
    found = read_sitemap(b"<urlset>" + rows + b"</urlset>")
    assert len(found.pages) == 50_000
    assert not found.whole


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_sitemap_or_refused(data):
    for whole in (data, b"<urlset>" + data + b"</urlset>"):
        with contextlib.suppress(BadSitemap):
            assert read_sitemap(whole).pages is not None


@given(st.text(max_size=30))
def test_any_lastmod_has_an_answer(text):
    assert read_lastmod(text) is None or read_lastmod(text).tzinfo is not None


async def test_indexes_are_followed_within_the_site_and_never_in_circles():
    def index(*places):
        rows = "".join(f"<sitemap><loc>{place}</loc></sitemap>" for place in places)
        return f"<sitemapindex>{rows}</sitemapindex>".encode()

    site = {
        "https://a.example/i.xml": index(
            "https://a.example/i.xml",
            "https://a.example/one.xml",
            "https://b.example/two.xml",
            "https://a.example/gone.xml",
        ),
        "https://a.example/one.xml": b"https://a.example/p\nhttps://b.example/q\n",
    }
    asked = []

    async def get(url):
        asked.append(url)
        if url not in site:
            raise Refused("not_found", "gone", 404)
        return Fetched(url, site[url])

    found = await walk_sitemaps(["https://a.example/i.xml"], get, lambda url: "//a.example" in url)
    assert urls(found) == ["https://a.example/p"]
    assert not found.whole
    assert asked == ["https://a.example/i.xml", "https://a.example/one.xml", "https://a.example/gone.xml"]
