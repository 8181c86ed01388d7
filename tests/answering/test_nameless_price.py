"""A question for a price that names no thing is not answered with the price of any."""

import pytest
from tests.answering.world import passage, question

from firstline.answering.extract import ExtractiveComposer


@pytest.mark.parametrize(
    ("text", "language"),
    [("¿Cuánto cuesta en total?", "es"), ("¿Cuánto cuesta?", "es"), ("How much does it cost in total?", "en")],
)
def test_no_price_answers_who_names_nothing(text, language):
    page = passage("Bidet total: cuesta $75. It costs $75 in total.", language=language)
    said = ExtractiveComposer().draft(question(text, language=language, passages=(page,)))
    assert "$75" not in " ".join(s.text for s in said)


def test_who_names_a_thing_gets_its_price():
    page = passage("La instalación de un bidet cuesta $75.", language="es")
    asked = question("¿Cuánto cuesta instalar un bidet?", language="es", passages=(page,))
    assert "$75" in " ".join(s.text for s in ExtractiveComposer().draft(asked))
