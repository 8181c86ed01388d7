"""How times, numbers and sentences are written for customers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.kit.spoken import clock, phone, tidy


@pytest.mark.parametrize(
    ("minutes", "language", "country", "written"),
    [
        (450, "en", "US", "7:30 a.m."),
        (480, "en", "US", "8 a.m."),
        (720, "en", "US", "12 noon"),
        (1440, "en", "US", "midnight"),
        (1050, "es", "US", "5:30 p.m."),
        (720, "es", "US", "12 del mediodía"),
        (1050, "es", "ES", "17:30"),
    ],
)
def test_a_time_is_written_one_way_in_a_language_and_country(
    minutes: int, language: str, country: str, written: str
) -> None:
    assert clock(minutes, language, country) == written


def test_a_number_is_written_as_it_is_dialled_at_home() -> None:
    assert phone("+16085550199", "US") == "(608) 555-0199"
    assert phone("+34600000000", "US").startswith("+34")
    assert phone("front desk", "US") == "front desk"


@pytest.mark.parametrize(
    ("text", "language", "put_right"),
    [
        ("We open at 7:30 a.m..", "en", "We open at 7:30 a.m."),
        ("Well... yes.", "en", "Well... yes."),
        ("We open again tomorrow, Monday,.", "en", "We open again tomorrow, Monday."),
        ("Abrimos a las 1 p.m.", "es", "Abrimos a la 1 p.m."),
        ("Abrimos a las 11 a.m.", "es", "Abrimos a las 11 a.m."),
    ],
)
def test_a_filled_in_sentence_is_put_right(text: str, language: str, put_right: str) -> None:
    assert tidy(text, language) == put_right


@given(st.text(max_size=60), st.sampled_from(["en", "es"]))
def test_putting_right_twice_changes_nothing_more(text: str, language: str) -> None:
    once = tidy(text, language)
    assert len(once) <= len(text)
    assert tidy(once, language).replace(",", "").replace(".", "") == once.replace(",", "").replace(".", "")
