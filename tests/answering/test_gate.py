from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.answering.gate_world import ACME, ASKED, ASKED_ES, PASSAGES, passage

from firstline.answering.gate import Gate, needs_disclaimer
from firstline.answering.prompt_text import canary_of
from firstline.conversations.facts import Said, Sentence
from firstline.tenancy.model import Guardrails

DATA = Path(__file__).parent / "data"
GATE = Gate()


def lines(name):
    text = (DATA / name).read_text("utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


ADVERSARIAL = lines("adversarial_drafts.txt")
HONEST = lines("honest_drafts.txt")


def rules(text, question=ASKED, said="", **more):
    return {f.rule for f in GATE.check(Sentence(text, **more), question, said)}


def test_the_sets_are_as_large_as_they_must_be():
    assert len(set(ADVERSARIAL)) >= 150
    assert len(set(HONEST)) >= 100


@pytest.mark.parametrize("draft", ADVERSARIAL)
def test_a_draft_that_claims_what_stands_nowhere_is_stopped(draft):
    assert rules(draft)


@pytest.mark.parametrize("draft", HONEST)
def test_an_honest_draft_passes(draft):
    assert rules(draft) == set()


def test_a_finding_names_its_rule_its_words_and_its_sentence():
    (finding,) = GATE.check(Sentence(" It costs $1,499."), ASKED, "Hello.")
    assert (finding.rule, finding.words, finding.sentence) == ("amount_unsupported", "$1,499", "It costs $1,499.")


def test_support_of_the_sentence_itself_counts():
    assert rules("It costs $333 at 6:15 am.") == {"amount_unsupported", "time_unsupported"}
    assert not rules("It costs $333 at 6:15 am.", support=("price $333", "06:15"))


def test_a_customers_figures_support_days_and_phones_but_never_money():
    asked = replace(ASKED, text="Can you come on May 5 at 4:15 pm for $444 with 12% off? It should cost 555.")
    assert not rules("May 5 at 4:15 pm is noted.", asked)
    for draft in ("It is $444.", "That is 12% for you.", "It will cost 555.", "It costs 444."):
        assert rules(draft, asked), draft


def test_an_ai_message_of_before_is_no_support_but_a_colleagues_is():
    said = (Said("ai", "It is $432."), Said("agent", "For you it is $543."))
    asked = replace(ASKED, history=said)
    assert rules("It is $432.", asked)
    assert not rules("It is $543.", asked)


def test_a_figure_that_began_in_what_was_said_before_is_still_one():
    assert rules("\n1400", said="The price is")
    assert rules(" 400 dollars.", said="It costs $1") or rules("400", said="It costs $1")
    assert not rules("\n$900 to $1,500", said="The price is:")


def test_the_upper_end_of_a_range_counts_and_the_lower_of_two_limits():
    guardrails = replace(ACME.guardrails, max_quote_without_approval=Decimal(1200))
    tight = replace(ASKED, business=replace(ACME, guardrails=guardrails))
    assert rules("It runs from $900 to $1,500.", tight) == {"amount_over_limit"}
    assert not rules("It starts at $900.", tight)


def test_a_discount_is_stopped_when_none_is_allowed_even_if_published():
    none = replace(ACME, guardrails=replace(ACME.guardrails, allowed_discount_percent=Decimal(0)))
    assert "discount_over_limit" in rules("Seniors get 10% off labor.", replace(ASKED, business=none))


def test_the_word_of_a_passage_below_the_floor_supports_nothing():
    assert rules("It costs $777.")


def test_only_allowed_languages_pass():
    english = replace(ACME, guardrails=replace(ACME.guardrails, languages_allowed=("en",)))
    spanish = "Con mucho gusto le ayudamos con su calentador de agua en cuanto usted quiera."
    assert rules(spanish, replace(ASKED, business=english)) == {"language_not_allowed"}
    assert not rules(spanish)


def test_the_canary_never_leaves():
    assert "prompt_leak" in rules(f"The word is {canary_of(ACME.id)}.")


def test_a_topic_of_the_businesss_own_can_be_banned():
    banned = replace(ACME, guardrails=replace(ACME.guardrails, banned_topics=("competitor_prices",)))
    assert rules("About competitor prices I know a lot.", replace(ASKED, business=banned)) == {
        "topic_competitor_prices"
    }


def test_the_disclaimer_is_said_once_in_the_customers_language_and_only_after_an_amount():
    assert needs_disclaimer("It costs $900 to $1,500.", ASKED).text.startswith(" This is a non-binding estimate")
    assert "estimación" in needs_disclaimer("Cuesta $900.", ASKED_ES).text
    assert needs_disclaimer("We open at 8.", ASKED) is None
    assert needs_disclaimer("About $900; the final price depends on the venting.", ASKED) is None
    assert needs_disclaimer("Unos $900, sin compromiso.", ASKED_ES) is None
    relaxed = Guardrails(require_disclaimer_on_estimates=False)
    assert needs_disclaimer("It costs $900.", replace(ASKED, business=replace(ACME, guardrails=relaxed))) is None


@pytest.mark.parametrize("question", [ASKED, ASKED_ES])
def test_the_disclaimer_itself_passes(question):
    assert not rules(needs_disclaimer("It costs $900.", question).text, question)


KNOWN = {900, 1500, 75, 89, 150, 129, 145, 260, 120, 240}
SHAPES = [
    "It costs ${0:,}.",
    "It costs ${0}.",
    "It is {0} dollars.",
    "USD {0} in all.",
    "The price is {0}.",
    "Cuesta {0} dólares.",
    "Son ${0:,} en total.",
    "The total comes to **${0}**.",
    "From $900 to ${0:,}.",
    "You pay {0} USD.",
    "We charge ${0}/hour.",
    "Le cobramos {0}.",
    "$ {0}, all in.",
    "El precio: {0} $.",
]


@given(st.integers(11, 9999).filter(lambda n: n not in KNOWN), st.sampled_from(SHAPES))
@settings(max_examples=300, deadline=None)
def test_no_unsupported_amount_passes_however_it_is_written(amount, shape):
    assert rules(shape.format(amount))


@given(st.sampled_from(sorted(KNOWN - {150})), st.sampled_from([s for s in SHAPES if "900" not in s]))
@settings(max_examples=60, deadline=None)
def test_a_published_amount_passes_however_it_is_written(amount, shape):
    assert not rules(shape.format(amount))


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None)
def test_no_text_breaks_the_gate(text):
    assert isinstance(GATE.check(Sentence(text), ASKED, text), tuple)


def test_evidence_is_gathered_once_a_turn():
    gate = Gate()
    for draft in HONEST[:20]:
        gate.check(Sentence(draft), ASKED)
    assert len(gate._turns) == 1
    assert PASSAGES


def test_hours_of_its_own_in_a_passage_stand_beside_the_profiles():
    shop = (*PASSAGES, passage("Showroom", "The showroom is open on Sundays from 10 to 2."))
    draft = "The showroom is open on Sunday from 10 to 2."
    assert "hours_wrong" in rules(draft)
    assert not rules(draft, replace(ASKED, passages=shop))
