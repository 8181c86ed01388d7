"""An answer that takes seconds: reload, a second tab, a process that dies, a person who takes over in the middle."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.stories.visitor import ask, conversation_of, tell
from tests.stories.world import Stub, World

pytestmark = pytest.mark.browser
QUESTION = "There is a strange humming noise behind the wall of our laundry room, what could that be?"
SENTENCES = (
    "Thanks for telling us about the noise.",
    "A humming behind the wall is something our team looks at on site.",
    "Please tell me a little more about it.",
    "Does it come and go, or is it always there?",
    "Would you like us to get in touch with you?",
)
TAIL = '\n<<<{"confidence": 0.8, "risk": "low", "handoff": false}>>>'


@pytest.fixture(scope="module")
def slow(new_world: Callable[..., World], stub: Stub) -> World:
    """Acme Plumbing with a model that takes five seconds for an answer."""
    world = new_world(FIRSTLINE_LLM=stub.route, FIRSTLINE_LEASE_SECONDS="2").start("serve", "worker")
    stub.server.mode, stub.server.replies, stub.server.token_s = "scripted", [" ".join(SENTENCES) + TAIL], 0.1
    return world


@pytest.fixture
def page(new_context: Callable[..., BrowserContext], slow: World) -> Page:
    one = new_context(viewport={"width": 390, "height": 844}).new_page()
    one.goto(f"{slow.url}/c/acme-plumbing")
    return one


def whole(page: Page) -> None:
    expect(page.locator(".msg.ai.complete .bubble")).to_have_text(" ".join(SENTENCES), timeout=25_000)
    expect(page.locator(".msg.ai")).to_have_count(1)
    expect(page.locator(".msg.customer")).to_have_count(1)


def begun(page: Page) -> str:
    """The part of the answer that is shown while the rest is being written."""
    expect(page.locator(".msg.ai.partial .bubble")).to_contain_text(SENTENCES[0])
    return page.locator(".msg.ai.partial .bubble").inner_text().strip()


def test_reload_and_a_second_tab_in_mid_answer_lose_nothing_and_double_nothing(page: Page, slow: World) -> None:
    tell(page, QUESTION)
    begun(page)
    second = page.context.new_page()
    second.goto(f"{slow.url}/c/acme-plumbing")
    begun(second)
    page.reload()
    whole(page)
    whole(second)
    second.reload()
    whole(second)


def test_after_kill_9_in_mid_answer_the_message_is_answered_once_and_what_was_shown_stays(
    page: Page, slow: World
) -> None:
    tell(page, QUESTION)
    shown = begun(page)
    slow.kill("serve")
    slow.start("serve")
    answer = page.locator(".msg.ai.complete .bubble")
    expect(answer).to_have_count(1, timeout=40_000)
    assert answer.inner_text().startswith(shown)
    expect(page.locator(".msg.ai")).to_have_count(1)
    expect(page.locator(".msg.customer")).to_have_count(1)
    kept = slow.admin().get(f"/conversations/{conversation_of(page)}")
    assert [m["sender_type"] for m in kept["messages"]] == ["customer", "ai"]
    assert kept["messages"][1]["text"].strip() == answer.inner_text().strip()
    assert kept["messages"][1]["text"].count(SENTENCES[0]) == 1


def test_a_takeover_in_mid_sentence_stops_the_assistant_and_marks_what_it_had_said(page: Page, slow: World) -> None:
    tell(page, QUESTION)
    begun(page)
    admin, conversation_id = slow.admin(), conversation_of(page)
    admin.post(f"/conversations/{conversation_id}/takeover")
    expect(page.locator(".msg.ai .cut")).to_have_text("Interrupted")
    expect(page.locator(".system")).to_contain_text("You're now chatting with Sarah from Acme Plumbing")
    left = page.locator(".msg.ai .bubble").inner_text().strip()
    assert left != " ".join(SENTENCES)
    admin.post(f"/conversations/{conversation_id}/messages", {"text": "Sarah here, I'll look at it."})
    expect(page.locator(".msg.agent .bubble")).to_have_text("Sarah here, I'll look at it.")
    tell(page, "Great, thank you")
    page.reload()
    expect(page.locator(".msg.customer")).to_have_count(2)
    assert page.locator(".msg.ai .bubble").inner_text().strip() == left
    kept = admin.get(f"/conversations/{conversation_id}")
    said = [m for m in kept["messages"] if m["sender_type"] == "ai"]
    assert [m["state"] for m in said] == ["interrupted"]


def test_a_message_that_comes_before_the_first_sentence_joins_the_same_answer(page: Page, slow: World) -> None:
    tell(page, QUESTION)
    tell(page, "It is louder at night.")
    expect(page.locator(".msg.ai.complete")).to_have_count(1, timeout=25_000)
    kept = slow.admin().get(f"/conversations/{conversation_of(page)}")
    assert [m["sender_type"] for m in kept["messages"]] == ["customer", "customer", "ai"]


def test_stop_ends_the_answer_and_the_next_question_is_answered(page: Page) -> None:
    tell(page, QUESTION)
    begun(page)
    page.get_by_role("button", name="Stop the answer").click()
    expect(page.locator(".msg.ai .cut")).to_have_text("Interrupted")
    expect(ask(page, "And can you come and look at it?")).to_have_text(" ".join(SENTENCES))
