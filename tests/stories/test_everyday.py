"""Hours in Spanish, a question whose answer is nowhere, and the widget on the plumber's own website."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.stories.visitor import ask, conversation_of
from tests.stories.world import World

pytestmark = pytest.mark.browser


def test_saturday_hours_are_told_in_spanish_whatever_zone_the_visitor_is_in(
    new_context: Callable[..., BrowserContext], acme: World
) -> None:
    page = new_context(locale="es-MX", timezone_id="Asia/Tokyo").new_page()
    page.goto(f"{acme.url}/c/acme-plumbing")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    answer = ask(page, "¿A qué hora abren los sábados?")
    expect(answer).to_contain_text(re.compile("sábado", re.I))
    expect(answer).to_contain_text(re.compile(r"8(:00)? a\. ?m\."))
    expect(answer).to_contain_text("12")
    assert page.locator(".msg.ai .by").first.inner_text() == "Asistente de IA"


def test_what_stands_nowhere_is_not_invented_but_passed_on(chat: Page, acme: World) -> None:
    answer = ask(chat, "Is the Viessmann Vitodens firmware compatible with Home Assistant?")
    expect(answer).to_contain_text(re.compile("don't have that information", re.I))
    expect(answer).to_contain_text(re.compile("pass your question on", re.I))
    assert not re.search(r"\bcompatible|\bversion|[$€]", answer.inner_text())
    chat.locator(".offer").get_by_role("button", name="Yes, connect me").click()
    expect(chat.locator(".notice")).to_contain_text("in line for a person")
    expect(chat.locator(".system")).to_contain_text("best phone number or email")
    ask(chat, "Dana, 608-555-0187")

    admin, conversation_id = acme.admin(), conversation_of(chat)
    [ticket] = admin.eventually(lambda: admin.of("/tickets", conversation_id))
    assert "Viessmann" in ticket["description"]
    assert admin.get(f"/conversations/{conversation_id}")["customer"]["phone"] == "+16085550187"


def test_the_widget_answers_on_the_plumbers_own_website_and_follows_to_the_next_page(
    new_context: Callable[..., BrowserContext], acme: World
) -> None:
    page = new_context().new_page()
    page.goto(f"{acme.url}/demo/acme-plumbing/")
    page.wait_for_function("() => window.Firstline")
    with page.expect_event("framenavigated", lambda frame: "/c/acme-plumbing" in frame.url) as came:
        page.evaluate("Firstline.open()")
    frame = came.value
    frame.wait_for_selector("textarea")
    frame.fill("textarea", "Do you come to Middleton?")
    frame.press("textarea", "Enter")
    expect(frame.locator(".msg.ai.complete .bubble")).to_contain_text("Middleton")
    with page.expect_event("framenavigated", lambda frame: "/c/acme-plumbing" in frame.url) as again:
        page.goto(f"{acme.url}/demo/acme-plumbing/pricing.html")
    expect(again.value.locator(".msg.complete")).to_have_count(2)
