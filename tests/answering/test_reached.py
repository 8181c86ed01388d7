"""What the profile lacks on how the business is reached is told from its pages, and only when they are sure."""

from dataclasses import replace

import pytest
from tests.answering.world import business, passage, question

from firstline.answering.computed.topics import questions_in
from firstline.answering.extract import ExtractiveComposer

PAGE = "We love plants. Call (608) 555-0100 or write to office@zed.example. We are at 12 Harbor Street, Madison."
BARE = replace(business(emergency=False), phone=None, email=None, address={})


def said(text, *, on=BARE, above=True):
    asked = question(text, on=on, passages=(passage(PAGE, above=above),))
    return " ".join(s.text for s in ExtractiveComposer().draft(asked))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("What is your phone number?", "555-0100"),
        ("What is your email address?", "office@zed.example"),
        ("what's your address", "12 Harbor Street"),
    ],
)
def test_a_page_tells_what_the_profile_lacks(text, told):
    assert told in said(text)
    assert told not in said(text, above=False)


def test_the_profile_goes_before_a_page():
    assert "555-0142" in said("What is your phone number?", on=business())


def test_a_question_on_a_number_is_also_looked_up_as_pages_put_it():
    assert questions_in("What is your phone number?")
    assert not questions_in("How much is a tap?")
