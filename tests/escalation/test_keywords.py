"""Keywords are words with their inflections, in both languages, and never parts of others."""

import pytest

from firstline.conversations.facts import Entity, Reading
from firstline.escalation.keywords import keywords_in

KEYS = ("sue", "injured", "fraud", "unsafe", "police")
BOTH = ("en", "es")


@pytest.mark.parametrize(
    ("language", "text", "found"),
    [
        ("en", "I will sue you", ["sue"]),
        ("en", "I'm suing the whole company", ["sue"]),
        ("en", "expect a LAWSUIT", ["sue"]),
        ("en", "my son has an injury from it", ["injured"]),
        ("en", "this is fraudulent and I called the cops", ["fraud", "police"]),
        ("en", "What is your cancellation policy? No issue, I pursue it.", []),
        ("en", "the tissue dispenser", []),
        ("es", "Los voy a demandar", ["sue"]),
        ("es", "mi hija está herida", ["injured"]),
        ("es", "esto es una estafa, llamo a la policía", ["fraud", "police"]),
        ("es", "¿cuál es su horario?", []),
        ("es", "es peligrosísimo", ["unsafe"]),
        ("en", "", []),
    ],
)
def test_words_and_inflections_are_found(language: str, text: str, found: list[str]) -> None:
    assert keywords_in(text, Reading(language), KEYS, BOTH) == found


def test_a_persons_name_is_no_keyword() -> None:
    reading = Reading("en", entities=(Entity("person_name", "Sue", 8, 11, "Sue"),))
    assert keywords_in("Hi, I'm Sue from Verona", reading, KEYS, BOTH) == []


def test_a_keyword_of_no_family_is_matched_by_its_stem() -> None:
    own = ("mold", "cancelling", "duelo de perro")
    assert keywords_in("there are molds, I want to cancel", Reading("en"), own, BOTH) == ["mold", "cancelling"]
    assert keywords_in("hubo un duelo de perro", Reading("es"), own, BOTH) == ["duelo de perro"]


def test_a_language_that_is_not_allowed_adds_no_words() -> None:
    assert keywords_in("es una estafa", Reading("es"), KEYS, ("en",)) == []
