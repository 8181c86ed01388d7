"""The extractive composer: computed facts, FAQ rows, sentences, and an honest don't-know."""

from dataclasses import replace

import pytest

from firstline.answering.extract import ExtractiveComposer
from firstline.answering.phrases import LANGUAGES, wordlist
from firstline.answering.port import Contact, Question
from firstline.conversations.facts import Entity, Reading, Receipt, Said

from .world import business, passage, question

COMPOSER = ExtractiveComposer()
PHONE = Entity("phone", "608 555 0123", 0, 12, "+16085550123")


def said(asked: Question) -> str:
    return " ".join(s.text for s in COMPOSER.draft(asked))


CASES = [
    ("how much is a water heater?", "en", ["$900 to $1,500", "estimate", "phone number"], []),
    ("¿cuánto cuesta cambiar el calentador?", "es", ["$900 a $1,500", "estimado", "teléfono"], []),
    ("what's your hourly rate", "en", ["$135 per hour"], []),
    ("price of a new sewer line?", "en", ["colleague"], ["$", "?"]),
    ("do you do electrical work? I need an electrician", "en", ["We don't do electrical work", "water heater"], []),
    ("where are you located?", "en", ["2140 Pipeworks Lane, Madison, WI 53704"], []),
    ("what's your phone number?", "en", ["(608) 555-0142"], []),
    ("do you come out to Verona?", "en", ["Yes, we come to Verona"], []),
    ("I'd like to book a visit", "en", ["phone number", "day and time"], []),
    ("quiero agendar una cita", "es", ["teléfono", "día y hora"], []),
    ("do you have an emergency number?", "en", ["(608) 555-0199", "day and night"], []),
    ("do you charge extra on weekends?", "en", ["$150"], []),
    ("are you a bot?", "en", ["AI assistant", "person"], []),
    ("hola!", "es", ["Hola", "Acme Plumbing"], []),
    ("thanks!", "en", ["welcome"], ["?"]),
    ("how much is a water heater?\nare you open on saturday?", "en", ["$900", "8 a.m."], []),
    ("what is the airspeed of a swallow", "en", ["don't have that information", "pass your question"], ["$"]),
    ("😀", "en", ["I'm here"], []),
]


@pytest.mark.parametrize(("text", "language", "holds", "lacks"), CASES)
def test_a_message_gets_its_answer_without_any_passage(
    text: str, language: str, holds: list[str], lacks: list[str]
) -> None:
    answer = said(question(text, language=language))
    assert all(words in answer for words in holds), answer
    assert not any(words in answer for words in lacks), answer


def test_a_follow_up_takes_its_topic_from_before() -> None:
    assert "Sundays we're closed" in said(question("and on sundays?", history=["what are your hours?"]))
    assert "$900" in said(question("and a water heater?", history=["how much is the hourly rate?"]))


def test_an_faq_row_is_given_as_written_with_its_passage() -> None:
    row = passage("Cash, check and cards. We do not take PayPal.", asked="How can I pay?", dense=0.8)
    sentences = COMPOSER.draft(question("how can I pay you?", passages=(row,)))
    assert [s.text for s in sentences] == ["Cash, check and cards.", "We do not take PayPal."]
    assert all(s.passages == (row,) for s in sentences)


def test_a_passage_below_the_floor_answers_nothing() -> None:
    row = passage("We love dogs.", asked="Do you like dogs?", above=False)
    assert "don't have that information" in said(question("can I bring my dog?", passages=(row,)))


def test_a_page_in_the_other_language_is_announced() -> None:
    page = passage("Two years on our labor for installations.", language="en")
    answer = said(question("¿qué garantía tienen las instalaciones?", language="es", passages=(page,)))
    assert answer.startswith("Nuestra página sobre esto está en inglés.")
    assert "Two years" in answer


def test_contact_comes_before_a_quote_when_the_business_wants_it() -> None:
    strict = business(contact_first=True)
    asked = question("how much is a water heater?", on=strict)
    assert "$" not in said(asked)
    assert "name and a phone number" in said(asked)
    named = replace(asked, contact=Contact(name="Dana"))
    assert "may I have your name" not in said(named)
    assert "$" not in said(named)
    assert "$900" in said(replace(asked, contact=Contact(name="Dana", email="d@example.com")))


def test_contact_details_get_thanks_and_a_time_never_soon() -> None:
    reading = Reading(language="en", entities=(PHONE,))
    answer = said(question("608 555 0123", reading=reading, asked_contact=True))
    assert "(608) 555-0123" in answer
    assert "today, before we close at 5:30 p.m." in answer
    assert "soon" not in answer


def test_a_yes_to_the_offer_asks_for_a_way_to_answer_and_a_no_is_taken() -> None:
    assert "phone number or email" in said(question("yes please", offered=True))
    assert "No problem" in said(question("no thanks", offered=True))


def test_while_waiting_only_computed_facts_are_answered() -> None:
    row = passage("Cash only.", asked="How can I pay?", dense=0.9)
    assert "added that for the team" in said(question("how can I pay?", passages=(row,), waiting=True))
    assert "8 a.m." in said(question("are you open on saturday?", waiting=True))


def test_off_topic_is_declined_and_the_second_time_briefly() -> None:
    reading = Reading(language="en", flags=frozenset({"off_topic"}))
    asked = question("who will win the election", reading=reading)
    first = COMPOSER.draft(asked)
    assert len(first) == 2
    again = replace(asked, history=(Said("ai", " ".join(s.text for s in first)),))
    assert len(COMPOSER.draft(again)) == 1


def test_amounts_of_pages_above_the_limit_are_left_to_a_person() -> None:
    page = passage("A kitchen remodel is $8,000 to $20,000.")
    answer = said(question("how much is a kitchen remodel?", passages=(page,)))
    assert "$" not in answer
    assert "colleague" in answer


async def test_sentences_join_to_a_text_and_what_was_said_is_not_said_again() -> None:
    asked = question("how much is a water heater?")
    texts = [s.text async for s in COMPOSER.compose(asked, Receipt())]
    assert not texts[0].startswith(" ")
    assert all(t.startswith(" ") for t in texts[1:])
    rest = [s.text async for s in COMPOSER.compose(replace(asked, already=texts[0]), Receipt())]
    assert rest == texts[1:]


def test_every_language_has_every_phrase_with_the_same_places() -> None:
    import string

    def keys(language: str) -> dict[str, set[str]]:
        found = {}
        for section, entries in wordlist(f"phrases.{language}").items():
            for key, text in entries.items():
                places = (
                    {name for _, name, _, _ in string.Formatter().parse(text) if name}
                    if isinstance(text, str)
                    else set()
                )
                found[f"{section}.{key}"] = places
        return found

    first = keys("en")
    for language in LANGUAGES[1:]:
        assert keys(language) == first
