"""The page's rendering: no browser needed."""

from __future__ import annotations

import json

from tests.web.chat_frontend.fake_server import CARD

from firstline.web.widget.page import chat_page, chosen_language, page_headers, script_json, strings


def test_a_card_cannot_end_its_script_element() -> None:
    evil = {**CARD, "name": "</script><script>alert(1)</script>&"}
    html = chat_page(evil, lang="en")
    assert "<script>alert" not in html
    inside = html.split('id="firstline">')[1].split("</script>")[0]
    assert json.loads(inside)["card"]["name"] == evil["name"]


def test_json_is_the_same_after_escaping() -> None:
    value = {"a": "<&>", "ñ": "🙂"}
    assert json.loads(script_json(value)) == value


def test_no_inline_script_or_style_is_needed() -> None:
    html = chat_page(CARD, lang="es", embed=True)
    assert "<style" not in html
    assert 'style="' not in html
    assert html.count("<script") == 2
    assert '<html lang="es"' in html


def test_only_the_business_own_sites_may_frame_the_page() -> None:
    policy = page_headers(["https://acme.example"])["Content-Security-Policy"]
    assert policy.endswith("frame-ancestors 'self' https://acme.example")
    assert "evil" not in page_headers(["https://x.example; script-src evil"])["Content-Security-Policy"]
    assert page_headers([], private=True)["Cache-Control"] == "no-store"


def test_the_language_is_asked_then_the_browsers_then_the_business_own() -> None:
    assert chosen_language(CARD, "fr-FR, es;q=0.8, en;q=0.5") == "es"
    assert chosen_language(CARD, "fr") == "en"
    assert chosen_language(CARD, None, asked="es") == "es"
    assert chosen_language({**CARD, "languages": ["es"], "default_language": "es"}, "en") == "es"


def test_both_languages_have_the_same_words_and_slots() -> None:
    english, spanish = strings("en"), strings("es")
    for part in english:
        assert english[part].keys() == spanish[part].keys()
        for key, words in english[part].items():
            assert set(words.split("{")[1:]) == set() or all(
                "{" + s.split("}")[0] + "}" in spanish[part][key] for s in words.split("{")[1:]
            )
