"""Spec §10.1: a quote, answered by the assistant; above the limit; with contact first."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.stories.visitor import ask, conversation_of
from tests.stories.world import World

pytestmark = pytest.mark.browser
QUESTION = "How much to install a 50-gallon gas water heater in Madison?"
RANGE = re.compile(r"\$900.{1,6}\$1,500")


@pytest.fixture
def contact_first(acme: World) -> Iterator[None]:
    """The business wants to know who asks before it names a price."""
    admin = acme.admin()
    admin.patch("/business", {"chat_config": {"require_contact_before_quote": True}})
    yield
    admin.patch("/business", {"chat_config": {"require_contact_before_quote": False}})


@pytest.fixture
def lower_limit(acme: World) -> Iterator[None]:
    """The very same heater is above what the assistant may quote."""
    admin = acme.admin()
    admin.patch("/business", {"chat_config": {"max_quote_value_without_handoff": 500}})
    yield
    admin.patch("/business", {"chat_config": {"max_quote_value_without_handoff": 2000}})


def test_a_quote_is_a_range_with_its_disclaimer_and_becomes_a_lead_resolved_by_ai(chat: Page, acme: World) -> None:
    answer = ask(chat, QUESTION)
    expect(answer).to_contain_text(RANGE)
    expect(answer).to_contain_text(re.compile("estimate", re.I))
    expect(answer).to_contain_text(re.compile("phone", re.I))
    ask(chat, "It's Dana, 608-555-0187")
    ask(chat, "Thanks, that helps.")
    expect(chat.locator(".offer")).to_have_count(0)

    admin, conversation_id = acme.admin(), conversation_of(chat)
    kept = admin.get(f"/conversations/{conversation_id}")
    assert kept["status"] == "active"
    assert kept["resolution_outcome"] == "resolved_by_ai"
    assert kept["customer"]["phone"] == "+16085550187"
    first = next(m for m in kept["messages"] if m["sender_type"] == "ai")
    read = first["receipt"]["reading"]
    assert read["intent"] == "request_quote"
    kinds = {entity["kind"] for entity in read["entities"]} if isinstance(read["entities"], list) else read["entities"]
    assert "service_type" in kinds
    assert {"city", "location"} & set(kinds)
    [lead] = admin.eventually(lambda: admin.of("/leads", conversation_id))
    assert "water heater" in lead["description"].lower()


@pytest.mark.usefixtures("lower_limit")
def test_the_same_above_the_limit_is_offered_to_a_person_and_one_tap_calls_one(chat: Page, acme: World) -> None:
    answer = ask(chat, QUESTION)
    assert not RANGE.search(answer.inner_text())
    chat.locator(".offer").get_by_role("button", name="Yes, connect me").click()
    expect(chat.locator(".notice")).to_contain_text("in line for a person")
    expect(chat.locator(".offer")).to_have_count(0)
    expect(chat.locator(".system")).to_contain_text("best phone number or email")
    expect(chat.locator("form.card")).to_contain_text("How can we reach you?")

    admin, conversation_id = acme.admin(), conversation_of(chat)
    kept = admin.get(f"/conversations/{conversation_id}")
    assert kept["status"] == "waiting_human"
    assert kept["escalation_state"]["reason"] == "price_above_threshold"


@pytest.mark.usefixtures("contact_first")
def test_the_same_with_contact_first_asks_who_it_is_and_then_gives_the_range(chat: Page) -> None:
    answer = ask(chat, QUESTION)
    expect(answer).to_contain_text(re.compile("phone", re.I))
    assert "$" not in answer.inner_text()
    with_price = ask(chat, "Sure, I'm Dana and my number is 608-555-0187")
    expect(with_price).to_contain_text(RANGE)
    expect(with_price).to_contain_text(re.compile("estimate", re.I))


def test_the_contact_form_serves_as_well_as_words(chat: Page, acme: World) -> None:
    ask(chat, "I'd like to talk to a person about a quote, please.")
    form = chat.locator("form.card")
    form.locator("input[name=name]").fill("Dana Reyes")
    form.locator("input[name=phone]").fill("608 555 0187")
    form.locator("input[name=consent]").check()
    form.get_by_role("button", name="Send details").click()
    expect(form).to_have_count(0)
    conversation_id = conversation_of(chat)
    customer = acme.admin().get(f"/conversations/{conversation_id}")["customer"]
    assert (customer["name"], customer["phone"]) == ("Dana Reyes", "+16085550187")
