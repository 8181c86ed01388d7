"""A whole site through a real server: every page once, politely, and a second run that costs only what has changed."""

import gzip
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import uuid4

import pytest
from reportlab.pdfgen.canvas import Canvas
from tests.knowledge.website import Clock, Page, html, moved, serving

from firstline.knowledge.model import Parsed, UnreadableDocument
from firstline.knowledge.sources.port import Gone, Known, Materials, Report, SourceFailed, Unchanged
from firstline.knowledge.sources.url import pages
from firstline.tenancy.model import Business

ACME = Business(id=uuid4(), name="Acme Plumbing", slug="acme")
LONG = "<p>Our licensed plumbers repair water heaters, drains and sump pumps in Madison and nearby towns, every day of the week.</p>"


def job(site, **config):
    return SimpleNamespace(input={"urls": [site.url + "/"], "mode": "crawl", "rate_per_second": 10, **config})


class Run:
    """One run: what was yielded by path, the report, and the clock it went by."""

    def __init__(self, site, known=None, *, fetch=None, **config):
        self.site = site
        self.report = Report()
        self.clock = Clock()
        self.materials = Materials(ACME, fetch=fetch or site.fetch(), known=known or {}, report=self.report)
        self.job = job(site, **config)
        self.found = {}
        self.order = []

    async def go(self):
        async for one in pages(self.job, self.materials, clock=self.clock, sleep=self.clock.sleep):
            path = one.uri.removeprefix(self.site.url)
            assert path not in self.found, f"{path} came twice"
            self.found[path] = one
            self.order.append(path)
        return self

    def texts(self):
        return {path for path, one in self.found.items() if isinstance(one.parsed, Parsed)}

    def errors(self):
        return {p: one.parsed.code for p, one in self.found.items() if isinstance(one.parsed, UnreadableDocument)}

    def known(self):
        return {
            one.uri: Known(uuid4(), one.etag, one.last_modified)
            for one in self.found.values()
            if isinstance(one.parsed, Parsed | Unchanged)
        }

    def kinds(self, kind):
        return {path for path, one in self.found.items() if isinstance(one.parsed, kind)}


def pdf(text):
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(72, 700, text)
    canvas.save()
    return out.getvalue()


def acme(site):
    """A small site with everything that goes wrong on one."""
    links = (
        '<a href="/services?utm_source=menu">Services</a> <a href="/prices/">Prices</a> <a href="/old">Old</a>'
        '<a href="/services#top">Top</a> <a href="/broken">Broken</a> <a href="/index.html">Home</a>'
        '<a href="/photo.jpg">Photo</a> <a href="https://other.example/">Partner</a> <a href="/away">Away</a>'
        '<a href="/secret/plan">Plan</a> <a href="/files/Price%20list.pdf">PDF</a> <a href="/loop">Loop</a>'
        '<a href="/print?page=services">Print</a> <a href="/latin">Latin</a> <a href="/cart">Cart</a> <a href="/huge">Huge</a>'
        '<a href="mailto:a@acme.example">Mail</a> <a href="/img">Img</a> <a rel="nofollow" href="/nofollowed">x</a>'
    )
    services = f'<p>Water heater repair and drain cleaning by licensed plumbers of this town.</p>{LONG}<a href="/services/heaters">Heaters</a>'
    site.pages |= {
        "/robots.txt": Page(b"User-agent: *\nDisallow: /secret/\n", headers={"Content-Type": "text/plain"}),
        "/": html("Acme Plumbing", LONG + links),
        "/index.html": html("Acme Plumbing", LONG + links),
        "/services": html("Services", services, head='<link rel="canonical" href="/services?utm_campaign=x">'),
        "/print?page=services": html("Services", services, head='<link rel="canonical" href="/services">'),
        "/services/heaters": html("Water heaters", LONG + '<p>Tank heaters cost $900.</p><a href="/deep/1">Deeper</a>'),
        "/deep/1": html("Deep one", LONG + '<p>First.</p><a href="/deep/2">Deeper</a>'),
        "/deep/2": html("Deep two", LONG + "<p>Second, four links away.</p>"),
        "/prices/": html("Prices", LONG + "<p>Drain cleaning costs $150.</p>"),
        "/old": moved("/prices/"),
        "/away": moved("https://elsewhere.example/"),
        "/loop": moved("/loop2"),
        "/loop2": moved("/loop"),
        "/secret/plan": html("Secret", LONG),
        "/nofollowed": html("Not followed", LONG),
        "/files/Price%20list.pdf": Page(pdf("Sump pump 250 dollars"), headers={"Content-Type": "application/pdf"}),
        "/img": Page(b"\x89PNG", headers={"Content-Type": "image/png"}),
        "/huge": Page(b"<p>" + b"x" * 9_000_000, headers={"Content-Type": "text/html"}),
        "/latin": Page(
            f"<html><head><title>Cañerías</title></head><body><main><h1>Cañerías</h1><p>Reparación de cañerías en Madison, rápida y garantizada.</p>{LONG}</main></body></html>".encode("latin-1"),
            headers={"Content-Type": "text/html; charset=ISO-8859-1"},
        ),
    }  # fmt: skip
    site.pages["/services/heaters"].packed = True


