"""Two prices for one thing: told when they cannot both be true, silent for sizes, days, ranges that overlap."""

from time import thread_time
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.knowledge.contradictions import Held, contradictions
from firstline.knowledge.price_mentions import price_mentions
from firstline.tenancy.model import Business, Service

ACME = Business(
    id=UUID(int=1),
    name="Acme",
    slug="acme",
    services=(Service(UUID(int=2), "leak", {"en": "Leak repair", "es": "Reparación de fugas"}),),
)


def held(text, number, effective=None):
    language = "es" if "€" in text else "en"
    return [Held(m, UUID(int=number), f"doc {number}", effective) for m in price_mentions(text, ACME, language)]


def between(first, second):
    return list(contradictions(held(second, 2), held(first, 1)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Drain cleaning costs $120.", "Our drain cleaning is now $150."),
        ("| Service | Price |\n|---|---|\n| Faucet install | $180 |", "Faucet install costs $230."),
        ("## Tree trimming\n\nPrices start at $250.", "Tree trimming starts at $300."),
        ("Leak repair costs $165 to $280.", "Leak repair costs $300 to $500."),
        ("Leak repair costs $165.", "La reparación de fugas cuesta 200 €."),
        ("El menú de boda cuesta 45 € por persona.", "Menú de boda: 55 € por persona."),
    ],
)
def test_two_prices_of_one_thing_are_found_with_both_sentences(first, second):
    (found,) = between(first, second)
    assert {held.document_id.int for held in (found.first, found.second)} == {1, 2}
    assert all(found.finding(ACME.id).detail["sentences"])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("A 40-gallon heater costs $900.", "A 50-gallon heater costs $1,200."),
        ("Gutter cleaning from $99.", "Gutter cleaning costs $149."),
        ("Call-outs cost $150 on weekdays.", "Call-outs cost $220 on weekends."),
        ("Lawn mowing costs $45 per visit.", "Lawn mowing is $180 per month."),
        ("Leak repair costs $165 to $480.", "Leak repair costs $200 to $500."),
        ("A haircut is $35 for adults and $20 for kids.", "Kids' haircut: $20."),
        ("Leak repair costs $165.", "La reparación de fugas cuesta 165 $."),
        ("Save $50 on a tune-up.", "A tune-up costs $89."),
    ],
)
def test_prices_that_can_both_be_true_are_left_alone(first, second):
    assert between(first, second) == []


def test_the_later_effective_document_is_named_as_the_newer():
    from datetime import date

    old = held("Drain cleaning costs $120.", 1, date(2024, 1, 1))
    new = held("Drain cleaning costs $150.", 2, date(2026, 1, 1))
    (found,) = contradictions(new, old)
    made = found.finding(ACME.id)
    assert (found.newer, made.severity, made.detail["type"]) == ("doc 2", "info", "price_newer")


def test_the_fingerprint_is_the_same_from_either_side():
    one, two = "Drain cleaning costs $120.", "Drain cleaning costs $150."
    (there,) = contradictions(held(two, 2), held(one, 1))
    (back,) = contradictions(held(one, 1), held(two, 2))
    assert there.finding(ACME.id).fingerprint == back.finding(ACME.id).fingerprint


def test_a_document_is_compared_with_thousands_of_prices_within_a_second():
    many = [h for n in range(2, 4000) for h in held(f"Part {n} for the pump model {n % 50} costs ${n}.", n)]
    one = held("\n\n".join(f"Part {n} for the pump model {n % 50} costs $5." for n in range(2, 60)), 1)
    begun = thread_time()
    assert list(contradictions(one, many))
    assert thread_time() - begun < 5  # 1 s on a quiet machine


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.one_of(st.text(max_size=20), st.sampled_from(["$1", "| a |", "|---|\n", "\n", "## ", "€ 5", " per hour "])),
        max_size=40,
    )
)
def test_no_text_makes_it_raise(pieces):
    found = held("".join(pieces), 1)
    list(contradictions(found, held("Drain cleaning costs $120.", 2)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Our diagnostic fee is $89.", "There is a $109 diagnostic charge."),
        ("Diagnostic visit: $79.", "We charge $95 for a diagnosis."),
        ("The trip charge is $49.", "We charge a $59 service call fee."),
        ("Call-out fee: $60", "| Fee | Price |\n|---|---|\n| Call-out | $75 |"),
        ("Our hourly rate is $120.", "We charge $135 per hour."),
        ("## Prices\n\nLabor: $110/hour", "Our labor rate is $125 an hour."),
        ("Cobramos 60 € por el desplazamiento.", "Gastos de desplazamiento: 75 €"),
        ("La tarifa por hora es de 45 €.", "Mano de obra: 40 € la hora"),
        ("La visita de diagnóstico cuesta 50 €.", "Diagnóstico: 65 €."),
        ("How much is your diagnostic fee?\nThe diagnostic fee is $89.", "Diagnostic fee: $99"),
    ],
)
def test_fees_are_services_of_their_own_whatever_they_are_called(first, second):
    assert len(between(first, second)) == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Our diagnostic fee is $89.", "Weekend diagnostic fee: $129."),
        ("## Heating\n\nDiagnostic fee: $89", "## Appliances\n\nDiagnostic fee: $120"),
        ("Diagnostic fee: $89", "Engine diagnostics: $129"),
        ("Hourly rate: $95", "Hourly rate of a master electrician: $140"),
        ("Labor: $110 per hour", "Labor: $450"),
        ("We charge $95 per hour.", "## Piano lessons\n\nWe charge $40 per hour."),
        ("We charge $95 per hour.", "We charge $170 per hour for two workers."),
        ("Service call: $95", "Service call after 6 pm: $150"),
        ("Travel fee: $1.50 per mile", "Travel fee: $35"),
        ("Trip fee within Madison: $49", "Trip fee: $79"),
        ("The call-out fee is $60.", "The emergency call-out fee is $150."),
        ("The trip charge is $49.", "Our diagnostic fee is $89."),
        ("Our hourly rate is $120.", "The minimum is $120, one hour of labor."),
        ("La tarifa por hora es de 45 €.", "La tarifa por hora en festivos es de 70 €."),
        ("El desplazamiento cuesta 30 €.", "El desplazamiento fuera de la ciudad cuesta 60 €."),
        ("Diagnostic fee: $89, waived with repair.", "The diagnostic fee is $89."),
        ("Hourly rate from $95", "Our hourly rate is $120."),
        ("Leak repair costs $165 plus a $49 trip fee.", "Leak repair costs $165."),
    ],
)
def test_fees_of_other_things_days_and_places_are_left_alone(first, second):
    assert between(first, second) == []
