"""Addresses, plans, pace and marks: the pieces of a crawl by themselves."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.knowledge.website import Clock

from firstline.knowledge.crawl.address import identity, may_be_page, normal, site_of, within
from firstline.knowledge.crawl.frontier import Frontier
from firstline.knowledge.crawl.marks import alike, marks_of, sketch, with_mark
from firstline.knowledge.crawl.pace import Pace, retry_after
from firstline.knowledge.crawl.plan import BadPlan, CrawlPlan
from firstline.knowledge.parse import parse

ACME = "https://acme.example"


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("HTTPS://Acme.Example:443", "https://acme.example/"),
        ("/a/../b/./c/", "https://acme.example/b/c/"),
        ("/../../etc", "https://acme.example/etc"),
        ("?utm_source=x&id=3&fbclid=9#frag", "https://acme.example/dir/page?id=3"),
        ("/a%7eb%2fc?x=%e9", "https://acme.example/a~b%2Fc?x=%E9"),
        ("/precios y más", "https://acme.example/precios%20y%20m%C3%A1s"),
        ("/x;jsessionid=AB12?y=1", "https://acme.example/x?y=1"),
        ("other", "https://acme.example/dir/other"),
        ("//shop.acme.example/x", "https://shop.acme.example/x"),
        ("mailto:a@acme.example", None),
        ("javascript:void(0)", None),
        ("http://localhost/", None),
        ("http://[", None),
    ],
)
def test_an_address_has_one_spelling(written, name):
    assert normal(written.replace(" ", "%20"), f"{ACME}/dir/page") == name


@settings(max_examples=200)
@given(st.text(max_size=60))
def test_the_spelling_is_stable_whatever_is_written(text):
    for written in (text, f"/{text}", f"?{text}"):
        name = normal(written, ACME)
        if name is not None:
            assert normal(name) == name
            assert identity(name)


def test_www_and_https_are_one_site_and_subdomains_are_not():
    assert identity("http://www.acme.example/a") == identity("https://acme.example/a")
    assert site_of("https://shop.acme.example/") != site_of(ACME)


def test_scopes_are_whole_segments():
    assert within(f"{ACME}/services/x", ("/services",), ())
    assert within(f"{ACME}/services", ("/services/",), ())
    assert not within(f"{ACME}/services-old", ("/services",), ())
    assert not within(f"{ACME}/a/print/b", (), ("/a/*/b",))
    assert within(f"{ACME}/caf%C3%A9/x", ("/café",), ())


def test_what_is_no_page_is_known_by_its_address():
    for path in (
        "/a.jpg",
        "/wp-admin/x",
        "/cart/",
        "/?add-to-cart=3",
        "/post?replytocom=1",
        "/x.zip",
        "/feed/",
        "/login",
    ):
        assert not may_be_page(ACME + path), path
    for path in ("/a.pdf", "/cartoons", "/services?id=3", "/feedback", "/pricing.html"):
        assert may_be_page(ACME + path), path


def test_a_plan_takes_what_is_not_said_from_the_defaults():
    plan = CrawlPlan.read({"urls": "acme.example", "tags": ["web"], "scope": "/services", "key_of_others": 1})
    assert plan.urls == ("https://acme.example",)
    assert (plan.mode, plan.depth, plan.most_pages, plan.rate_per_second) == ("page", 3, 200, 2.0)
    assert (plan.scope, plan.tags, plan.visibility) == (("/services",), ("web",), "public")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("urls", []), ("urls", None), ("urls", [3]), ("urls", ["http://10.0.0.1/"]), ("urls", ["ftp://a.example"]), ("urls", ["https://a.example"] * 51),
        ("mode", "all"), ("depth", 11), ("depth", "3"), ("depth", 1.5), ("depth", True), ("most_pages", 0), ("most_pages", 10**6),
        ("rate_per_second", 0), ("rate_per_second", float("nan")), ("rate_per_second", 99), ("scope", "services"), ("scope", [1]), ("exclude", {"a": 1}),
        ("visibility", "secret"), ("tags", 3),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(field, value):
    with pytest.raises(BadPlan) as caught:
        CrawlPlan.read({"urls": ["https://acme.example"], field: value})
    assert caught.value.field == field
    assert caught.value.sentence


@settings(max_examples=100)
@given(st.dictionaries(st.sampled_from(["urls", "mode", "depth", "most_pages", "scope", "rate_per_second", "tags"]),
                       st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9), lambda s: st.lists(s, max_size=3), max_leaves=4)))  # fmt: skip
def test_any_config_is_a_plan_or_a_named_field(config):
    named = {"urls"}
    try:
        depth = CrawlPlan.read(config).depth
    except BadPlan as why:
        depth = 0
        named = {why.field}
    assert 0 <= depth <= 10
    assert named <= {*config, "urls"}


def test_the_frontier_goes_breadth_first_and_each_page_once():
    frontier = Frontier(CrawlPlan((ACME,), depth=2), {"acme.example"}, ())
    added = [
        frontier.add(ACME + path, depth) for path, depth in (("/a", 1), ("/b", 2), ("/a", 1), ("/c", 3), ("/d", 1))
    ]
    assert added == [True, True, False, False, True]
    assert frontier.claim("http://www.acme.example/b")
    assert not frontier.claim(f"{ACME}/b")
    assert [frontier.take(), frontier.take(), frontier.take()] == [(f"{ACME}/a", 1), (f"{ACME}/d", 1), None]


def test_traps_shut_out_new_pages_but_none_that_we_hold():
    plan, deep = CrawlPlan((ACME,)), "/x" * 13
    assert not Frontier(plan, {"acme.example"}, ()).add(ACME + deep, 1)
    assert Frontier(plan, {"acme.example"}, (identity(ACME + deep),)).add(ACME + deep, 1)
    frontier = Frontier(plan, {"acme.example"}, ())
    assert not frontier.add(f"{ACME}/a/b/a/b/a/c", 1)
    assert sum(frontier.add(f"{ACME}/list?page={n}", 1) for n in range(100)) == 20
    assert sum(frontier.add(f"{ACME}/calendar/2026-{n % 12 + 1}-{n}", 1) for n in range(200)) == 60
    assert sum(frontier.add(f"{ACME}/files/{n}.pdf", 1) for n in range(200)) == 100


async def test_the_pace_waits_between_requests_not_before_the_first():
    clock = Clock()
    pace = Pace(4, clock, clock.sleep)
    for _ in range(3):
        await pace.turn()
    assert clock.slept == [0.25, 0.25]
    clock.now += 10
    await pace.turn()
    assert len(clock.slept) == 2
    assert pace.later("7", 0)
    await pace.turn()
    assert clock.slept[-1] == 7
    assert not pace.later("9999", 0)
    assert not pace.over
    clock.now += 7200
    assert pace.over


def test_retry_after_is_a_number_or_a_date():
    today = datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert retry_after("30", today) == 30
    assert retry_after("Sun, 22 Nov 2026 12:01:00 GMT", today) == 60
    assert retry_after("Sun, 22 Nov 2020 12:01:00 GMT", today) == 0
    assert [retry_after(text, today) for text in (None, "", "soon", "-5", "٣")] == [None] * 5


@given(st.text(max_size=40))
def test_any_retry_after_has_an_answer(text):
    seconds = retry_after(text, datetime(2026, 11, 22, tzinfo=UTC))
    assert seconds is None or seconds >= 0


def test_the_headers_charset_reaches_the_parser_over_the_pages_own():
    text = "<html><head><meta charset='utf-8'><title>t</title></head><body><main><h1>Cañón</h1><p>Reparación rápida de la cañería del baño.</p></main></body></html>"
    for data, content_type in (
        (text.encode("latin-1"), "text/html; charset=ISO-8859-1"),
        (text.replace("utf-8", "iso-8859-1").encode(), 'text/html; charset="UTF-8"'),
        (text.encode(), "text/html"),
        (text.encode(), "text/html; charset=nonsense"),
    ):
        assert "Reparación rápida" in parse(with_mark(data, content_type), "page.html").markdown


def test_links_and_canonical_are_read_and_nofollow_is_kept():
    page = b"<html><head><link rel='Canonical' href='/real#x'></head><body><a href='/a?utm_id=1'>a</a><a href='/a'>a</a></body></html>"
    marks = marks_of(page, f"{ACME}/x")
    assert (marks.links, marks.canonical) == ((f"{ACME}/a",), f"{ACME}/real")
    assert marks_of(page, ACME, headers={"x-robots-tag": "noindex, nofollow"}).links == ()
    assert marks_of(b"<a href=/b>", ACME, headers={"link": '</c>; rel="canonical"'}).canonical == f"{ACME}/c"
    assert marks_of(b"", ACME).links == ()


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_any_bytes_have_marks(data):
    assert marks_of(data, ACME).links is not None
    assert with_mark(data, "text/html; charset=latin-1")[:3] in (b"\xef\xbb\xbf", data[:3])


def test_nearly_the_same_text_is_told_from_another():
    words = [f"word{n}" for n in range(200)]
    assert alike(sketch(" ".join(words)), sketch(" ".join([*words[:195], "other", "more"])))
    assert not alike(sketch(" ".join(words)), sketch(" ".join(words[:100])))
    assert alike(sketch(""), sketch(""))
