"""Money in text: what is an amount, what is not, and how it is written."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.kit.money import find_amounts, find_percentages, format_money, format_range

AMOUNTS = [
    ("It costs $1,500.", [(1500, 1500, "$")]),
    ("$900 to $1,500 depending on venting", [(900, 1500, "$")]),
    ("$900-$1,500", [(900, 1500, "$")]),
    ("$900–1,500", [(900, 1500, "$")]),
    ("between $900 and $1,500", [(900, 1500, "$")]),
    ("$89 and $135", [(89, 89, "$"), (135, 135, "$")]),
    ("entre 900 y 1.500 euros", [(900, 1500, "EUR")]),
    ("de $900 a $1,500", [(900, 1500, "$")]),
    ("fifteen hundred dollars", [(1500, 1500, "$")]),
    ("one thousand two hundred and fifty dollars", [(1250, 1250, "$")]),
    ("mil quinientos dólares", [(1500, 1500, "$")]),
    ("dos mil quinientos pesos", [(2500, 2500, "$")]),
    ("treinta y cinco dolares", [(35, 35, "$")]),
    ("a hundred bucks", [(100, 100, "$")]),
    ("two grand", [(2000, 2000, "$")]),
    ("$1.2k", [(1200, 1200, "$")]),
    ("$1-2k", [(1000, 2000, "$")]),
    ("2 mil pesos", [(2000, 2000, "$")]),
    ("1.500,00 €", [(1500, 1500, "EUR")]),
    ("€1,500.50", [("1500.50", "1500.50", "EUR")]),
    ("USD 1,500", [(1500, 1500, "USD")]),
    ("US$1,500", [(1500, 1500, "USD")]),
    ("1,500 USD", [(1500, 1500, "USD")]),
    ("it costs 1,500", [(1500, 1500, None)]),
    ("cuesta 1500 más o menos", [(1500, 1500, None)]),
    ("a $2,000,000 policy", [(2000000, 2000000, "$")]),
    ("$149 to $219, a bathroom sink $149", [(149, 219, "$"), (149, 149, "$")]),
    ("A 50-gallon heater for $1200", [(1200, 1200, "$")]),
    ("$89.", [(89, 89, "$")]),
    ("$89, or $99", [(89, 89, "$"), (99, 99, "$")]),
    ("0.75 dollars", [("0.75", "0.75", "$")]),
    ("$150/hour", [(150, 150, "$")]),
    ("jobs from $1,000, subject", [(1000, 1000, "$")]),
    ("$25 to 2 people", [(25, 25, "$")]),
]


@pytest.mark.parametrize(("text", "expected"), AMOUNTS)
def test_amounts_are_found_with_both_ends_and_currency(
    text: str, expected: list[tuple[object, object, str | None]]
) -> None:
    got = [(a.value, a.upper, a.currency) for a in find_amounts(text)]
    assert got == [(Decimal(str(low)), Decimal(str(high)), cur) for low, high, cur in expected]


@pytest.mark.parametrize(
    "text",
    [
        "50 gallon tank",
        "within 30 days",
        "8-10, 10-12",
        "(608) 555-0199",
        "call at 7:30",
        "2026-11-26",
        "10 % off",
        "40 km",
        "two hours",
        "un minuto",
        "65 and over",
        "the price holds for 30 days",
        "your bill in 3 months",
        "",
        "MP-555014",
        "cuesta el 10 por ciento",
    ],
)
def test_what_is_not_money_is_left_alone(text: str) -> None:
    assert find_amounts(text) == []


def test_offsets_point_at_the_words() -> None:
    text = "About $900 to $1,500, all in."
    (amount,) = find_amounts(text)
    assert text[amount.start : amount.end] == "$900 to $1,500"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10% off", ["10"]),
        ("9.99 % APR", ["9.99"]),
        ("9,99 %", ["9.99"]),
        ("ten percent", ["10"]),
        ("diez por ciento", ["10"]),
        ("5-10 %", ["5", "10"]),
        ("entre 5 y 10 por ciento", ["5", "10"]),
        ("$10", []),
    ],
)
def test_percentages(text: str, expected: list[str]) -> None:
    assert [p.value for p in find_percentages(text)] == [Decimal(e) for e in expected]


@pytest.mark.parametrize(
    ("value", "currency", "language", "country", "expected"),
    [
        ("1500", "USD", "en", None, "$1,500"),
        ("1500.00", "USD", "es", None, "$1,500"),
        ("89.5", "USD", "en", None, "$89.50"),
        ("12000", "EUR", "es", "ES", "12.000 €"),
        ("1500", "GBP", "en", None, "£1,500"),
        ("1500", "MXN", "es", "MX", "$1,500"),
    ],
)
def test_money_is_written_as_the_country_does(
    value: str, currency: str, language: str, country: str | None, expected: str
) -> None:
    assert format_money(Decimal(value), currency, language, country) == expected


def test_ranges_are_written_with_the_languages_word() -> None:
    assert format_range(Decimal(900), Decimal(1500)) == "$900 to $1,500"
    assert format_range(Decimal(900), Decimal(1500), language="es") == "$900 a $1,500"
    assert format_range(Decimal(89), Decimal(89)) == "$89"


@given(
    st.decimals(min_value=0, max_value=9_999_999, places=2),
    st.sampled_from(["USD", "EUR", "GBP", "MXN"]),
    st.sampled_from(["en", "es"]),
)
def test_what_we_write_we_read_back(value: Decimal, currency: str, language: str) -> None:
    (amount,) = find_amounts(f"Total: {format_money(value, currency, language)} in all.")
    assert amount.value == value


@given(st.text(max_size=200))
def test_any_text_is_survived_and_offsets_are_in_order(text: str) -> None:
    position = 0
    for amount in find_amounts(text):
        assert position <= amount.start < amount.end <= len(text)
        assert amount.value <= amount.upper
        position = amount.end
    find_percentages(text)


def test_a_year_after_a_month_is_no_money() -> None:
    assert find_amounts("Water heater prices, October 2026.") == []
    assert find_amounts("Precios de octubre de 2026.") == []
    assert [a.value for a in find_amounts("In October the price is 2026.")] == [2026]


def test_a_sign_before_a_digit_belongs_to_that_number() -> None:
    found = find_amounts("A 40-gallon one $900, a 50-gallon one $1,200.")
    assert [amount.value for amount in found] == [Decimal(900), Decimal(1200)]