@pytest.fixture
def site():
    with serving() as website:
        yield website


async def test_every_page_of_a_site_is_read_once_under_one_name(site):
    acme(site)
    run = await Run(site).go()
    assert run.texts() == {
        "/", "/services", "/services/heaters", "/prices/", "/deep/1", "/latin", "/files/Price%20list.pdf"
    }  # fmt: skip
    assert run.errors() == {"/broken": "not_found", "/huge": "page_too_large"}
    assert run.report.complete
    assert run.report.found == len(run.texts())
    assert "Reparación de cañerías" in run.found["/latin"].parsed.markdown
    assert "$900" in run.found["/services/heaters"].parsed.markdown


async def test_what_is_not_ours_to_read_is_never_asked_for(site):
    acme(site)
    run = await Run(site).go()
    asked = site.paths()
    assert not {"/secret/plan", "/photo.jpg", "/cart", "/nofollowed", "/deep/2"} & set(asked)
    assert len([path for path in asked if path == "/prices/"]) == 1
    assert all(headers["Host"].startswith("acme.example") for _, _, headers in site.asked)
    assert all("FirstlineBot" in headers["User-Agent"] for _, _, headers in site.asked)
    assert run.order[0] == "/"


async def test_a_second_run_asks_only_for_what_has_changed(site):
    acme(site)
    first = await Run(site).go()
    site.pages["/prices/"] = html("Prices", LONG + "<p>Drain cleaning costs $175.</p>")
    del site.pages["/deep/1"]
    site.asked.clear()
    second = await Run(site, first.known()).go()
    assert second.kinds(Gone) == {"/deep/1"}
    assert second.texts() == {"/", "/prices/"}  # the first page is always read: its links are needed
    assert "$175" in second.found["/prices/"].parsed.markdown
    assert second.kinds(Unchanged) == {"/services", "/services/heaters", "/latin", "/files/Price%20list.pdf"}
    assert second.report.complete
    assert {path for path, status, _ in site.asked if status == 304} >= second.kinds(Unchanged)


async def test_a_site_that_errs_on_the_way_loses_nothing(site):
    acme(site)
    known = (await Run(site).go()).known()
    site.pages["/prices/"] = Page(status=500)
    run = await Run(site, known).go()
    assert run.errors()["/prices/"] == "http_status"
    assert not run.report.complete


async def test_a_site_under_repair_loses_nothing_and_one_that_moved_does(site):
    acme(site)
    known = (await Run(site).go()).known()
    repair = dict.fromkeys(site.pages, moved("/repair", 302)) | {
        "/repair": html("Back soon", "<p>We are working on our site.</p>")
    }
    moved_on = dict.fromkeys(site.pages, moved("/", 301)) | {"/": site.pages["/"], "/robots.txt": Page(b"")}
    site.pages = repair
    run = await Run(site, known).go()
    assert not run.kinds(Gone)
    assert not run.report.complete
    site.pages = moved_on
    run = await Run(site, known).go()
    assert run.texts() == {"/"}
    assert run.report.complete


async def test_the_same_text_under_a_second_address_stays_one_document_in_later_runs(site):
    acme(site)
    site.pages["/services/"] = site.pages["/services"]
    site.pages["/deep/1"] = html("Deep one", LONG + '<p>First.</p><a href="/services/">Services</a>')
    first = await Run(site).go()
    second = await Run(site, first.known()).go()
    assert set(second.found) == set(first.found)


async def test_what_pages_say_of_the_business_is_proposed_once_and_whole(site):
    about = '<script type="application/ld+json">{"@context": "https://schema.org", "@type": "Plumber", "name": "Acme Plumbing", "telephone": "+1 608 555 0123", "openingHours": "Mo-Fr 08:00-17:00"}</script>'
    site.pages = {
        "/": html("Acme Plumbing", LONG + '<a href="/a">a</a>', head=about),
        "/a": html("Prices", LONG + "<p>Drain cleaning costs $150.</p>"),
    }
    run = await Run(site).go()
    assert len(run.report.proposals) == 1
    assert run.report.proposals[0]["fields"]["phone"]["value"].endswith("6085550123")
    assert run.report.proposals[0]["profile"]["business_hours"]["mon"]
    assert json.loads(json.dumps(run.report.proposals)) == run.report.proposals
    assert not run.report.partial
    second = await Run(site, run.known()).go()
    assert second.report.partial
    assert second.report.read == {site.url + "/"}


