"""What happens with a turn: answered, offered, handed over."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.conversations.facts import FLAGS, Entity, Passage, Reading, Receipt, Sentiment, Verdict
from firstline.escalation.decide import Situation, decide
from firstline.escalation.defaults import default_triggers
from firstline.escalation.rules import check_expression
from firstline.tenancy.model import Business, ChatConfig, Guardrails, Interval, Service, Trigger

NOW = datetime(2026, 2, 18, 16, 0, tzinfo=UTC)
ID = UUID(int=1)
BARE = Business(
    id=ID,
    name="Green Fork Catering",
    slug="green-fork",
    timezone="America/Chicago",
    business_hours={day: (Interval("08:00", "17:00"),) for day in ("mon", "tue", "wed", "thu", "fri")},
    services=(Service(id=ID, code="wedding", name={"en": "Wedding buffet"}, price_high=Decimal(4000)),),
)
SHOP = replace(BARE, triggers=default_triggers())
BOTH = pytest.mark.parametrize("business", [BARE, SHOP], ids=["without rows", "with default rows"])


def run(business: Business, text: str = "hello", situation: Situation | None = None, **rest: Any) -> Verdict:
    reading = rest.pop("reading", None) or Reading("en", "other", 0.6)
    return decide(business=business, reading=reading, text=text, now=NOW, situation=situation or Situation(), **rest)


def flagged(*flags: str, intent: str = "other", confidence: float = 0.9, language: str = "en") -> Reading:
    return Reading(language, intent, confidence, flags=frozenset(flags))


def test_every_default_trigger_may_be_saved() -> None:
    for trigger in default_triggers("es"):
        assert check_expression(trigger.condition["expression"]) == []
        assert trigger.description
    assert {t.code for t in default_triggers()} >= {"high_quote_value", "complaint", "billing_issue", "low_confidence"}


@BOTH
def test_an_ordinary_question_is_answered(business: Business) -> None:
    assert run(business) == Verdict()


@BOTH
@pytest.mark.parametrize(
    ("flag", "priority", "answers"),
    [
        ("emergency", "urgent", False),
        ("injury", "urgent", False),
        ("legal", "high", False),
        ("fraud", "high", False),
        ("complaint", "high", False),
        ("asks_for_person", "normal", False),
    ],
)
def test_a_serious_flag_goes_straight_to_a_person(business: Business, flag: str, priority: str, answers: bool) -> None:
    verdict = run(business, reading=flagged(flag))
    assert (verdict.action, verdict.priority, verdict.answers) == ("auto_escalate", priority, answers)
    assert verdict.reason == flag


@BOTH
def test_a_computed_answer_is_given_beside_the_hand_over(business: Business) -> None:
    verdict = run(business, reading=flagged("asks_for_person", intent="ask_hours"))
    assert verdict.action == "auto_escalate"
    assert verdict.answers
    assert not run(business, reading=flagged("complaint", intent="ask_hours")).answers


@BOTH
def test_a_billing_issue_is_answered_with_an_offer(business: Business) -> None:
    verdict = run(business, reading=Reading("en", "billing_issue", 0.8))
    assert (verdict.action, verdict.answers, verdict.reason) == ("offer_escalation", True, "billing_issue")


@BOTH
def test_an_offer_is_made_once_until_it_is_answered(business: Business) -> None:
    reading = Reading("en", "billing_issue", 0.8)
    assert run(business, reading=reading, situation=Situation(offered_before=True)).action == "none"
    declined = Situation(declined=frozenset({"billing_issue"}))
    assert run(business, reading=reading, situation=declined).action == "none"
    assert run(business, reading=flagged("asks_for_person"), situation=Situation(offered_before=True)).action != "none"


@BOTH
def test_while_waiting_nothing_escalates_again_but_danger_is_told(business: Business) -> None:
    waiting = Situation(waiting=True)
    assert run(business, reading=flagged("asks_for_person", "complaint"), situation=waiting).hits == ()
    verdict = run(business, reading=flagged("emergency"), situation=waiting)
    assert (verdict.action, verdict.priority, verdict.answers) == ("notify_only", "urgent", False)


@BOTH
def test_an_unanswered_question_is_offered_to_a_person(business: Business) -> None:
    before = run(business)
    verdict = run(business, draft="I don't know that.", answered=False, before=before)
    assert verdict.action == "offer_escalation"
    assert verdict.reason == "unanswered"


@BOTH
def test_two_unsure_turns_in_a_row_are_offered_to_a_person(business: Business) -> None:
    unsure = Receipt(confidence=0.2)
    assert run(business, draft="Maybe.", receipt=unsure).action == "none"
    verdict = run(business, draft="Maybe.", receipt=unsure, situation=Situation(unanswered_in_row=1))
    assert (verdict.action, verdict.reason) == ("offer_escalation", "low_confidence")


@BOTH
@pytest.mark.parametrize(("text", "action"), [("$300 to $499", "none"), ("$300-501", "offer_escalation")])
def test_a_quote_above_the_limit_is_offered_to_a_person(business: Business, text: str, action: str) -> None:
    reading = Reading("en", "request_quote", 0.9)
    verdict = run(business, text="how much is it", reading=reading, draft=f"That is {text}.")
    assert verdict.action == action
    assert verdict.reason == ("price_above_threshold" if action != "none" else None)


@BOTH
def test_the_service_asked_for_counts_when_nothing_was_said_yet(business: Business) -> None:
    reading = Reading("en", "request_quote", 0.9, entities=(Entity("service_type", "wedding", 0, 7, "wedding"),))
    assert run(business, text="wedding price?", reading=reading).reason == "price_above_threshold"


def test_of_two_limits_the_lower_wins() -> None:
    reading = Reading("en", "request_quote", 0.9)
    for chat, rails in ((500, 2000), (2000, 500)):
        shop = replace(
            SHOP,
            chat_config=ChatConfig(max_quote_value_without_handoff=Decimal(chat)),
            guardrails=Guardrails(max_quote_without_approval=Decimal(rails)),
        )
        assert run(shop, reading=reading, draft="It costs $900.").action == "offer_escalation"


@BOTH
def test_a_keyword_alone_offers_and_with_a_flag_forces(business: Business) -> None:
    assert run(business, text="is it unsafe to run it dry?").action == "offer_escalation"
    verdict = run(business, text="your crew left it unsafe", reading=flagged("abuse"))
    assert (verdict.action, verdict.priority) == ("auto_escalate", "high")


def rule(expression: str, kind: str = "auto_escalate", *, enabled: bool = True, code: str = "own") -> Trigger:
    condition = {"type": "rule", "expression": expression}
    return Trigger(UUID(int=9), code, "", condition, {"type": kind, "notify_channel": "sms"}, enabled)


def test_a_rule_that_fails_counts_as_fired_and_says_so() -> None:
    verdict = run(replace(BARE, triggers=(rule("1 / 0 == turn_count", "offer_escalation"),)))
    assert (verdict.action, verdict.reason) == ("offer_escalation", "rule_error")
    assert verdict.hits[0].notify_channel == "sms"


def test_a_disabled_row_switches_its_policy_off_but_never_the_safety_policies() -> None:
    billing = replace(BARE, triggers=(rule("true", enabled=False, code="billing_issue"),))
    assert run(billing, reading=Reading("en", "billing_issue", 0.9)).action == "none"
    emergency = replace(BARE, triggers=(rule("true", enabled=False, code="emergency"),))
    assert run(emergency, reading=flagged("emergency")).action == "auto_escalate"


def test_what_the_judge_refused_is_offered_to_a_person() -> None:
    refused = Receipt(judge={"verdict": "hold", "policy": "discount"})
    assert run(BARE, draft="Half price for you.", receipt=refused).reason == "judge"
    assert run(BARE, draft="Fine.", receipt=Receipt(judge={"verdict": "allow"})).action == "none"


def test_an_angry_customer_is_offered_a_person() -> None:
    reading = Reading("en", "other", 0.6, sentiment=Sentiment("negative", 0.95))
    assert run(BARE, reading=reading).reason == "negative_sentiment"


def test_a_price_list_counts_only_with_the_line_that_was_asked_for() -> None:
    listing = Passage(ID, ID, "Prices", "", "Faucet repair: $120-$180\nSewer line replacement: $4,000-$9,000")
    reading = Reading("en", "request_quote", 0.9)
    assert run(SHOP, text="What does a faucet repair cost?", reading=reading, passages=(listing,)).action == "none"
    asked = run(SHOP, text="replacement of the sewer line?", reading=reading, passages=(listing,))
    assert asked.action == "offer_escalation"


READINGS = st.builds(
    Reading,
    language=st.sampled_from(["en", "es", "de"]),
    intent=st.sampled_from(["ask_hours", "request_quote", "complaint", "billing_issue", "other"]),
    confidence=st.floats(0, 1),
    flags=st.frozensets(st.sampled_from(sorted(FLAGS)), max_size=3),
)
SITUATIONS = st.builds(
    Situation,
    turn_count=st.integers(1, 50),
    unanswered_in_row=st.integers(0, 5),
    agent_requests=st.integers(0, 5),
    offered_before=st.booleans(),
    waiting=st.booleans(),
)
ORDER = ("none", "notify_only", "offer_escalation", "auto_escalate")


@settings(max_examples=150, deadline=None)
@given(READINGS, SITUATIONS, st.text(max_size=40), st.text(max_size=40), st.booleans())
def test_the_second_call_adds_and_never_unsays(
    reading: Reading, situation: Situation, text: str, draft: str, answered: bool
) -> None:
    first = run(SHOP, text=text, reading=reading, situation=situation)
    second = run(SHOP, text=text, reading=reading, situation=situation, draft=draft, answered=answered, before=first)
    assert second.hits[: len(first.hits)] == first.hits
    assert ORDER.index(second.action) >= ORDER.index(first.action)
    assert second.answers == first.answers
    assert len({(h.code, h.trigger_id) for h in second.hits}) == len(second.hits)


@BOTH
def test_an_amount_kept_back_is_offered_to_a_person_whatever_the_intent(business: Business) -> None:
    kept = Receipt(tools=[{"name": "get_business_profile", "result": "quote_above_limit"}])
    verdict = run(business, reading=flagged(intent="book_service"), draft="A colleague prices it.", receipt=kept)
    assert verdict.action == "offer_escalation"
    assert verdict.reason == "price_above_threshold"
