"""What an owner is told of documents that were not read whole and of jobs' errors, in English and Spanish."""

import re
import tomllib
from importlib.resources import files

import pytest

from firstline.embedding.catalog import UnknownModel
from firstline.kit.urlguard import UnsafeUrl, check_url
from firstline.knowledge import ingest, opening
from firstline.knowledge.limits import unreadable
from firstline.knowledge.notes import error_sentence, notes_of


@pytest.mark.parametrize(
    ("metadata", "english", "spanish"),
    [
        ({}, [], []),
        ({"pages": 3}, [], []),
        ({"ocr": True}, ["read from pictures"], ["de imágenes"]),
        ({"ocr": True, "pages_without_text": 4, "pages_left_out": 0}, ["4 pages"], ["4 páginas"]),
        (
            {"ocr": True, "pages_without_text": 3, "pages_left_out": 1},
            ["2 pages", "One page"],
            ["2 páginas", "Una página"],
        ),
        ({"ocr": False, "pages_without_text": 2, "pages_left_out": 2}, ["2 pages were only"], ["2 páginas eran"]),
        ({"unread_attachments": ["plan.dwg: unknown_type"]}, ["plan.dwg (this kind"], ["plan.dwg (este tipo"]),
        ({"unread_attachments": ["a{b}.zip: archive", "b.pdf: made_up"]}, ["2 attached"], ["2 archivos"]),
        ({"ocr": None, "pages_left_out": "many", "unread_attachments": 3}, [], []),
    ],
)
def test_what_was_not_read_of_a_document_is_told_in_both_languages(metadata, english, spanish):
    for language, wanted in (("en", english), ("es", spanish), ("fr", english)):
        told = notes_of(metadata, language)
        assert len(told) == len(wanted)
        assert all(part in sentence for part, sentence in zip(wanted, told, strict=True))


def _all_english():
    for name, table in (("unreadable", None), ("crawl", "failed"), ("drive", "sentences")):
        read = tomllib.loads(files("firstline.knowledge").joinpath(f"data/{name}.toml").read_text("utf-8"))
        for code, said in (read[table] if table else read).items():
            if isinstance(said, str):
                yield code, re.sub(r"\{\w+\}", "404", said)
    yield "gave_up", ingest.GAVE_UP
    yield "unknown_source", ingest.UNKNOWN
    yield "conflict", ingest.CONFLICT
    yield "cancelled", opening.CANCELLED["message"]


@pytest.mark.parametrize(("code", "message"), list(_all_english()))
def test_every_sentence_of_a_job_has_its_spanish(code, message):
    error = {"uri": "x", "code": code, "message": message}
    told = error_sentence(error, "es")
    assert told != message
    assert "{" not in told
    assert ("404" in message) <= ("404" in told)
    assert error_sentence(error, "en") == message


@pytest.mark.parametrize(
    "url", ["ftp://a.example", "http://a:b@a.example", "http://a.example:22", "http://", "http://10.0.0.1"]
)
def test_addresses_that_must_not_be_called_are_told_in_spanish_too(url):
    with pytest.raises(UnsafeUrl) as why:
        check_url(url)
    assert error_sentence({"code": "unsafe_url", "message": why.value.sentence}, "es") != why.value.sentence


def test_a_reason_within_a_sentence_is_told_in_spanish_too():
    inner = unreadable("unreachable").sentence
    told = error_sentence({"code": "home", "message": f"The site could not be read: {inner}"}, "es")
    assert told == "El sitio no se pudo leer: Esta dirección no respondió."


def test_a_sentence_that_nobody_knows_is_told_as_it_was_stored():
    assert error_sentence({"code": "odd", "message": "Odd {thing} happened."}, "es") == "Odd {thing} happened."
    assert error_sentence({"code": "scanned"}, "es").startswith("Este PDF")
    assert error_sentence({}, "es") == ""
    name = str(UnknownModel("There is no embedding model named 'x' here."))
    assert "'x'" in error_sentence({"code": "no_model", "message": name}, "es")