async def test_the_page_limit_is_kept_and_told(site):
    acme(site)
    run = await Run(site, most_pages=3).go()
    assert len(run.texts()) == 3
    assert not run.report.complete


async def test_depth_scope_and_exclusions_are_kept(site):
    acme(site)
    assert (await Run(site, depth=0).go()).texts() == {"/"}
    scoped = await Run(site, scope="/services").go()
    assert scoped.texts() == {"/services", "/services/heaters"}
    assert scoped.report.complete
    assert "/services/heaters" not in (await Run(site, exclude=["/services/*"]).go()).texts()


async def test_a_home_page_that_cannot_be_read_fails_the_job(site):
    for pages_, code in (
        ({}, "home"),
        ({"/": moved("https://www.new-acme.example/")}, "moved"),
        ({"/robots.txt": Page(b"User-agent: *\nDisallow: /")}, "robots"),
        ({"/robots.txt": Page(status=503, headers={"Retry-After": "9999"})}, "robots_unreachable"),
    ):
        site.pages = pages_
        run = Run(site, {site.url + "/": Known(uuid4())})
        with pytest.raises(SourceFailed) as caught:
            await run.go()
        assert caught.value.code == code
        assert not run.report.complete
    assert "9999" not in caught.value.sentence
    with pytest.raises(SourceFailed) as caught:
        await Run(site, urls=["http://127.0.0.1/"]).go()
    with pytest.raises(SourceFailed) as caught:
        await Run(site, depth="deep").go()
    assert (caught.value.code, "depth" in caught.value.sentence) == ("bad_config", True)


async def test_a_canonical_link_is_believed_only_where_the_text_is_the_same(site):
    canonical = '<link rel="canonical" href="/">'
    site.pages = {
        "/": html("Acme", LONG + '<a href="/a">a</a><a href="/b">b</a>'),
        "/a": html(
            "Lawn care", "<p>We mow lawns, trim hedges and plant trees from March to November.</p>", head=canonical
        ),
        "/b": html("Gone canonical", LONG + "<p>Extra words.</p>", head='<link rel="canonical" href="/nowhere">'),
    }
    assert (await Run(site).go()).texts() == {"/", "/a", "/b"}


async def test_www_and_https_are_one_site_and_keep_the_name_they_had(site):
    site.pages = {
        "/": html("Acme", LONG + f'<a href="http://www.acme.example:{site.port}/a">a</a> <a href="/a">a</a>'),
        "/a": html("Page a", LONG + "<p>Only once.</p>"),
    }
    run = await Run(site).go()
    assert len(run.found) == 2
    assert site.paths().count("/a") == 1


async def test_calendars_filters_and_growing_paths_end(site):
    def endless(handler):
        path = handler.path
        number = int(path.rsplit("=", 1)[-1]) if "=" in path else 0
        return html(
            f"Page {path}",
            f"<p>Nothing on {path} in this place of the calendar.</p>"
            f'<a href="/list?page={number + 1}">next</a><a href="{path.split("?")[0].rstrip("/")}/more/">more</a>'
            + "".join(f'<a href="/events/2026-{m:02}-{d:02}">x</a>' for m in range(1, 4) for d in range(1, 29)),
        )

    class Everything(dict):
        def get(self, path, default=None):
            return None if path in ("/robots.txt",) or path.endswith(".xml") else endless

    site.pages = Everything()
    run = await Run(site, depth=10, most_pages=1000).go()
    assert run.report.complete
    assert len([path for path in run.found if "?page" in path]) <= 20
    assert len(run.found) < 300


async def test_the_pace_is_kept_and_slowed_by_robots(site):
    acme(site)
    run = await Run(site, rate_per_second=2).go()
    assert set(run.clock.slept) == {0.5}
    assert len(run.clock.slept) >= len(site.asked) - 1
    site.pages["/robots.txt"] = Page(b"User-agent: FirstlineBot\nCrawl-delay: 4\n\nUser-agent: *\nDisallow: /\n")
    slow = await Run(site, rate_per_second=2).go()
    assert max(slow.clock.slept) == 4.0
    assert slow.texts()


