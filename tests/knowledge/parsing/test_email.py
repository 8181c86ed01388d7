"""A mail as a document: who, when, what was written, and what was attached; no history."""

import pytest
from tests.knowledge.parsing import made

from firstline.knowledge.parse import parse, sniff
from firstline.knowledge.parsing.quoted import bare_subject, own_words

HISTORY_EN = "\n\nOn Mon, Nov 2, 2026 at 9:00 AM Bob <bob@example.com>\nwrote:\n> old words\n> more\n"
HISTORY_ES = "\n\nEl lun, 2 nov 2026 a las 9:00, Bob (<bob@example.com>) escribió:\n\n> palabras viejas\n"
OUTLOOK_EN = "\n\nFrom: Bob\nSent: Monday\nTo: Ana\nSubject: Prices\n\nold words"
OUTLOOK_ES = "\n\nDe: Bob\nEnviado el: lunes\nPara: Ana\nAsunto: Precios\n\npalabras viejas"


@pytest.mark.parametrize("history", [HISTORY_EN, HISTORY_ES, OUTLOOK_EN, OUTLOOK_ES, "\n-- \nAna Ruiz\nCEO old words"])
def test_only_the_new_words_of_an_answer_are_read(history):
    parsed = parse(made.eml(f"A drain costs $120.{history}", subject="RE: Fwd: RV: Prices"), "m.eml")
    assert parsed.markdown == "# Prices\n\nAna Ruiz · 2026-11-03\n\nA drain costs $120."
    assert (parsed.title, parsed.source_type) == ("Prices", "email")


def test_what_was_forwarded_is_the_message():
    text = "FYI\n\n---------- Forwarded message ---------\nFrom: Bob\n\nDrains cost $120 now."
    assert "Drains cost $120 now." in parse(made.eml(text, subject="Fwd: Prices"), "m.eml").markdown


def test_a_mail_that_is_all_quoted_keeps_it():
    assert own_words("> Drains cost $120.") == "> Drains cost $120."


def test_an_html_mail_is_read_without_its_history():
    html = (
        "<p>New prices:</p><table><tr><th>Work</th><th>Price</th></tr><tr><td>Leak</td><td>$95</td></tr></table>"
        "<div class='gmail_quote'>On Monday Bob wrote:<blockquote type='cite'>old words</blockquote></div>"
    )
    for text in ("", "New prices:"):
        markdown = parse(made.eml(text, html=html), "m.eml").markdown
        assert "| Leak | $95 |" in markdown
        assert "old words" not in markdown


def test_attachments_that_can_be_read_are_sections_and_others_are_named():
    inner = made.eml("Inner words.", subject="Inner")
    parsed = parse(
        made.eml(
            "See below.",
            attachments=[
                ("prices.pdf", "application/pdf", made.plain_pdf()),
                ("tool.exe", "application/x-msdownload", b"MZ\x90\x00" + b"\x00" * 50),
                ("más.eml", "application/octet-stream", inner),
            ],
        ),
        "m.eml",
    )
    for kept in ("See below.", "## prices.pdf", "Drain cleaning costs $120 a visit.", "## más.eml", "Inner words."):
        assert kept in parsed.markdown
    assert parsed.metadata["unread_attachments"] == ["tool.exe: unknown_type"]


def test_a_mail_is_known_by_its_headers():
    mail = made.eml("Hello")
    assert sniff(mail, "") == sniff(mail, "x.pdf") == "email"
    assert sniff(b"From: the owner\nSubject: hours\n\nWe open at 8.", "notes.txt") == "text"
    assert bare_subject("Re: RE:  Hours") == "Hours"
    assert bare_subject("Refrigerators") == "Refrigerators"


def test_old_encodings_of_mail_are_read():
    raw = (
        b"From: =?iso-8859-1?Q?Jos=E9?= <j@example.com>\r\nSubject: =?utf-8?B?wr9BYnJlbj8=?=\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nS=ED, ma=F1ana."
    )
    parsed = parse(raw, "m.eml")
    assert parsed.title == "¿Abren?"
    assert "José" in parsed.markdown
    assert "Sí, mañana." in parsed.markdown
