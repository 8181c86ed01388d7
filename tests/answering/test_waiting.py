"""A customer who waits for a person is heard, and not told the same thing twice."""

from dataclasses import replace
from datetime import datetime

from firstline.answering.extract import ExtractiveComposer
from firstline.answering.port import Question
from firstline.conversations.facts import Entity, Reading, Said

from .world import ZONE, question

COMPOSER = ExtractiveComposer()
PHONE = Entity("phone", "608 555 0177", 0, 12, "+16085550177")
SUNDAY = datetime(2026, 11, 22, 15, 0, tzinfo=ZONE)


def said(asked: Question) -> str:
    return " ".join(s.text for s in COMPOSER.draft(replace(asked, waiting=True)))


def test_contact_details_are_read_back_with_when_somebody_answers() -> None:
    answer = said(question("608 555 0177", reading=Reading("en", entities=(PHONE,)), now=SUNDAY))
    assert "(608) 555-0177" in answer
    assert "tomorrow, Monday, at 7:30 a.m." in answer


def test_the_same_details_again_are_acknowledged_shortly() -> None:
    again = said(question("608 555 0177", reading=Reading("en", entities=(PHONE,)), history=["608 555 0177"]))
    assert again == "The team has your message."


def test_a_further_message_is_noted_once_at_length_and_then_shortly() -> None:
    first = said(question("it is the blue house"))
    assert "added" in first
    asked = question("second floor")
    later = said(replace(asked, history=(Said("customer", "it is the blue house"), Said("ai", first))))
    assert later == "Added."


def test_after_an_emergency_the_line_is_named_and_never_tomorrow() -> None:
    asked = question("608 555 0177", reading=Reading("en", entities=(PHONE,)), now=SUNDAY)
    answer = said(replace(asked, history=(Said("ai", "Call the emergency line: (608) 555-0199."),)))
    assert "(608) 555-0199" in answer
    assert "tomorrow" not in answer


def test_thanks_and_are_you_there_are_understood() -> None:
    assert said(question("thanks")) == "You're welcome!"
    assert said(question("are you there?", now=SUNDAY)).startswith("The team has your message.")
