"""Services, places, money, quantities and contact details, each with the words it came from."""

import pytest

from firstline.conversations.facts import Said
from firstline.understanding.contact import find_contact
from firstline.understanding.money import find_budget
from firstline.understanding.named_services import find_services
from firstline.understanding.places import find_places
from firstline.understanding.quantities import find_quantities


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("How much to install a 50-gallon gas water heater?", "water_heater_install"),
        ("can I get a quote to replace my water heater", "water_heater_install"),
        ("my water heater is broken", "water_heater_repair"),
        ("instalar un calentador de agua nuevo", "water_heater_install"),
        ("drain cleening please", "drain_cleaning"),
        ("there is a clogged drain", "drain_cleaning"),
        ("se hizo una fuga, ¿la reparan?", "leak_repair"),
        ("does your company fix furnaces", "hvac"),
    ],
)
def test_service_of_the_business(plumber, text, code):
    assert find_services(text, plumber)[0].value == code


@pytest.mark.parametrize("text", ["what are your hours", "can you fix it", "clean", "I want to pay my bill", "hola"])
def test_no_service_where_none_is_named(plumber, text):
    assert find_services(text, plumber) == []


def test_services_are_each_business_s_own(gardener):
    assert find_services("¿Podan árboles grandes?", gardener)[0].value == "trees"
    assert find_services("water heater installation", gardener) == []


@pytest.mark.parametrize(
    ("text", "place", "inside"),
    [
        ("How much in Madison?", "Madison, WI", True),
        ("do you serve middleton", "Middleton", True),
        ("I'm in Oregon", "Oregon", True),
        ("we live in Chicago", "Chicago, IL", False),
        ("Do you come out to Sun Prairie?", "Sun Prairie, WI", True),
        ("my zip is 53704", "53704", True),
        ("zip code 60601", "60601", False),
        ("I moved here from Austin, TX", "Austin, TX", False),
    ],
)
def test_place_and_service_area(plumber, text, place, inside):
    found = find_places(text, plumber)
    assert [(e.value["place"], e.value["inside"]) for e in found] == [(place, inside)]


@pytest.mark.parametrize(
    "text",
    [
        "I was reading your page",
        "call my mobile in May",
        "orange tiles in the bath",
        "May I ask something",
        "invoice 53999",
        "Hope this helps",
    ],
)
def test_ordinary_words_are_no_places(plumber, text):
    assert find_places(text, plumber) == []


def test_distance_is_told_in_kilometres(plumber):
    assert find_places("we live in Chicago", plumber)[0].value["distance_km"] == pytest.approx(197, abs=8)


def test_places_of_the_business_s_own_country(gardener):
    found = find_places("Vivo en Torrent", gardener)
    assert found[0].value["inside"] is True
    assert find_places("vivo en Sevilla", gardener)[0].value["inside"] is False


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("50 gallon heater for $1200", ["1200"]),
        ("my budget is 900", ["900"]),
        ("entre 300 y 500 dólares", ["500"]),
        ("I was charged $200 twice", []),
        ("a 40 gallon tank", []),
        ("call 608-555-0123", []),
    ],
)
def test_budget_needs_a_currency_or_a_budget_word(text, budget):
    assert [e.value for e in find_budget(text, "en")] == budget


def test_quantities_keep_their_unit():
    assert [e.value for e in find_quantities("a 50-gallon tank for 4 people")] == [
        {"number": 50, "unit": "gallon"},
        {"number": 4, "unit": "people"},
    ]


@pytest.mark.parametrize(
    ("text", "details"),
    [
        ("608-555-0123, name's Dana", {"phone": "+16085550123", "person_name": "Dana"}),
        ("it's Dana, dana@x.example", {"email": "dana@x.example", "person_name": "Dana"}),
        (
            "My name is Maria de la Cruz and my number is (608) 555-0199",
            {"phone": "+16085550199", "person_name": "Maria de la Cruz"},
        ),
        ("me llamo josé, mi correo es jose@correo.example", {"email": "jose@correo.example", "person_name": "José"}),
        ("Soy Ana Pérez", {"person_name": "Ana Pérez"}),
        ("Dana Smith\n608 555 0123", {"phone": "+16085550123", "person_name": "Dana Smith"}),
        ("I'm interested in a quote", {}),
        ("I'm Looking for a plumber", {}),
        ("it's Friday morning and it rains", {}),
        ("invoice 6085550123 is wrong", {}),
        ("order number 4155550123", {}),
    ],
)
def test_contact_details(text, details):
    assert {e.kind: e.value for e in find_contact(text, "US")} == details


def test_a_bare_name_counts_when_it_was_asked_for():
    history = [Said("ai", "Sure. What is your name and phone number?")]
    assert find_contact("dana smith", "US", history)[0].value == "Dana Smith"
    assert find_contact("dana smith", "US") == []


def test_opening_hours_are_no_service_billed_by_the_hour(plumber):
    assert all(e.value != "hourly_labor" for e in find_services("What are your hours on Sunday?", plumber))
