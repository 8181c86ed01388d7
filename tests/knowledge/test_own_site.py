"""The demo reads its own pages off this machine; nothing else of this machine, and nothing through them, can be read."""

import functools

import pytest
from tests.knowledge.website import Website, html, moved, serving

from firstline.ground.settings import read_settings
from firstline.kit.urlguard import UnsafeUrl, check_url
from firstline.knowledge.crawl.address import normal
from firstline.knowledge.crawl.plan import BadPlan, CrawlPlan
from firstline.knowledge.fetch import fetch
from firstline.knowledge.model import Job, JobConfig, Parsed, UnreadableDocument
from firstline.knowledge.sources.port import Materials, SourceFailed
from firstline.knowledge.sources.url import pages
from firstline.tenancy.model import Business

OWN = "http://localhost:8080/demo/"


@pytest.fixture
def site():
    with serving() as one:
        yield one


def own_of(site: Website) -> str:
    return f"http://localhost:{site.port}/demo/"


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/demo/acme/", "http://127.0.0.1:8080/demo/acme/pricing.html", "http://LOCALHOST:8080/demo/x?y=1",
        "http://localhost:8080/robots.txt", "http://localhost:8080/sitemap.xml",
    ],
)  # fmt: skip
def test_the_demos_own_pages_pass(url):
    assert check_url(url, own=OWN).own
    assert CrawlPlan.read({"urls": [url]}, own=OWN).urls == (url,)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/demo/", "http://localhost:8081/demo/", "https://localhost:8080/demo/", "http://127.0.0.2:8080/demo/",
        "http://[::1]:8080/demo/", "http://10.0.0.8:8080/demo/", "http://localhost.:8080/demo/", "http://demo.local:8080/demo/",
        "http://localhost:8080/", "http://localhost:8080/metrics", "http://localhost:8080/api/v1/business",
        "http://localhost:8080/demo/../metrics", "http://localhost:8080/demo/%2e%2e/metrics",
        "http://localhost:8080/demo/%252e%252e/metrics", "http://localhost:8080/demo/..%5cmetrics",
        "http://localhost:8080/demonstration", "http://me:pw@localhost:8080/demo/", "http://example.com:8080/demo/",
    ],
)  # fmt: skip
def test_every_other_door_and_path_of_this_machine_stays_shut(url):
    with pytest.raises(UnsafeUrl):
        check_url(url, own=OWN)
    with pytest.raises(BadPlan):
        CrawlPlan.read({"urls": [url]}, own=OWN)


def test_without_the_demo_nothing_of_this_machine_passes():
    settings = read_settings({"FIRSTLINE_PUBLIC_URL": "http://localhost:8080"})
    assert settings.web.own_site == ""
    assert (
        read_settings({"FIRSTLINE_PORT": "8795", "FIRSTLINE_DEMO": "1"}).web.own_site == "http://127.0.0.1:8795/demo/"
    )
    with pytest.raises(UnsafeUrl):
        check_url(OWN)
    with pytest.raises(BadPlan):
        CrawlPlan.read({"urls": [OWN]}, own=settings.web.own_site)


def test_a_link_is_as_public_as_the_page_it_stands_on_and_no_more():
    assert normal("pricing.html", f"{OWN}acme/") == f"{OWN}acme/pricing.html"
    assert normal("http://localhost:9000/", f"{OWN}acme/") is None
    assert normal(OWN, "https://acme.example/") is None


async def test_the_page_is_fetched_and_what_it_sends_to_elsewhere_is_not(site: Website):
    own = own_of(site)
    site.pages = {
        "/demo/acme/": html("Acme", "<p>We mend taps.</p>"),
        "/demo/inside": moved("/metrics"),
        "/demo/other": moved("http://127.0.0.1:1/demo/"),
        "/metrics": html("Numbers", "<p>secret</p>"),
    }
    assert b"mend taps" in (await fetch(f"{own}acme/", own=own)).data
    for url in (f"{own}inside", f"{own}other", f"http://localhost:{site.port}/metrics"):
        with pytest.raises(UnreadableDocument) as why:
            await fetch(url, own=own)
        assert why.value.code == "unsafe_url"
    assert "/metrics" not in site.paths()


async def test_a_public_page_cannot_send_a_reader_of_another_name_to_this_machine(site: Website):
    async def loopback(host, port):
        return ["127.0.0.1"]

    for url in (f"http://evil.example:{site.port}/demo/acme/", "http://evil.example/demo/acme/"):
        with pytest.raises(UnreadableDocument) as why:
            await fetch(url, own=own_of(site), resolver=loopback)
        assert why.value.code == "unsafe_url"
    assert site.asked == []


async def test_the_demos_site_is_crawled_as_any_other(site: Website):
    own = own_of(site)
    site.pages = {
        "/demo/acme/": html(
            "Acme", '<p>We mend taps.</p><a href="prices.html">Prices</a><a href="/metrics">Numbers</a>'
        ),
        "/demo/acme/prices.html": html("Prices", "<p>A tap costs $85.</p>"),
        "/metrics": html("Numbers", "<p>secret</p>"),
    }
    business = Business(id=None, name="Acme", slug="acme", timezone="UTC")
    wanted = {"urls": [f"{own}acme/"], "mode": "crawl", "rate_per_second": 10}
    job = Job(None, None, "url", "running", JobConfig(), wanted, {}, [], None, None, None)
    with pytest.raises(SourceFailed):
        _ = [one async for one in pages(job, Materials(business, fetch=fetch))]
    assert site.asked == []
    own_only = Materials(business, fetch=functools.partial(fetch, own=own), own=own)
    found = [one async for one in pages(job, own_only)]
    texts = {one.uri: one.parsed for one in found}
    assert isinstance(texts[f"{own}acme/prices.html"], Parsed)
    assert "$85" in texts[f"{own}acme/prices.html"].markdown
    assert "/metrics" not in site.paths()
