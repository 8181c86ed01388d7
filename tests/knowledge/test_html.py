"""Web pages: what stays, what goes, what the page says about itself."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.knowledge.model import UnreadableDocument
from firstline.knowledge.parsing.html import links_of, parse_html, to_markdown
from firstline.knowledge.parsing.html.decode import charset_of


def page(body: str, head: str = "") -> str:
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>"


MENU = "<nav><ul><li><a href='/'>Home</a></li><li><a href='/a'>About us here</a></li></ul></nav>"
TEXT = "<h1>Drains</h1><p>We clear drains of every kind in the whole county, by hand and by machine.</p>"


@pytest.mark.parametrize(
    "footer",
    [
        "<footer><p>Mon - Fri: 8am - 5pm</p></footer>",
        "<div class='site-footer'><ul><li>Mon - Fri: 8am - 5pm</li></ul></div>",
        "<footer><table><tr><td>Mon - Fri:</td><td>8am - 5pm</td></tr></table></footer>",
        "<div role='contentinfo'><span>Hours</span><br><span>Mon - Fri: 8am - 5pm</span><br><span>Sun: closed</span></div>",
        "<footer><div><div>Mon - Fri</div><div>8am - 5pm</div></div></footer>",
    ],
)
def test_hours_in_a_footer_stay_however_they_are_marked_up(footer: str) -> None:
    text = parse_html(page(MENU + TEXT + footer)).markdown.replace("|", " ").replace(":", " ")
    assert "Mon - Fri 8am - 5pm" in " ".join(text.split())
    assert "About us here" not in text


def test_a_number_that_stands_only_in_a_link_is_read() -> None:
    assert "+16085550142" in parse_html(page(TEXT + "<a href='tel:+16085550142'>Call us</a>")).markdown


def test_a_caterers_menu_is_no_menu() -> None:
    food = "<div class='menu'><div class='menu-item'><span>Soup</span><span>$8</span></div></div>"
    assert "Soup: $8" in parse_html(page(MENU + TEXT + food)).markdown


def test_cents_in_superscript_are_cents() -> None:
    assert "$99.95" in parse_html(page(TEXT + "<p>Only $99<sup>95</sup> a month</p>")).markdown


def test_answers_that_a_click_opens_are_read_and_hidden_popups_are_not() -> None:
    body = (
        "<button aria-expanded='false' aria-controls='a1'>Do you work nights?</button><div id='a1' style='display:none'>"
        "<p>Yes, every night.</p></div><div class='modal' style='display:none'><p>Wait, a gift for you</p></div>"
    )
    text = parse_html(page(TEXT + body)).markdown
    assert "#### Do you work nights?\n\nYes, every night." in text
    assert "gift" not in text


def test_a_list_of_links_that_the_text_introduces_is_content() -> None:
    towns = "<main><h1>Areas</h1><h2>Towns we work in</h2><ul><li><a href='/m'>Madison</a></li><li><a href='/v'>Verona</a></li></ul></main>"
    text = parse_html(page(MENU + towns)).markdown
    assert "- Madison\n- Verona" in text


def test_legal_links_under_an_address_are_no_list_of_it() -> None:
    end = "<div><p>Calle Bravo Murillo 5, 28003 Madrid</p><ul><li><a href='/a'>Aviso legal</a></li><li><a href='/b'>Cookies de esta web</a></li></ul></div>"
    text = parse_html(page(TEXT + end)).markdown
    assert "28003 Madrid" in text
    assert "Cookies" not in text


def test_elements_of_the_pages_own_are_blocks() -> None:
    body = "<app-root><app-price><span>Deck</span><span>$45/sq ft</span></app-price><app-price><span>Kit</span><span>$3,900</span></app-price></app-root>"
    assert "Deck $45/sq ft\n\nKit $3,900" in parse_html(page(TEXT + body)).markdown


def test_a_form_around_the_whole_page_is_no_form() -> None:
    assert (
        "every kind" in parse_html(page(f"<form action='./Default.aspx'><input type='hidden'>{TEXT}</form>")).markdown
    )


def test_what_a_page_says_about_itself() -> None:
    head = (
        "<title>Prices | Acme</title><meta property='og:title' content='Prices | Acme'><link rel='canonical' href='/prices'>"
        "<meta name='robots' content='noindex, nofollow'><meta property='article:modified_time' content='2026-02-03T10:00:00Z'>"
    )
    parsed = parse_html(
        page("<p>Leak repair costs $165 for a visit in town.</p>", head), url="https://acme.example/x?y=1"
    )
    assert parsed.title == "Prices"
    assert parsed.metadata == {
        "language": "en",
        "canonical": "https://acme.example/prices",
        "noindex": True,
        "nofollow": True,
        "effective_date": "2026-02-03",
    }


@pytest.mark.parametrize(
    ("data", "content_type"),
    [
        ("<p>Diseño y jardín, ¿cuánto cuesta?</p>".encode(), ""),
        ("<p>Diseño y jardín, ¿cuánto cuesta?</p>".encode("cp1252"), ""),
        ("<p>Diseño y jardín, ¿cuánto cuesta?</p>".encode("latin-1"), "text/html; charset=ISO-8859-1"),
        ("<meta charset='iso-8859-1'><p>Diseño y jardín, ¿cuánto cuesta?</p>".encode(), ""),
        ("\ufeff<p>Diseño y jardín, ¿cuánto cuesta?</p>".encode("utf-16-le"), ""),
        ("<p>Diseño y jardín, ¿cuánto cuesta?</p>".encode(), "text/html; charset=nonsense"),
    ],
)
def test_letters_come_out_right_whatever_the_charset(data: bytes, content_type: str) -> None:
    assert parse_html(data, content_type=content_type).markdown == "Diseño y jardín, ¿cuánto cuesta?"


def test_links_are_absolute_once_and_without_those_not_to_be_followed() -> None:
    body = (
        "<a href='/a#x'>1</a><a href='a'>2</a><a href='http://[bad'>3</a><a rel='nofollow' href='/n'>4</a>"
        "<a href='mailto:x@y.z'>5</a><a href='//other.example/p'>6</a><a href='javascript:x()'>7</a><a href='#top'>8</a>"
    )
    assert links_of(page(body), "https://acme.example/b/") == [
        "https://acme.example/a",
        "https://acme.example/b/a",
        "https://other.example/p",
    ]
    assert links_of(page(body, "<meta name='robots' content='nofollow'>"), "https://acme.example/") == []
    assert links_of(page(body, "<base href='/c/'>"), "https://acme.example/b/")[1] == "https://acme.example/c/a"
    assert links_of(b"", "https://acme.example/") == []


def test_an_article_keeps_its_text_and_loses_what_hangs_on_it() -> None:
    words = (
        "The valve under the sink turns a quarter and the water stops, which is all that most leaks need at first. " * 3
    )
    body = (
        f"<article><h1>Valves</h1><p>{words}</p><p>{words.replace('valve', 'tap')}</p><div class='share'><a href='#'>Share</a></div></article>"
        "<aside><h3>Recent posts</h3><ul><li><a href='/1'>Ten sinks</a></li><li><a href='/2'>Six taps</a></li></ul></aside>"
    )
    text = parse_html(page(MENU + body, "<meta property='og:type' content='article'>")).markdown
    assert "turns a quarter" in text
    assert not {"Ten sinks", "Recent posts", "Share"} & set(text.split("\n"))


def test_a_page_of_only_a_menu_is_empty() -> None:
    with pytest.raises(UnreadableDocument):
        parse_html(page(MENU))


@pytest.mark.parametrize("depth", [100, 160, 240])
def test_elements_deep_inside_each_other_are_read(depth: int) -> None:
    assert (
        parse_html("<div>" * depth + "deep words to be read here" + "</div>" * depth).markdown
        == "deep words to be read here"
    )


def test_markdown_of_an_element_keeps_everything() -> None:
    import lxml.html

    node = lxml.html.fromstring(
        "<div><h2>T</h2><nav><a href='/'>Home</a></nav><ul><li>a<ul><li>b</li></ul></li></ul></div>"
    )
    assert to_markdown(node) == "## T\n\nHome\n\n- a\n  - b"


TAGS = st.sampled_from(
    [
        "div",
        "p",
        "ul",
        "li",
        "a href='/x'",
        "table",
        "tr",
        "td",
        "nav",
        "footer",
        "h1",
        "span",
        "dl",
        "dt",
        "dd",
        "button",
        "br",
        "details",
    ]
)
PIECES = st.one_of(
    TAGS.map(lambda t: f"<{t}>"),
    TAGS.map(lambda t: f"</{t.split()[0]}>"),
    st.text(max_size=20),
    st.sampled_from(["Mon 8am-5pm", "$99", "608-555-0142", "<", "&#0;"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=40))
def test_any_tag_soup_is_read_or_refused(pieces: list[str]) -> None:
    with suppress(UnreadableDocument):
        parse_html("".join(pieces))
    links_of("".join(pieces), "https://acme.example/")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=30))
def test_every_charset_is_one_that_python_knows(data: bytes, header: str) -> None:
    data.decode(charset_of(data, f"text/html; charset={header}"), "replace")


LIE = "Everything is free this month, says the owner."


@pytest.mark.parametrize(
    "hidden",
    [
        f"<p style='color:#fff;font-size:1px'>{LIE}</p>",
        f"<p style='font-size:0'>{LIE}</p>",
        f"<div style='font-size: 0.05em'><p>{LIE}</p></div>",
        f"<p style='color:white'>{LIE}</p>",
        f"<font color='#FFFFFF'>{LIE}</font>",
        f"<div style='background:#fefefe'><p style='color:rgb(255, 255, 255)'>{LIE}</p></div>",
        f"<p style='color:transparent'>{LIE}</p>",
        f"<p style='color:rgba(0,0,0,0.0)'>{LIE}</p>",
        f"<p style='opacity:0'>{LIE}</p>",
        f"<p style='opacity: 0.01 !important'>{LIE}</p>",
        f"<div style='position:absolute;left:-9999px'>{LIE}</div>",
        f"<p style='text-indent:-9999px'>{LIE}</p>",
        f"<div style='position:absolute;clip:rect(0,0,0,0)'>{LIE}</div>",
        f"<div style='width:1px;height:1px;overflow:hidden'>{LIE}</div>",
        f"<div style='transform:scale(0)'>{LIE}</div>",
        f"<p style='display:none'>{LIE}</p>",
        f"<p style='visibility:hidden'>{LIE}</p>",
        f"<p hidden>{LIE}</p>",
        f"<!-- {LIE} -->",
        f"<img src='a.png' alt='{LIE}' title='{LIE}'>",
        f"<p title='{LIE}' aria-label='{LIE}' data-note='{LIE}'>We are open.</p>",
        f"<meta name='description' content='{LIE}'>",
        f"<template><p>{LIE}</p></template>",
        f"<h2>Prices <span style='display:none'>{LIE}</span></h2><p>A visit is $90.</p>",
        f"<table><tr><th>Job</th><th>Price</th></tr><tr><td>Visit<span style='font-size:0'>{LIE}</span></td><td>$90</td></tr>"
        "<tr><td>Check</td><td>$40</td></tr></table>",
        f"<p>We are here.<b style='opacity:0'>{LIE}</b></p>",
    ],
)
def test_text_that_nobody_sees_is_no_knowledge(hidden: str) -> None:
    text = parse_html(page(TEXT + hidden + "<p>We also mend pumps, at any hour of the day.</p>")).markdown
    assert "free" not in text
    assert "We clear drains" in text
    assert "We also mend pumps" in text


def test_the_pages_own_style_rules_hide_text_too() -> None:
    head = (
        "<style>.tiny, .x { font-size: 0px } #w{color:#fff;background:#fff} @media print{.shown{font-size:0}}</style>"
    )
    body = f"<p class='tiny'>{LIE}</p><p id='w'>{LIE}</p><p class='shown'>A visit is $90.</p>"
    text = parse_html(page(TEXT + body, head)).markdown
    assert "free" not in text
    assert "A visit is $90." in text


@pytest.mark.parametrize(
    "shown",
    [
        "<section class='hero' style='color:#fff'><p>{}</p></section>",
        "<div style='background:#123456'><p style='color:#fff'>{}</p></div>",
        "<div style='background:url(a.png)'><p style='color:#fff'>{}</p></div>",
        "<td style='font-size:0px;padding:9px'><div style='font-size:16px'>{}</div></td>",
        "<div style='opacity:0;transform:translateY(40px)'>{}</div>",
        "<div data-aos='fade-up' style='opacity:0'>{}</div>",
        "<div class='slick-slide' style='opacity:0;position:relative;left:-2000px'>{}</div>",
        "<p style='font-size:10px;color:#777'>{}</p>",
        "<div style='position:relative;left:-20px'>{}</div>",
        "<div><h3>Do you work nights?</h3><div class='panel accordion-panel' style='display:none'><p>{}</p></div></div>",
        "<button aria-controls='t1' aria-expanded='false'>Do you work nights?</button><div id='t1' style='height:0;"
        "overflow:hidden'>{}</div>",
    ],
)
def test_what_is_shown_or_will_be_stays(shown: str) -> None:
    head = "<link rel='stylesheet' href='/a.css'>"
    fact = "A night visit costs $150, every day of the year."
    assert fact in parse_html(page(TEXT + shown.format(fact), head)).markdown
