"""The tag on a stranger's page: strict policy, hostile styles, refused storage, page changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect
from tests.web.chat_frontend.fake_server import FakeChat, Running

pytestmark = pytest.mark.browser


@pytest.fixture
def host(context: BrowserContext, running: Running, fake: FakeChat) -> Iterator[Page]:
    """Another site (localhost is not 127.0.0.1) that allows no inline style or script and rotates and reddens all."""
    page = context.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    blocked: list[str] = []
    page.on(
        "console",
        lambda line: (
            blocked.append(line.text) if "Security Policy" in line.text or "TrustedHTML" in line.text else None
        ),
    )
    page.goto(f"http://localhost:{running.port}/hostile")
    page.wait_for_function("() => window.Firstline")
    yield page
    assert blocked == []


def opened(page: Page, how: str = "Firstline.open()") -> Frame:
    """The chat's frame (in a closed shadow root, so the page itself cannot list it) once it is drawn."""
    with page.expect_event("framenavigated", lambda frame: "/c/acme-plumbing" in frame.url) as came:
        page.evaluate(how)
    came.value.wait_for_selector("textarea")
    return came.value


def test_nothing_but_the_card_is_asked_for_before_it_is_opened(host: Page, fake: FakeChat) -> None:
    assert len(host.frames) == 1
    assert fake.sessions == 0
    assert host.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]


def test_the_chat_works_in_the_frame_and_the_token_stays_with_the_host(host: Page, fake: FakeChat) -> None:
    frame = opened(host)
    frame.fill("textarea", "hello")
    frame.press("textarea", "Enter")
    expect(frame.locator(".ai.complete")).to_have_count(1)
    assert host.evaluate("JSON.parse(localStorage['firstline:acme-plumbing']).token") == "token-1"
    assert frame.evaluate("() => { try { return localStorage.length } catch { return 0 } }") == 0
    assert "token" not in frame.url


def test_the_panel_stands_upright_in_its_corner_and_in_its_own_colours(host: Page) -> None:
    frame = opened(host)
    box = frame.frame_element().bounding_box()
    assert box
    assert abs(box["x"] + box["width"] - 1260) < 2
    assert abs(box["width"] - 384) < 2
    assert frame.evaluate("getComputedStyle(document.querySelector('h1')).color") != "rgb(255, 0, 0)"


def test_open_state_and_conversation_survive_a_page_change(host: Page) -> None:
    frame = opened(host)
    frame.fill("textarea", "hello")
    frame.press("textarea", "Enter")
    expect(frame.locator(".ai.complete")).to_have_count(1)
    again = opened(host, "location.reload()")
    expect(again.locator(".msg")).to_have_count(2)


def test_escape_closes_from_inside_and_the_focus_returns(host: Page) -> None:
    frame = opened(host)
    frame.press("textarea", "Escape")
    host.wait_for_function(
        "() => document.activeElement?.shadowRoot !== undefined && document.activeElement.popover === 'manual'"
    )
    assert frame.frame_element().bounding_box() is None


def test_events_are_told_and_unread_is_counted_by_looking_now_and_then(host: Page, fake: FakeChat) -> None:
    host.evaluate(
        "window.heard = []; for (const n of ['open', 'close', 'message']) Firstline.on(n, () => heard.push(n))"
    )
    frame = opened(host)
    frame.fill("textarea", "hello")
    frame.press("textarea", "Enter")
    expect(frame.locator(".ai.complete")).to_have_count(1)
    host.evaluate("Firstline.toggle()")
    assert host.evaluate("heard") == ["open", "message", "close"]


def test_a_message_from_another_window_is_not_heard(host: Page) -> None:
    opened(host)
    host.evaluate("window.postMessage({ firstline: 'keep', data: { token: 'evil' } }, '*')")
    host.evaluate("() => new Promise((go) => setTimeout(go, 50))")
    assert host.evaluate("localStorage['firstline:acme-plumbing'] ?? ''").find("evil") < 0


def test_refused_storage_does_not_stop_it(context: BrowserContext, running: Running, fake: FakeChat) -> None:
    page = context.new_page()
    page.add_init_script("""for (const area of ["localStorage", "sessionStorage"])
      Object.defineProperty(window, area, { get() { throw new DOMException("refused", "SecurityError"); } })""")
    page.goto(f"http://localhost:{running.port}/hostile")
    page.wait_for_function("() => window.Firstline")
    frame = opened(page)
    frame.fill("textarea", "hello")
    frame.press("textarea", "Enter")
    expect(frame.locator(".ai.complete")).to_have_count(1)


def test_on_a_phone_it_fills_the_screen(context: BrowserContext, running: Running, fake: FakeChat) -> None:
    page = context.new_page()
    page.goto(f"http://localhost:{running.port}/hostile")
    page.wait_for_function("() => window.Firstline")
    box = opened(page).frame_element().bounding_box()
    assert (box["width"], box["height"]) == (390, 844)
