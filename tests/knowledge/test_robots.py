"""robots.txt is read as RFC 9309 has it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.knowledge.crawl.robots import Robots, RobotsBook
from firstline.knowledge.fetch import Fetched, Refused
from firstline.knowledge.model import UnreadableDocument

SITE = "https://acme.example"


def may(text, path):
    return Robots(text).allows(SITE + path)


def test_our_own_group_counts_before_that_of_all():
    text = "User-agent: *\nDisallow: /\n\nUser-agent: firstlinebot\nDisallow: /private\n"
    assert may(text, "/prices")
    assert not may(text, "/private/x")
    assert not may("User-agent: *\nDisallow: /", "/prices")
    assert may("User-agent: OtherBot\nDisallow: /", "/prices")


def test_the_longest_rule_wins_with_stars_and_ends():
    text = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /*.pdf$\nDisallow: /*?sort=\n"
    assert [may(text, p) for p in ("/a/x", "/a/b/c", "/x.pdf", "/x.pdf?y", "/list?sort=up", "/list?page=1")] == [
        False, True, False, True, False, True,
    ]  # fmt: skip


def test_delays_are_capped_and_sitemaps_made_absolute():
    robots = Robots("Sitemap: /map.xml\nUser-agent: *\nCrawl-delay: 600\n\nSitemap: https://cdn.example/m.xml")
    assert robots.delay == 10.0
    assert robots.sitemaps(SITE + "/x") == [f"{SITE}/map.xml", "https://cdn.example/m.xml"]
    assert Robots("User-agent: *\nCrawl-delay: 1.5").delay == 1.5
    assert Robots("User-agent: *\nRequest-rate: 1/4").delay == 4.0
    assert Robots("").delay == 0


@given(st.text(max_size=300))
def test_nonsense_is_no_rule_and_no_error(text):
    robots = Robots(text)
    assert robots.allows(SITE + "/") in (True, False)
    assert 0 <= robots.delay <= 10
    assert isinstance(robots.sitemaps(SITE), list)


def test_a_page_served_as_robots_allows_all():
    assert may("<!doctype html><html><body>Not found</body></html>", "/x")


async def test_what_is_missing_allows_and_what_fails_does_not():
    asked = []

    def book(answer):
        async def get(url, **_):
            asked.append(url)
            if isinstance(answer, Exception):
                raise answer
            return answer

        return RobotsBook(get)

    for status in (404, 403, 410):
        assert (await book(Refused("x", "x", status)).of(SITE + "/a")).allows(SITE + "/a")
    for status in (500, 503, 429):
        with pytest.raises(UnreadableDocument) as caught:
            await book(Refused("http_status", f"error {status}", status)).of(SITE + "/a")
        assert caught.value.code == "robots_unreachable"
    with pytest.raises(UnreadableDocument):
        await book(UnreadableDocument("too_slow", "slow")).of(SITE)
    asked.clear()
    same = book(Fetched(SITE, b"\xef\xbb\xbfUser-agent: *\nDisallow: /a"))
    assert not (await same.of(SITE + "/a?b")).allows(SITE + "/a")
    await same.of(SITE + "/c")
    assert asked == [SITE + "/robots.txt"]
