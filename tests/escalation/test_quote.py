"""Amounts: a currency cue is needed, of a range the upper end counts."""

from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.conversations.facts import Entity, Passage, Reading
from firstline.escalation.quote import amounts, extracted_quote_value
from firstline.tenancy.model import Business, Service


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("between $900 and $1,500", ["900", "1500"]),
        ("$900–$1,500 depending on venting", ["900", "1500"]),
        ("$900-1,500", ["900", "1500"]),
        ("900 - 1500 dollars", ["900", "1500"]),
        ("50 gallon heater for $1200", ["1200"]),
        ("a 50-gallon tank, 24/7, in 2 hours, 10%", []),
        ("cuesta 1.200,50 €", ["1200.50"]),
        ("entre 300 y 450 euros", ["300", "450"]),
        ("USD 2.5k", ["2500"]),
        ("call 608-555-0142", []),
        ("$89.50 per visit, from 8 to 5", ["89.50"]),
    ],
)
def test_amounts_are_read(text: str, expected: list[str]) -> None:
    assert amounts(text) == [Decimal(value) for value in expected]


@given(
    st.integers(1, 999_999), st.integers(0, 99), st.sampled_from(["${:,}.{:02d}", "{:,}.{:02d} USD", "€{:,}.{:02d}"])
)
def test_any_written_amount_is_read_back(whole: int, cents: int, form: str) -> None:
    assert amounts(f"It is {form.format(whole, cents)} in all.") == [Decimal(f"{whole}.{cents:02d}")]


@given(st.text(max_size=80))
def test_no_text_raises(text: str) -> None:
    assert all(amount >= 0 for amount in amounts(text))


def test_a_named_service_goes_before_a_passage_on_something_else() -> None:
    shop = Business(
        UUID(int=1), "Shop", "shop", services=(Service(UUID(int=1), "roof", {"en": "Roof"}, price_high=Decimal(9000)),)
    )
    page = Passage(UUID(int=2), UUID(int=3), "Page", "", "Gutters are $300.")
    reading = Reading("en", entities=(Entity("service_type", "roof", 0, 4, "roof"),))
    assert extracted_quote_value(business=shop, reading=reading, text="roof", passages=(page,)) == 9000
    assert extracted_quote_value(business=shop, reading=Reading("en"), text="gutters", passages=(page,)) == 300