async def test_later_is_waited_for_and_a_dead_site_is_left(site):
    left = [Page(status=429, headers={"Retry-After": "30"})]
    acme(site)
    real = site.pages["/prices/"]
    site.pages["/prices/"] = lambda handler: left.pop() if left else real
    run = await Run(site).go()
    assert "/prices/" in run.texts()
    assert run.report.complete
    assert 30.0 in run.clock.slept
    site.pages = {"/": html("Acme", LONG + "".join(f'<a href="/p{n}">p</a>' for n in range(50)))}
    site.pages |= {f"/p{n}": Page(status=500) for n in range(50)}
    site.asked.clear()
    dead = await Run(site).go()
    assert len(dead.errors()) == 5
    assert not dead.report.complete


async def test_an_hour_too_long_ends_the_run(site):
    acme(site)
    run = Run(site)

    async def slow(url, **terms):
        run.clock.now += 2000.0
        return await site.fetch()(url, **terms)

    run.materials = replace(run.materials, fetch=slow)
    await run.go()
    assert not run.report.complete
    assert len(site.asked) <= 5


async def test_a_page_by_itself_keeps_the_name_it_was_given(site):
    acme(site)
    urls = [site.url + path for path in ("/old#x", "/secret/plan", "/broken", "/away", "/old")]
    run = await Run(site, mode="page", urls=urls).go()
    assert run.texts() == {"/old", "/secret/plan"}
    assert run.errors()["/broken"] == "not_found"
    assert set(run.errors()) == {"/broken", "/away"}  # the redirect is followed and the guard of this test stops it
    again = await Run(site, {**run.known(), urls[2]: Known(uuid4())}, mode="page", urls=urls[1:3]).go()
    assert again.kinds(Unchanged) == {"/secret/plan"}
    assert again.kinds(Gone) == {"/broken"}
    assert again.report.complete


def sitemap(site, entries):
    rows = "".join(f"<url><loc>{site.url}{path}</loc><lastmod>{day}</lastmod></url>" for path, day in entries)
    return f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()


async def test_a_sitemap_is_found_and_its_dates_spare_requests(site):
    acme(site)
    for path in ("/prices/", "/deep/2"):
        site.pages[path].validators = False
    index = f'<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>{site.url}/pages.xml.gz</loc></sitemap></sitemapindex>'
    entries = [("/prices/", "2026-10-01T08:00:00+02:00"), ("/deep/2", "2026-10-01"), ("/secret/plan", "2026-10-01")]
    site.pages["/robots.txt"] = Page(f"User-agent: *\nDisallow: /secret\nSitemap: {site.url}/index.xml\n".encode())
    site.pages["/index.xml"] = Page(index.encode(), headers={"Content-Type": "application/xml"})
    site.pages["/pages.xml.gz"] = Page(
        gzip.compress(sitemap(site, entries)), headers={"Content-Type": "application/gzip"}
    )
    first = await Run(site, mode="sitemap").go()
    assert first.texts() == {"/prices/", "/deep/2"}
    assert first.report.complete
    assert first.found["/prices/"].last_modified == "Thu, 01 Oct 2026 06:00:00 GMT"
    site.asked.clear()
    second = await Run(site, first.known(), mode="sitemap").go()
    assert second.kinds(Unchanged) == {"/prices/"}
    assert "/prices/" not in site.paths()
    assert second.texts() == {"/deep/2"}
    entries[0] = ("/prices/", "2026-11-01T08:00:00+02:00")
    site.pages["/pages.xml.gz"].body = gzip.compress(sitemap(site, entries))
    assert "/prices/" in (await Run(site, first.known(), mode="sitemap").go()).texts()
    site.pages["/pages.xml.gz"] = Page(status=500)
    assert not (await Run(site, first.known(), mode="sitemap").go()).report.complete
    site.pages = {"/": html("Acme", LONG)}
    with pytest.raises(SourceFailed) as caught:
        await Run(site, mode="sitemap").go()
    assert caught.value.code == "no_sitemap"


async def test_a_crawl_finds_pages_that_only_the_sitemap_names(site):
    acme(site)
    site.pages["/sitemap.xml"] = Page(sitemap(site, [("/deep/2", datetime(2026, 10, 1, tzinfo=UTC).isoformat())]))
    assert "/deep/2" in (await Run(site).go()).texts()


async def test_the_real_guard_reads_nothing_of_a_site_inside(site):
    from firstline.knowledge.fetch import fetch

    acme(site)
    with pytest.raises(SourceFailed):
        await Run(site, fetch=fetch).go()
    with pytest.raises(SourceFailed):
        await Run(site, fetch=fetch, urls=[f"http://127.0.0.1:{site.port}/"]).go()
    assert not site.asked
