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
