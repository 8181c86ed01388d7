"""The chat for everybody: a small phone, dark mode, the keyboard alone, and what axe finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.stories.visitor import ask
from tests.stories.world import ROOT, World

pytestmark = pytest.mark.browser
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """What axe has against the page as it stands: rule, and where."""
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `make assets`")
    page.evaluate(AXE.read_text("utf-8"))  # a strict policy stops a script tag, not this
    found: dict[str, Any] = page.evaluate(
        "async (tags) => await axe.run(document, { runOnly: { type: 'tag', values: tags } })", RULES
    )
    return [
        f"{v['id']}: {[n['target'] for n in v['nodes']]} {v['nodes'][0]['failureSummary']}" for v in found["violations"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_from_the_first_line_to_the_contact_form(
    new_context: Callable[..., BrowserContext], acme: World, scheme: str
) -> None:
    page = new_context(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 390, "height": 844}).new_page()
    page.goto(f"{acme.url}/c/acme-plumbing")
    expect(page.locator(".chips")).to_be_visible()
    assert violations(page) == []
    ask(page, "How much to install a 50-gallon gas water heater in Madison?")
    assert violations(page) == []
    ask(page, "I want to talk to a person, please.")
    expect(page.locator("form.card")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Menu").click()
    expect(page.locator(".menu")).to_be_visible()
    assert violations(page) == []


def test_dark_mode_is_dark(new_context: Callable[..., BrowserContext], acme: World) -> None:
    page = new_context(color_scheme="dark").new_page()
    page.goto(f"{acme.url}/c/acme-plumbing")
    expect(page.locator("main")).to_be_visible()
    shade = page.evaluate("getComputedStyle(document.querySelector('main')).backgroundColor.match(/\\d+/g).map(Number)")
    assert max(shade[:3]) < 70


def test_on_a_phone_nothing_sticks_out_and_the_composer_stays_in_view(
    new_context: Callable[..., BrowserContext], acme: World
) -> None:
    page = new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).new_page()
    page.goto(f"{acme.url}/c/acme-plumbing")
    for question in ("When are you open?", "How much to install a 50-gallon gas water heater in Madison?"):
        ask(page, question)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        expect(page.locator(".composer textarea")).to_be_in_viewport()
        expect(page.locator(".msg.ai").last).to_be_in_viewport()


def test_the_keyboard_alone_opens_asks_and_closes(new_context: Callable[..., BrowserContext], acme: World) -> None:
    page = new_context().new_page()
    page.goto(f"{acme.url}/demo/acme-plumbing/")
    page.wait_for_function("() => window.Firstline")
    with page.expect_event("framenavigated", lambda frame: "/c/acme-plumbing" in frame.url, timeout=15_000) as came:
        for _ in range(60):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement?.popover === 'manual'"):
                break
        page.keyboard.press("Enter")
    frame = came.value
    expect(frame.locator("textarea")).to_be_focused()
    page.keyboard.type("When are you open on Saturdays?")
    page.keyboard.press("Enter")
    expect(frame.locator(".msg.ai.complete .bubble")).to_contain_text("8 a.m.")
    page.keyboard.press("Escape")
    expect(frame.locator("textarea")).to_be_hidden()
    assert page.evaluate("document.activeElement?.popover") == "manual"
