"""Any bytes become Markdown or a sentence that an owner understands."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.knowledge.model import UnreadableDocument
from firstline.knowledge.parse import parse, sniff

PAGE = """<!doctype html><html lang="es"><head><title>Horario | Acme</title></head><body>
<nav><a href="/">Inicio</a></nav><div class="cookie-banner">Accept cookies</div>
<main><h1>Horario</h1><p>Abrimos seis días.</p><ul><li>Fugas</li><li>Drenajes</li></ul>
<details><summary>¿Aceptan tarjetas?</summary><p>Sí, todas.</p></details></main>
<aside><table><tr><th>Día</th><th>Horas</th></tr><tr><td>Sábado</td><td>8 a 12</td></tr></table></aside>
<footer><a href="/legal">Aviso legal</a></footer></body></html>"""


def test_a_page_keeps_its_content_and_loses_menus_banners_and_footers():
    parsed = parse(PAGE.encode(), "horario.html")
    assert parsed.title == "Horario"
    assert parsed.metadata["language"] == "es"
    for kept in ("Abrimos seis días.", "- Fugas", "¿Aceptan tarjetas?", "Sí, todas.", "| Sábado | 8 a 12 |"):
        assert kept in parsed.markdown
    for gone in ("Inicio", "cookies", "Aviso legal"):
        assert gone not in parsed.markdown


def test_a_page_without_a_main_part_keeps_its_cards():
    cards = "".join(f"<div class='card'><h3>Service {n}</h3><p>From ${n}00 a visit</p></div>" for n in range(1, 9))
    parsed = parse(f"<html><body><ul class='menu'><li>Home</li></ul>{cards}</body></html>".encode(), "x.html")
    assert "From $800 a visit" in parsed.markdown
    assert "Home" not in parsed.markdown


def test_questions_and_answers_are_read_from_a_csv_in_either_language():
    parsed = parse(
        "pregunta;respuesta;idioma;etiquetas\n¿Abren?;Sí, a diario.;es;horario\n;vacía;es;\n".encode(), "faq.csv"
    )
    assert [(f.question, f.answer, f.language, f.tags) for f in parsed.faqs] == [
        ("¿Abren?", "Sí, a diario.", "es", ("horario",))
    ]


def test_other_csv_files_are_tables_with_their_column_names():
    table = parse(b"service,price\nLeak,$90\nDrain,$80\n", "p.csv").markdown
    assert table.splitlines() == ["| service | price |", "| --- | --- |", "| Leak | $90 |", "| Drain | $80 |"]


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.txt", "empty"),
        (b"  \n ", "a.pdf", "empty"),
        (b"%PDF-1.7\ngarbage", "a.pdf", "broken"),
        (b"PK\x03\x04 nothing", "a.docx", "broken"),
        (b"PK\x03\x04 nothing", "a.zip", "unknown_type"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.png", "broken"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00", "a.docx", "old_office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "a.docx", "encrypted"),
        (b"MZ\x90\x00 %PDF-1.4", "a.pdf", "unknown_type"),
        (b"<html><body><nav>x</nav></body></html>", "a.html", "empty"),
        (b"only one line", "a.csv", "not_a_table"),
    ],
)
def test_what_cannot_be_read_says_why(data, name, code):
    with pytest.raises(UnreadableDocument) as caught:
        parse(data, name)
    assert caught.value.code == code
    assert caught.value.sentence.endswith(".")


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"\0" * (210 * 1024 * 1024))
    with pytest.raises(UnreadableDocument) as caught:
        parse(out.getvalue(), "bomb.docx")
    assert caught.value.code == "too_large"


@given(st.binary(max_size=400), st.sampled_from(["a.pdf", "a.docx", "a.html", "a.csv", "a.md", "a"]))
def test_any_bytes_are_read_or_refused(data, name):
    try:
        parsed = parse(data, name)
    except UnreadableDocument as why:
        assert why.sentence  # noqa: PT017
    else:
        assert "\x00" not in parsed.markdown


def test_the_kind_is_read_from_the_bytes():
    assert sniff(b"%PDF-1.4", "x.txt") == "pdf"
    assert sniff(b"\n<!DOCTYPE html><html>", "x.txt") == "html"
    assert sniff(b"# Title", "x.md") == "markdown"


def test_public_documents_are_read(shared_data):
    for file in sorted((shared_data / "documents" / "files").iterdir()):
        try:
            assert parse(file.read_bytes(), file.name).markdown
        except UnreadableDocument as why:
            assert why.code in ("scanned", "encrypted"), file.name  # noqa: PT017


@pytest.mark.parametrize(("name", "data"), [
    ("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script><text>Hi</text></svg>"),
    ("logo.txt", b"<?xml version='1.0'?><svg><text>Hi</text></svg>"),
    ("data.json", b'{"service": "drains", "price": 81}'),
    ("feed.xml", b"<?xml version='1.0'?><rss><item>Words</item></rss>"),
])  # fmt: skip
def test_text_for_programs_is_refused_with_a_reason(name: str, data: bytes) -> None:
    with pytest.raises(UnreadableDocument) as told:
        parse(data, name)
    assert told.value.code == "unknown_type"
