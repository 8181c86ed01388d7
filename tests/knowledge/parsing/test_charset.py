"""Text in whatever characters it was saved in."""

import pytest

from firstline.knowledge.parse import parse
from firstline.knowledge.parsing.charset import decode

TEXT = "¿Cuánto cuesta mañana? Según el tamaño: «120 €» más IVA — o “menos”."
PLAIN = "¿Cuánto cuesta mañana? Según el tamaño, más IVA."


@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "mac_roman"]
)
def test_text_is_read_in_the_characters_it_was_saved_in(charset):
    assert decode(TEXT.encode(charset)) == TEXT


@pytest.mark.parametrize("charset", ["latin-1", "cp850"])
def test_older_characters_are_read_too(charset):
    assert decode(PLAIN.encode(charset)) == PLAIN


def test_other_scripts_are_guessed():
    text = "Мы чиним трубы и прочищаем стоки в любое время суток, звоните нам по телефону."
    assert decode((text * 3).encode("cp1251")) == text * 3


def test_a_csv_of_excel_in_any_characters_is_read():
    for charset in ("utf-16", "cp1252", "utf-8-sig"):
        parsed = parse("sep=;\r\npregunta;respuesta\r\n¿Abren?;Sí, mañana\r\n".encode(charset), "f.csv")
        assert [(f.question, f.answer) for f in parsed.faqs] == [("¿Abren?", "Sí, mañana")]
