"""Profiles from documents: what is right is written, what is wrong is named by its field."""

import json
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.escalation.defaults import default_triggers
from firstline.ground.errors import Conflict, Invalid
from firstline.ground.tenant import Door
from firstline.tenancy.creating import create_business
from firstline.tenancy.importing import check_profile
from firstline.tenancy.profile import Profiles

EXAMPLES = Path(__file__).parents[2] / "examples"


def _errors(document: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Invalid) as caught:
        check_profile(document)
    return {e["field"]: e["message"] for e in caught.value.errors}


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/business.json")), ids=lambda p: p.parent.name)
async def test_every_example_business_is_created_whole(door: Door, path: Path) -> None:
    document = json.loads(path.read_text("utf-8"))
    slug = path.parent.name
    made = await create_business(
        door, name="N", slug=slug, timezone="America/Chicago", triggers=default_triggers(), document=document
    )
    read = await Profiles(door).find(slug)
    assert read == made
    assert read.name == "N"
    assert len(read.holidays) == len(document["holidays"])
    assert len(read.offered) == len(document["services"])
    assert len(read.services) == len(document["services"]) + len(document["not_offered"])
    assert read.services[0].price_low == Decimal(document["services"][0]["price_low"])
    assert read.guardrails.max_quote_without_approval == Decimal(
        str(document["guardrails"]["max_quote_without_approval"])
    )
    assert [t.code for t in read.triggers] == [t.code for t in default_triggers()]


async def test_a_taken_slug_is_a_conflict(door: Door) -> None:
    await create_business(door, name="A", slug="taken", timezone="UTC")
    with pytest.raises(Conflict) as caught:
        await create_business(door, name="B", slug="taken", timezone="UTC")
    assert caught.value.code == "slug_taken"


async def test_a_business_without_a_document_has_guardrails_and_triggers(door: Door) -> None:
    made = await create_business(door, name="A", slug="bare", timezone="Europe/Madrid", triggers=default_triggers("es"))
    assert made.guardrails.languages_allowed == ("en", "es")
    assert len(made.triggers) == len(default_triggers())


async def test_a_wrong_document_leaves_no_half_business(door: Door) -> None:
    with pytest.raises(Invalid):
        await create_business(
            door,
            name="A",
            slug="half",
            timezone="UTC",
            document={"services": [{"name": {"en": "x"}, "price_low": "-1"}]},
        )
    assert await door.lookup("SELECT * FROM lookup_business('half')") == []


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"business": {"business_hours": {"mon": [{"open": "8:00", "close": "12:00"}]}}}, "business.business_hours.mon[0].open"),
        ({"business": {"business_hours": {"mon": [{"open": "08:00", "close": "24:01"}]}}}, "business.business_hours.mon[0].close"),
        ({"business": {"business_hours": {"mon": [{"open": "24:00", "close": "24:00"}]}}}, "business.business_hours.mon[0].open"),
        ({"business": {"business_hours": {"monday": []}}}, "business.business_hours.monday"),
        (
            {"business": {"business_hours": {"mon": [{"open": "08:00", "close": "12:00"}, {"open": "11:00", "close": "13:00"}]}}},
            "business.business_hours.mon",
        ),
        ({"business": {"timezone": "Mars/Olympus"}}, "business.timezone"),
        ({"business": {"timezone": "../../etc/passwd"}}, "business.timezone"),
        ({"business": {"currency": "usd"}}, "business.currency"),
        ({"business": {"currency": "ZZZ"}}, "business.currency"),
        ({"business": {"country": "XQ"}}, "business.country"),
        ({"business": {"phone": "608-555-0142"}}, "business.phone"),
        ({"business": {"phone": "+1"}}, "business.phone"),
        ({"business": {"email": "nobody"}}, "business.email"),
        ({"business": {"website": "javascript:alert(1)"}}, "business.website"),
        ({"business": {"allowed_origins": ["https://a.example/path"]}}, "business.allowed_origins[0]"),
        ({"business": {"allowed_origins": ["https://a.example;script-src *"]}}, "business.allowed_origins[0]"),
        ({"business": {"name": ""}}, "business.name"),
        ({"business": {"name": "a\x00b"}}, "business.name"),
        ({"business": {"slug": "A B"}}, "business.slug"),
        ({"business": {"status": "active"}}, "business.status"),
        ({"business": {"chat_config": {"guardrails_profile": "wild"}}}, "business.chat_config.guardrails_profile"),
        ({"business": {"emergency_line": {"hours": {}}}}, "business.emergency_line.phone"),
        ({"services": [{"name": {"en": "x"}, "price_low": "20", "price_high": "10"}]}, "services[0].price_low"),
        ({"services": [{"name": {"en": "x"}, "price_low": "1.005"}]}, "services[0].price_low"),
        ({"services": [{"name": {"en": "x"}, "price_low": "NaN"}]}, "services[0].price_low"),
        ({"services": [{"name": {}}]}, "services[0].name"),
        ({"services": [{"code": "a", "name": {"en": "x"}}, {"code": "a", "name": {"en": "y"}}]}, "services[1].code"),
        ({"holidays": [{"name": {"en": "x"}, "date": "2026-02-29"}]}, "holidays[0].date"),
        ({"holidays": [{"name": {"en": "x"}, "yearly": "02-30"}]}, "holidays[0].yearly"),
        ({"holidays": [{"name": {"en": "x"}}]}, "holidays[0]"),
        ({"guardrails": {"allowed_discount_percent": 101}}, "guardrails.allowed_discount_percent"),
        ({"guardrails": {"languages_allowed": []}}, "guardrails.languages_allowed"),
        ({"guardrails": {"enabled_tools": ["rm"]}}, "guardrails.enabled_tools[0]"),
        ({"triggers": [{"code": "custom", "condition": {"expression": "true"}, "action": {"type": "shout"}}]}, "triggers[0].action.type"),
        ({"nonsense": 1}, "document.nonsense"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(document: dict[str, Any], field: str) -> None:
    assert field in _errors(document)


def test_all_wrong_fields_are_named_at_once() -> None:
    assert set(_errors({"business": {"timezone": "x", "currency": "y"}, "holidays": 3})) == {
        "business.timezone",
        "business.currency",
        "holidays",
    }


def test_a_night_shift_and_a_whole_day_are_right() -> None:
    hours = {
        "fri": [{"open": "08:00", "close": "12:00"}, {"open": "22:00", "close": "02:00"}],
        "sat": [{"open": "00:00", "close": "24:00"}],
    }
    assert check_profile({"business": {"business_hours": hours}}).columns["business_hours"] == hours


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["business", "holidays", "services", "not_offered", "guardrails", "triggers"]),
        JSON
        | st.lists(st.dictionaries(st.sampled_from(["name", "date", "hours", "price_low", "aliases", "action", "condition"]), JSON), max_size=2)
        | st.dictionaries(st.sampled_from(["business_hours", "emergency_line", "chat_config", "address", "chips", "enabled_tools", "timezone", "phone"]), JSON),
    )
)  # fmt: skip
def test_no_document_breaks_the_checks(document: dict[str, Any]) -> None:
    with suppress(Invalid):
        check_profile(document)
