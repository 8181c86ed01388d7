"""Short messages keep the conversation's language unless they speak for themselves."""

import pytest

from firstline.understanding.language import detect_language

BOTH = ("en", "es")


@pytest.mark.parametrize(
    ("text", "before", "language"),
    [
        ("How much does it cost to fix a tap?", None, "en"),
        ("¿Cuánto cuesta arreglar una llave?", None, "es"),
        ("cuanto sale arreglar el grifo de la cocina", None, "es"),
        ("hola", "en", "es"),
        ("gracias", None, "es"),
        ("ok", "es", "es"),
        ("608-555-0123", "es", "es"),
        ("Madison", "es", "es"),
        ("¿abren?", "en", "es"),
        ("thanks", "es", "en"),
        ("dana@x.example", None, "en"),
        ("", "es", "es"),
    ],
)
def test_language(text, before, language):
    assert detect_language(text, BOTH, before, "en") == language


def test_only_allowed_languages_are_ever_given():
    assert detect_language("¿Cuánto cuesta?", ("en",), None, "en") == "en"
    assert detect_language("hello my friend how are you", ("es",), "en", "es") == "es"
    assert detect_language("Bonjour, combien ça coûte ?", BOTH, None, "es") in BOTH


@pytest.mark.parametrize(
    "text",
    [
        "Wann haben Sie geöffnet?",
        "bonjour, quels sont vos horaires?",
        "Wie viel kostet das?",
        "Quanto custa, por favor? obrigado",
    ],
)
def test_a_language_nobody_allows_is_answered_in_the_business_s_own(text):
    assert detect_language(text, BOTH, None, "en") == "en"


def test_a_short_message_stays_in_the_chat_s_language():
    assert detect_language("estoy en phoenix", BOTH, "es", "en") == "es"
    assert detect_language("cuanto cuesta cambiar el calentador", BOTH, None, "en") == "es"
