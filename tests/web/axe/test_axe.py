"""axe-core on every page, light and dark, on a phone and on a desk: nothing found, WCAG 2.2 AA and best practice."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from tests.conftest import ROOT
from tests.web.console.conftest import Site

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = pytest.mark.browser

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DRAWN = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
SIZES = ((390, 844), (1440, 900))
PAGES = [
    "/console", "/console/inbox", "/console/knowledge", "/console/knowledge/documents", "/console/knowledge/faqs",
    "/console/knowledge/suggestions", "/console/knowledge/findings", "/console/knowledge/canned", "/console/knowledge/try",
    "/console/tickets", "/console/leads", "/console/contacts", "/console/settings", "/console/settings/services",
    "/console/settings/chat", "/console/settings/guardrails", "/console/settings/rules", "/console/settings/install",
]  # fmt: skip


@cache
def _axe() -> str:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: run `make assets`")
    return AXE.read_text("utf-8")


def violations(page: Any) -> list[str]:
    """What axe has against the page as it stands, at both sizes in both schemes."""
    found = []
    page.evaluate(_axe())  # a strict policy stops a script tag, not this
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            page.evaluate(DRAWN)  # scripts that follow the scheme have heard of it
            tags = "async (tags) => (await axe.run(document, { runOnly: { type: 'tag', values: tags } })).violations"
            for v in page.evaluate(tags, RULES):
                where = [(n["target"], n["failureSummary"]) for n in v["nodes"]]
                found.append(f"{page.url} {width} {scheme} {v['id']}: {where}")
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                found.append(f"{page.url} {width}: wider than the screen")
    return found


def test_signing_in(site: Site, chromium: Any) -> None:
    page = chromium.new_page(base_url=site.base)
    page.goto("/console/sign-in")
    assert violations(page) == []
    page.fill("#email", "sarah@acme-plumbing.example")
    page.fill("#password", "wrong")
    page.click("button[type=submit]")
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    page.close()


def test_every_page_of_the_console(site: Site, open_page: Any) -> None:
    for text in ("Are you open on Saturdays?", "I want to talk to a person"):
        site.customer().write(text)
    page = open_page("/console")
    faq = {"question": "Do you rent out excavators?", "answer": "No, but our neighbours do.", "language": "en"}
    made = "faq => fetch('/api/v1/kb/faqs', {method: 'POST', body: JSON.stringify(faq), headers: {'Content-Type': 'application/json', 'X-CSRF-Token': document.querySelector('meta[name=csrf]').content}}).then(r => r.status)"
    assert page.evaluate(made, faq) in (200, 201)
    for path in PAGES:
        page.goto(path)
        assert violations(page) == []


def test_the_open_conversation_and_what_lies_over_it(site: Site, open_page: Any) -> None:
    customer = site.customer()
    customer.write("Are you open on Saturdays?")
    customer.write("I'm really upset, the tech left a mess and didn't fix the problem.")
    page = open_page(f"/console/inbox/{customer.conversation}")
    expect(page.locator(".msg.ai").first).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Why did it say that?").first.click()
    expect(page.locator("dialog.drawer")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.locator(".composer textarea").fill("Mike was there on Friday.")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".msg.note")).to_be_visible()
    page.get_by_role("button", name="Take over").click()
    expect(page.locator(".composer.replying")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Resolve").click()
    expect(page.locator("dialog")).to_be_visible()
    assert violations(page) == []


def test_dialogs_menus_and_errors(open_page: Any) -> None:
    page = open_page("/console/knowledge/faqs")
    page.get_by_role("button", name="Add a question").click()
    page.locator("#faq").get_by_role("button", name="Save").click()
    expect(page.locator("#faq .field-error").first).to_be_visible()
    assert violations(page) == []
    page.goto("/console/settings")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("button.me").click()
    assert violations(page) == []
    page.goto("/console/knowledge/try")
    page.fill("[name=q]", "What does a water heater cost?")
    page.keyboard.press("Enter")
    expect(page.locator("#tried .panel").first).to_be_visible()
    assert violations(page) == []


def test_the_hosted_chat_from_the_first_line_to_the_rating(site: Site, open_page: Any, chromium: Any) -> None:
    page = chromium.new_page(base_url=site.base, locale="en-US")
    page.goto("/c/acme-plumbing")
    expect(page.locator(".chips").first).to_be_visible()
    assert violations(page) == []
    box = page.locator(".composer textarea")
    box.fill("Are you open on Saturdays?")
    box.press("Enter")
    expect(page.locator(".msg.ai.complete")).to_have_count(1)
    page.locator(".thumb").last.click()
    expect(page.locator(".reasons")).to_be_visible()
    page.get_by_role("button", name="Menu").click()
    expect(page.locator(".menu")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    box.fill("I want to talk to a person")
    box.press("Enter")
    expect(page.locator("form.card")).to_be_visible()
    page.locator("form.card .strong").click()
    expect(page.locator("form.card [aria-invalid=true]").first).to_be_visible()
    assert violations(page) == []
    for name, value in (("name", "Nora Quist"), ("phone", "608 555 0123")):
        page.locator(f"form.card input[name={name}]").fill(value)
    page.locator("form.card input[type=checkbox]").check()
    page.locator("form.card .strong").click()
    expect(page.locator("form.card")).to_have_count(0)
    agent = open_page("/console/inbox?view=waiting")
    agent.locator(".row", has_text="Nora Quist").click()
    agent.get_by_role("button", name="Take over").click()
    expect(agent.locator(".composer.replying")).to_be_visible()
    agent.get_by_role("button", name="Resolve").click()
    agent.locator("dialog").get_by_role("button", name="Resolve").click()
    expect(page.locator(".notice")).to_contain_text("closed")
    assert violations(page) == []
    page.close()


def test_the_widget_on_somebodys_page(site: Site, chromium: Any) -> None:
    page = chromium.new_page(base_url=site.base)
    host = '<!doctype html><title>Acme</title><h1>Acme</h1><script async src="/widget.js" data-business="acme-plumbing"></script>'
    page.route("**/prices.html", lambda route: route.fulfill(content_type="text/html", body=host))
    page.goto("/prices.html")
    page.wait_for_function("() => window.Firstline")
    with page.expect_event("framenavigated", lambda frame: "/c/acme-plumbing" in frame.url) as came:
        page.evaluate("window.Firstline.open()")
    frame = came.value
    expect(frame.locator("textarea")).to_be_visible()
    frame.evaluate(_axe())
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        frame.evaluate(DRAWN)
        run = "async (tags) => (await axe.run(document, { runOnly: { type: 'tag', values: tags } })).violations.map((v) => [v.id, v.nodes[0].target])"
        assert frame.evaluate(run, RULES) == []
    page.close()
