"""Spec §10.2: a complaint goes to a person; a manager takes over in the console and both type, in two browsers."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from tests.stories.visitor import ask, conversation_of, tell
from tests.stories.world import World

pytestmark = pytest.mark.browser
COMPLAINT = "I'm really upset, the tech left a mess and didn't fix the problem."


def sign_in(page: Page, world: World, email: str = "sarah@acme-plumbing.example") -> None:
    page.goto(f"{world.url}/console")
    page.get_by_label(re.compile("email", re.I)).fill(email)
    page.get_by_label(re.compile("password", re.I)).fill(world.password)
    page.get_by_role("button", name=re.compile("sign in", re.I)).click()
    page.wait_for_url(re.compile(r"/console/?(?!sign-in)[^?]*$"))


def test_a_complaint_is_acknowledged_ticketed_queued_taken_over_and_closed(
    new_context: Callable[..., BrowserContext], acme: World
) -> None:
    manager = new_context(viewport={"width": 1440, "height": 900}).new_page()
    sign_in(manager, acme)
    manager.goto(f"{acme.url}/console/inbox")

    customer = new_context(viewport={"width": 390, "height": 844}).new_page()
    customer.goto(f"{acme.url}/c/acme-plumbing")
    answer = ask(customer, COMPLAINT)
    expect(answer).to_contain_text("I'm sorry to hear this")
    expect(answer).to_contain_text(re.compile("phone number or email", re.I))
    expect(customer.locator(".notice")).to_contain_text("in line for a person")
    ask(customer, "Dana Reyes, 608-555-0144")
    conversation_id = conversation_of(customer)

    admin = acme.admin()
    [ticket] = admin.eventually(lambda: admin.of("/tickets", conversation_id))
    assert (ticket["priority"], ticket["category"]) == ("high", "complaint")
    brief = admin.get(f"/handoffs/{conversation_id}")
    assert brief["customer"]["phone"] == "+16085550144"
    assert "mess" in brief["summary"]
    assert brief["detected_intents"][0]["name"] == "complaint"
    assert brief["ai_suggested_next_steps"]

    manager.locator(".views").get_by_role("button", name=re.compile("Waiting")).click()
    manager.locator(f"a.row[href$='{conversation_id}']").click()  # it came without a reload
    thread = manager.locator(".pane-thread")
    expect(thread.locator(".msg.customer").first).to_contain_text("really upset")
    expect(manager.locator(".pane-context")).to_contain_text("mess")
    thread.get_by_role("button", name="Take over").click()
    expect(customer.locator(".system").last).to_contain_text("You're now chatting with Sarah from Acme Plumbing")
    expect(customer.locator(".who")).to_contain_text("Sarah")

    box = manager.locator(".pane-thread textarea")
    box.fill("Hi Dana, I'm sorry. Can we come back tomorrow morning?")
    box.press("Control+Enter")
    expect(customer.locator(".msg.agent .bubble")).to_have_text(
        "Hi Dana, I'm sorry. Can we come back tomorrow morning?"
    )
    tell(customer, "Tomorrow at nine works, thanks.")
    expect(thread.locator(".msg.customer").last).to_contain_text("Tomorrow at nine works")
    expect(customer.locator(".msg.ai")).to_have_count(2)  # the assistant is silent

    thread.get_by_role("button", name=re.compile("Resolve|Close")).click()
    manager.locator("dialog[open]").get_by_role("button", name=re.compile("Resolve|Close")).last.click()
    expect(customer.locator(".notice")).to_contain_text("closed")
    expect(customer.locator("form.card")).to_contain_text("How did we do?")
    kept = admin.get(f"/conversations/{conversation_id}")
    assert (kept["status"], kept["resolution_outcome"]) == ("closed", "resolved_by_human")


def test_a_wrong_password_says_so_and_keeps_the_address(
    new_context: Callable[..., BrowserContext], acme: World
) -> None:
    page = new_context().new_page()
    page.goto(f"{acme.url}/console")
    page.get_by_label(re.compile("email", re.I)).fill("sarah@acme-plumbing.example")
    page.get_by_label(re.compile("password", re.I)).fill("not this one")
    page.get_by_role("button", name=re.compile("sign in", re.I)).click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label(re.compile("email", re.I))).to_have_value("sarah@acme-plumbing.example")
