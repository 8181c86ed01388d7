"""An answer asks one thing, at its end; its parts are looked up and its amounts disclaimed where they should be."""

from dataclasses import replace
from datetime import timedelta

import pytest

from firstline.answering.advice import emergency_advice
from firstline.answering.computed.topics import questions_in
from firstline.answering.extract import ExtractiveComposer
from firstline.answering.gate import Gate, needs_disclaimer
from firstline.answering.port import Question
from firstline.conversations.facts import Entity, Hit, Reading, Verdict

from .world import NOW, business, passage, question

COMPOSER = ExtractiveComposer()


def said(asked: Question) -> str:
    return " ".join(s.text for s in COMPOSER.draft(asked))


def test_the_invitation_comes_last_and_once() -> None:
    sentences = COMPOSER.draft(question("how much is a water heater and do you work sundays?"))
    kinds = [s.kind for s in sentences]
    assert kinds.count("invitation") == 1
    assert kinds[-1] == "invitation"


def test_a_price_above_the_limit_leaves_the_question_to_the_offer() -> None:
    assert "?" not in said(question("price of a sewer line"))


def test_a_price_that_a_page_tells_too_carries_that_page_as_its_source() -> None:
    page = passage("Water heaters cost $900 to $1,500 with permit.")
    sentences = COMPOSER.draft(question("how much is a water heater?", passages=(page,)))
    assert any(page in s.passages for s in sentences if s.kind == "estimate")


def test_a_page_answers_a_statement_only_when_it_is_sure() -> None:
    page = replace(passage("We paint fences in spring."), scores={"support": 0.45})
    assert "fences" not in said(question("my fence looks sad", passages=(page,)))


def test_a_line_of_the_price_list_is_no_answer_to_another_question() -> None:
    page = passage("Fence painting: $180 - $450; we tell you when it is not worth it.")
    assert "$180" not in said(question("do you recycle old fences?", passages=(page,)))


def test_a_row_on_how_long_it_takes_is_no_answer_to_how_long_it_lasts() -> None:
    row = passage("Two hours.", asked="How long does a fence replacement take?", dense=0.75)
    assert "Two hours" not in said(question("how long does a fence last?", passages=(row,)))


def test_without_contact_nobody_is_promised_a_call() -> None:
    answer = said(question("when will someone call me?"))
    assert answer.endswith("What phone number or email can we reach you at?")
    assert "call you today" not in answer


def test_a_stretch_of_days_is_no_wish_and_a_part_of_a_day_no_clock_time() -> None:
    week = Entity("preferred_datetime", "this week", 0, 9, NOW.date().isoformat())
    assert "preferred time" not in said(question("any openings this week?", reading=Reading("en", entities=(week,))))
    later = (NOW + timedelta(days=1)).replace(hour=12).isoformat()
    wish = Entity("preferred_datetime", "tomorrow afternoon", 0, 18, later)
    answer = said(question("book me tomorrow afternoon", reading=Reading("en", "book_service", 0.9, entities=(wish,))))
    assert "in the afternoon" in answer
    assert "noon is" not in answer


def test_a_bill_is_for_a_person_unless_a_page_speaks_of_it() -> None:
    reading = Reading("en", "billing_issue", 0.9)
    offer = Verdict().because(Hit("billing_issue", "offer_escalation", "billing_issue"))
    asked = question("I was charged twice", reading=reading, verdict=offer)
    assert "can't see bills" in said(asked)
    row = passage("Free up to a day before.", asked="Is there a fee to cancel?", dense=0.8)
    assert "Free up to a day" in said(replace(asked, text="is there a fee to cancel?", passages=(row,)))


@pytest.mark.parametrize(
    ("draft", "intent", "needed"),
    [
        ("We carry $2,000,000 in insurance.", "other", False),
        ("A $45 late cancellation fee.", "other", False),
        ("It costs $900 to $1,500.", "other", True),
        ("The hourly rate is $135.", "other", True),
        ("About $70 for that.", "request_quote", True),
    ],
)
def test_only_prices_are_estimates(draft: str, intent: str, needed: bool) -> None:
    asked = question("x", reading=Reading("en", intent, 0.9))
    assert (needs_disclaimer(draft, asked) is not None) is needed


def test_the_business_own_emergency_advice_is_given_as_written_and_passes_the_gate() -> None:
    row = replace(
        passage("Shut the main valve. Then call us.", asked="A pipe burst. What do I do?", dense=0.4),
        tags=("Emergency",),
    )
    cost = replace(
        passage("It adds $150.", asked="A pipe burst at night, what does it cost?", dense=0.9), tags=("emergency",)
    )
    other = passage("We open at 8.", asked="When do you open?", dense=0.2)
    asked = question("pipe burst!! water everywhere", passages=(other, cost, row))
    advice = emergency_advice(asked)
    assert [s.text for s in advice] == ["Shut the main valve.", "Then call us."]
    assert all(not Gate().check(s, asked, "") for s in advice)
    assert emergency_advice(question("se rompió un tubo", language="es", passages=(row,))) == []


def test_several_questions_are_looked_up_each_by_itself() -> None:
    text = "what's your warranty on painting and can I pay with checks?"
    assert len(questions_in(text)) == 2
    assert questions_in("do you paint fences?") == []


def test_are_you_there_and_goodbye() -> None:
    assert "I'm here" in said(question("are you there?"))
    assert "Goodbye" in said(question("ok bye", reading=Reading("en", flags=frozenset({"resolved"}))))
    assert business().name in said(question("bye"))


def test_a_short_question_finds_the_row_that_holds_all_its_words() -> None:
    row = passage("Cash and checks. We do not take PayPal.", asked="How can I pay?", dense=0.2)
    assert "PayPal" in said(question("where are you located and do u take paypal", passages=(row,)))


def test_a_fee_in_a_row_is_no_estimate_and_no_reason_to_invite() -> None:
    row = passage("Free up to a day before, then $45.", asked="Is there a fee to cancel?", dense=0.8)
    answer = said(question("is there a fee to cancel", passages=(row,)))
    assert "$45" in answer
    assert "estimate" not in answer
    assert "visit?" not in answer


def test_the_bare_name_of_a_service_is_told() -> None:
    assert said(question("water heater")).startswith("Yes, we do water heater")
