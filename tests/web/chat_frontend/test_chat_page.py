"""The hosted chat page as a visitor meets it, in Chromium, against the fake server."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.web.chat_frontend.fake_server import ANSWER, FakeChat

pytestmark = pytest.mark.browser
OpenChat = Callable[..., Page]


def ask(page: Page, text: str) -> None:
    page.fill("textarea", text)
    page.keyboard.press("Enter")


def test_nothing_is_stored_or_asked_before_the_first_word(open_chat: OpenChat, fake: FakeChat) -> None:
    page = open_chat()
    expect(page.locator(".says")).to_contain_text("AI assistant")
    assert fake.sessions == 0
    assert page.evaluate("[localStorage.length, document.cookie]") == [0, ""]


def test_a_question_is_answered_once_with_its_sources(open_chat: OpenChat, fake: FakeChat) -> None:
    page = open_chat()
    ask(page, "How much is a water heater?")
    expect(page.locator(".ai .bubble")).to_have_text("".join(ANSWER))
    expect(page.locator(".customer .bubble")).to_have_count(1)
    expect(page.locator(".sources a")).to_have_attribute("rel", "noopener noreferrer nofollow")
    expect(page.locator(".bubble a")).to_have_attribute("href", "tel:6085550142")
    expect(page.locator("[aria-live=polite].sr")).to_have_text("AI assistant: " + "".join(ANSWER))
    expect(page.locator(".chips")).to_have_count(0)
    assert fake.posts == 1


def test_a_chip_is_sent_and_the_chips_go(open_chat: OpenChat) -> None:
    page = open_chat()
    page.click("text=Opening hours")
    expect(page.locator(".customer .bubble")).to_have_text("Opening hours")
    expect(page.locator(".chips")).to_have_count(0)


def test_shift_enter_breaks_and_the_draft_survives_a_reload(open_chat: OpenChat) -> None:
    page = open_chat()
    page.locator("textarea").type("one")
    page.keyboard.press("Shift+Enter")
    page.locator("textarea").type("two")
    page.reload()
    expect(page.locator("textarea")).to_have_value("one\ntwo")


def test_markup_in_a_message_is_text(open_chat: OpenChat, fake: FakeChat) -> None:
    page = open_chat()
    ask(page, "hello")
    expect(page.locator(".ai .bubble")).to_have_count(1)
    evil = "<img src=x onerror=alert(1)> javascript:alert(1) data:text/html,x"
    fake.say("ai", evil, sources=[{"title": "<b>x</b>", "uri": "javascript:alert(1)"}])
    expect(page.locator(".ai .bubble").last).to_have_text(evil)
    assert page.locator(".log img, a[href^='javascript'], a[href^='data']").count() == 0


def test_reload_and_second_tab_in_mid_answer_show_the_same_and_nothing_twice(
    open_chat: OpenChat, fake: FakeChat
) -> None:
    page = open_chat()
    ask(page, "please hold")
    expect(page.locator(".partial .bubble")).to_have_text(ANSWER[0])
    second = open_chat()
    expect(second.locator(".partial .bubble")).to_have_text(ANSWER[0])
    page.reload()
    expect(page.locator(".partial .bubble")).to_have_text(ANSWER[0])
    fake.go()
    for tab in (page, second):
        expect(tab.locator(".ai.complete .bubble")).to_have_text("".join(ANSWER))
        expect(tab.locator(".msg")).to_have_count(2)


def test_a_second_message_can_be_sent_while_the_answer_is_written(open_chat: OpenChat, fake: FakeChat) -> None:
    page = open_chat()
    ask(page, "hold on")
    expect(page.locator(".partial")).to_have_count(1)
    ask(page, "and another thing")
    expect(page.locator(".customer.complete")).to_have_count(2)
    fake.go()
    expect(page.locator(".ai.complete")).to_have_count(2)


def test_stop_interrupts_and_says_so(open_chat: OpenChat, fake: FakeChat) -> None:
    page = open_chat()
    ask(page, "hold")
    page.click(".stop")
    expect(page.locator(".ai .cut")).to_have_text("Interrupted")
    expect(page.locator(".ai .bubble")).to_have_text(ANSWER[0])
    assert fake.told_of("stop")


def test_the_offer_of_a_person_is_answered_with_one_tap(open_chat: OpenChat, fake: FakeChat) -> None:
    page = open_chat()
    ask(page, "a person please")
    page.click("text=Yes, connect me")
    expect(page.locator(".offer")).to_have_count(0)
    page.wait_for_function("() => true")
    fake.push("status", {"status": "waiting_human"})
    expect(page.locator(".notice")).to_contain_text("in line for a person")
    fake.push("status", {"status": "active", "agent": {"name": "Sarah"}})
    fake.say("agent", "Hi, Sarah here", sender_name="Sarah")
    expect(page.locator(".who")).to_contain_text("Sarah")
    expect(page.locator(".agent .by")).to_have_text("Sarah")
    assert [e["data"]["answer"] for e in fake.told_of("escalation_offer_answer")] == ["yes"]


def test_a_refused_message_is_tried_again_under_the_same_id(open_chat: OpenChat, fake: FakeChat) -> None:
    fake.refuse = [503, 503]
    page = open_chat()
    ask(page, "hello")
    expect(page.locator(".ai.complete")).to_have_count(1)
    assert len([m for m in fake.messages if m["sender_type"] == "customer"]) == 1
    assert fake.posts == 3


def test_a_message_that_fails_can_be_sent_again_by_hand(open_chat: OpenChat, fake: FakeChat) -> None:
    fake.refuse = [422]
    page = open_chat()
    ask(page, "hello")
    expect(page.locator(".failed")).to_contain_text("Not sent")
    page.click(".again")
    expect(page.locator(".ai.complete")).to_have_count(1)
    expect(page.locator(".customer")).to_have_count(1)


def test_messages_written_offline_go_out_when_the_line_is_back(open_chat: OpenChat, context: BrowserContext) -> None:
    page = open_chat()
    ask(page, "first")
    expect(page.locator(".ai.complete")).to_have_count(1)
    context.set_offline(True)
    expect(page.locator(".notice")).to_contain_text("offline")
    ask(page, "second")
    expect(page.locator(".queued")).to_have_count(1)
    context.set_offline(False)
    expect(page.locator(".ai.complete")).to_have_count(2)
    expect(page.locator(".customer.complete")).to_have_count(2)


def test_contact_details_are_asked_for_checked_and_sent_with_consent(open_chat: OpenChat, fake: FakeChat) -> None:
    page = open_chat()
    ask(page, "callback")
    form = page.locator("form.card")
    expect(form.locator("input[name=email]")).to_have_count(0)
    form.locator("input[name=name]").fill("Dana")
    form.locator("input[name=phone]").fill("12")
    form.locator("button.strong").click()
    expect(form).to_contain_text("looks incomplete")
    expect(form.locator("input[name=name]")).to_have_value("Dana")
    form.locator("input[name=phone]").fill("608 555 0199")
    form.locator("input[name=consent]").check()
    form.locator("button.strong").click()
    expect(form).to_have_count(0)
    assert fake.told_of("contact")[0]["data"] == {"name": "Dana", "phone": "608 555 0199", "consent": True}


def test_feedback_and_rating_reach_the_server_once(open_chat: OpenChat, fake: FakeChat) -> None:
    page = open_chat()
    ask(page, "hello")
    page.click("[aria-label='Not helpful']")
    page.click("text=Unclear")
    expect(page.locator(".thanks")).to_be_visible()
    fake.push("status", {"status": "closed"})
    page.click("[aria-label='4 of 5']")
    page.click("text=Send rating")
    expect(page.locator("form.card")).to_have_count(0)
    assert [e["data"]["reason"] for e in fake.told_of("feedback")] == [None, "Unclear"]
    assert fake.told_of("csat")[0]["data"] == {"score": 4, "comment": None}


def test_the_language_changes_everywhere_and_is_kept(open_chat: OpenChat) -> None:
    page = open_chat()
    page.click(".menu-button")
    page.click("text=Español")
    expect(page.locator("textarea")).to_have_attribute("placeholder", "Escriba un mensaje…")
    expect(page.locator("h2")).to_contain_text("¡Hola!")
    page.reload()
    expect(page.locator("html")).to_have_attribute("lang", "es")


def test_the_menu_opens_by_keyboard_and_escape_gives_the_focus_back(open_chat: OpenChat) -> None:
    page = open_chat()
    page.focus(".menu-button")
    page.keyboard.press("Enter")
    expect(page.locator(".menu button").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".menu-button")).to_be_focused()


def test_a_new_message_does_not_pull_a_reader_down(open_chat: OpenChat, fake: FakeChat) -> None:
    page = open_chat()
    ask(page, "hello")
    expect(page.locator(".ai.complete")).to_have_count(1)
    for n in range(12):
        fake.say("agent", f"line {n}\n\n\nend")
    expect(page.locator(".agent")).to_have_count(12)
    page.evaluate("document.querySelector('.log').scrollTop = 0")
    page.wait_for_timeout(100)
    fake.say("agent", "the newest")
    page.click(".pill")
    expect(page.locator(".agent").last).to_be_in_viewport()
    expect(page.locator(".pill")).to_have_count(0)


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("accent", ["#0b6e4f", "#ffdd00", "#ff7f50", "#ffffff", "#000000"])
def test_any_accent_keeps_text_readable(open_chat: OpenChat, fake: FakeChat, accent: str, dark: bool) -> None:
    page = open_chat()
    ratios = page.evaluate(
        """async ([accent, dark]) => {
          const { accents } = await import("/assets/chat/text.js");
          const c = accents(accent, dark), rgb = (s) => s.match(/\\d+/g).map(Number);
          const lin = (v) => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
          const lum = (s) => rgb(s).reduce((sum, v, i) => sum + lin(v) * [.2126, .7152, .0722][i], 0);
          const ratio = (a, b) => { const [x, y] = [lum(a), lum(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
          return [ratio(c["--accent"], c["--on-accent"]), ratio(c["--ink"], dark ? "rgb(28 31 38)" : "rgb(255 255 255)")];
        }""",
        [accent, dark],
    )
    assert min(ratios) >= 4.45


def test_targets_are_44_pixels_and_nothing_overflows_at_320(open_chat: OpenChat) -> None:
    page = open_chat()
    page.set_viewport_size({"width": 320, "height": 480})
    ask(page, "person")
    expect(page.locator(".offer")).to_be_visible()
    small = page.evaluate("""[...document.querySelectorAll("header button, .composer button, .chips button")]
      .filter((b) => b.getBoundingClientRect().height < 44 || b.getBoundingClientRect().width < 44).length""")
    assert small == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
