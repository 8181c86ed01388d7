"""A follow-up that stands by its own words is not swamped by the question before it."""

from dataclasses import replace
from uuid import UUID

import pytest

from firstline.conversations.facts import Passage, Said
from firstline.knowledge.query import alone, own_first, search_text

PAY = Passage(UUID(int=1), UUID(int=9), "FAQ", "", "In instalments.", scores={"support": 0.9})
PRICE = Passage(UUID(int=2), UUID(int=9), "FAQ", "", "The price.", scores={"support": 0.95})


def test_well_supported_own_words_come_first_and_once() -> None:
    assert own_first([PAY, PRICE], [PRICE, PAY], 6) == (PAY, PRICE)
    assert own_first([PAY], [PRICE], 1) == (PAY,)


def test_unsure_own_words_change_nothing() -> None:
    weak = replace(PAY, scores={"support": 0.3})
    assert own_first([weak], [PRICE], 6) == (PRICE,)
    assert own_first([replace(PAY, above_floor=False)], [PRICE], 6) == (PRICE,)


def test_the_message_alone_is_one_line() -> None:
    assert alone(" and\n how  much ") == "and how much"


LEANING = [
    ("en", "How much is a water heater repair?", "and on weekends?"),
    ("en", "Do you clean drains?", "how much is it?"),
    ("en", "Do you clean drains?", "what about gutters?"),
    ("en", "Can I book for Monday?", "and Tuesday?"),
    ("en", "Is there a fee to cancel?", "even a day before?"),
    ("en", "Do you mow lawns?", "how often do you do that?"),
    ("en", "Do you repair tankless heaters?", "which brands?"),
    ("en", "What are your prices for snow removal?", "is that per visit?"),
    ("en", "Do you serve Verona?", "and Monona?"),
    ("en", "How long is the warranty?", "does it cover parts?"),
    ("en", "Do you install sump pumps?", "how long does that take?"),
    ("en", "Can you trim my hedge?", "how tall can they be"),
    ("en", "Do you take cards?", "or checks?"),
    ("en", "How much is a drain camera inspection?", "is it included with cleaning?"),
    ("en", "Do you offer a maintenance plan?", "what's in it?"),
    ("es", "¿Cuánto cuesta reparar un calentador?", "¿y los domingos?"),
    ("es", "¿Limpian drenajes?", "¿cuánto cuesta?"),
    ("es", "¿Limpian drenajes?", "¿y canaletas?"),
    ("es", "¿Puedo reservar para el lunes?", "¿y el martes?"),
    ("es", "¿Cobran por cancelar?", "¿aunque sea un día antes?"),
    ("es", "¿Cortan el césped?", "¿cada cuánto lo hacen?"),
    ("es", "¿Reparan calentadores sin tanque?", "¿de qué marcas?"),
    ("es", "¿Cuánto cuesta quitar la nieve?", "¿eso es por visita?"),
    ("es", "¿Atienden en Verona?", "¿y en Monona?"),
    ("es", "¿Cuánto dura la garantía?", "¿cubre las piezas?"),
    ("es", "¿Instalan bombas de sumidero?", "¿cuánto tardan?"),
    ("es", "¿Podan setos?", "¿y si son muy altos?"),
    ("es", "¿Aceptan tarjetas?", "¿o cheques?"),
    ("es", "¿Cuánto cuesta una inspección con cámara?", "¿está incluida con la limpieza?"),
    ("es", "¿Tienen plan de mantenimiento?", "¿qué incluye?"),
]
STANDING = [
    ("en", "How much is a water heater repair?", "Do you also install outdoor lighting along a driveway and patio?"),
    ("en", "Do you mow lawns?", "My kitchen sink is clogged, can someone come tomorrow morning to clear the pipe?"),
    ("en", "Is parking free?", "What does a full bathroom remodel with new tiles usually cost?"),
    ("es", "¿Cuánto cuesta reparar un calentador?", "¿Instalan iluminación exterior en jardines y entradas de garaje?"),
    (
        "es",
        "¿Cortan el césped?",
        "Se me atascó el fregadero de la cocina, ¿puede venir alguien mañana temprano a destaparlo?",
    ),
    ("es", "¿Hay estacionamiento?", "¿Cuánto suele costar remodelar un baño completo con azulejos nuevos?"),
]


@pytest.mark.parametrize(("language", "before", "message"), LEANING)
def test_what_leans_on_the_question_before_it_is_searched_with_it(language: str, before: str, message: str) -> None:
    found = search_text(message, [Said("customer", before), Said("ai", "Sure.")], language)
    assert found == f"{before} {message}"


@pytest.mark.parametrize(("language", "before", "message"), STANDING)
def test_another_subject_is_searched_alone(language: str, before: str, message: str) -> None:
    assert search_text(message, [Said("customer", before), Said("ai", "Sure.")], language) == message
