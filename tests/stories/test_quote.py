"""Spec §10.1: a quote, answered by the assistant; above the limit; with contact first."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from tests.stories.visitor import answers, ask, conversation_of
from tests.stories.world import Admin, World

pytestmark = pytest.mark.browser
QUESTION = "How much to install a 50-gallon gas water heater in Madison?"


@pytest.fixture
def contact_first(acme: World) -> Iterator[None]:
    """The business wants to know who asks before it names a price."""
    with_contact(acme.admin(), required=True)
    yield
    with_contact(acme.admin(), required=False)


def with_contact(admin: Admin, *, required: bool) -> None:
    admin.patch("/business", {"chat_config": {"require_contact_before_quote": required}})


def test_a_quote_is_answered_with_a_range_and_becomes_a_lead_resolved_by_ai(chat: Page, acme: World) -> None:
    ask(chat, QUESTION)
    answer = answers(chat).last
    expect(answer).to_contain_text(re.compile(r"\$900.{1,6}\$1,500"))
    expect(answer).to_contain_text(re.compile("estimate", re.I))
    expect(answer).to_contain_text(re.compile("phone", re.I))
    ask(chat, "It's Dana, 608-555-0187")
    expect(answers(chat)).to_have_count(2)
    ask(chat, "Thanks, that helps.")
    expect(answers(chat)).to_have_count(3)
    expect(chat.locator(".offer")).to_have_count(0)

    admin, conversation_id = acme.admin(), conversation_of(chat)
    kept = admin.get(f"/conversations/{conversation_id}")
    assert kept["status"] == "active"
    assert kept["resolution_outcome"] == "resolved_by_ai"
    [lead] = admin.eventually(lambda: admin.of("/leads", conversation_id))
    assert "water heater" in lead["description"].lower()
    assert "608" in str(lead)
