"""The words of a hand-over: honest about who comes and when, asking only for what is missing."""

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from importlib import resources
from uuid import UUID

import pytest

from firstline.conversations.facts import Entity, Hit, Reading, Verdict
from firstline.escalation.texts import (
    acknowledgement,
    contact_line,
    handover_parts,
    handover_text,
    notice,
    offer_text,
    safety_text,
    who_comes_and_when,
)
from firstline.tenancy.model import Business, EmergencyLine, Guardrails, Holiday, Interval

WEEK = {day: (Interval("08:00", "12:00"), Interval("13:00", "17:00")) for day in ("mon", "tue", "wed", "thu", "fri")}
SHOP = Business(UUID(int=1), "Hartley Gardens", "hartley", timezone="Europe/Madrid", country="ES", business_hours=WEEK)
OPEN = datetime(2026, 2, 18, 9, 0, tzinfo=UTC)  # Wednesday 10:00 in Madrid
LATE = datetime(2026, 2, 20, 20, 0, tzinfo=UTC)  # Friday 21:00
EN, ES = Reading("en"), Reading("es")


@dataclass(frozen=True)
class Known:
    name: str | None = None
    email: str | None = None
    phone: str | None = None


def forced(code: str, priority: str = "normal") -> Verdict:
    return Verdict().because(Hit(code, "auto_escalate", code, priority=priority))  # type: ignore[arg-type]


def test_open_and_nobody_online_says_until_when() -> None:
    text = handover_text(SHOP, EN, forced("complaint"), now=OPEN, contact=Known(), someone_online=False)
    assert text.startswith("I'm sorry to hear this")
    assert "open until 12:00 today" in text
    assert text.endswith("What is your name, and the best phone number or email to reach you?")


def test_closed_says_the_computed_next_opening_in_both_languages() -> None:
    assert "open on Monday at 8:00" in handover_text(
        SHOP, EN, forced("legal"), now=LATE, contact=Known(), someone_online=False
    )
    assert "abren el lunes a las 8:00" in handover_text(
        SHOP, ES, forced("legal"), now=LATE, contact=Known(), someone_online=False
    )
    holiday = replace(SHOP, holidays=(Holiday({"en": "Feast"}, date(2026, 2, 23), None),))
    assert "open on Tuesday at 8:00" in handover_text(
        holiday, EN, forced("legal"), now=LATE, contact=Known(), someone_online=False
    )


def test_somebody_online_is_said_without_a_time() -> None:
    text = handover_text(
        SHOP, EN, forced("asks_for_person"), now=OPEN, contact=Known(phone="+34600000000"), someone_online=True
    )
    assert "connecting you to a person from Hartley Gardens" in text
    assert "until" not in text


def test_an_accepted_offer_and_a_failure_are_acknowledged_honestly() -> None:
    accepted = Verdict().because(Hit("offer_accepted", "auto_escalate", "unanswered"))
    assert acknowledgement(SHOP, EN, accepted) == "All right."
    failed = Verdict().because(Hit("could_not_answer", "auto_escalate", "model_timeout"))
    assert "can't answer this properly" in acknowledgement(SHOP, EN, failed)


def test_only_missing_contact_is_asked_for() -> None:
    assert "name" in contact_line(SHOP, EN, Known())
    assert "name" not in contact_line(SHOP, EN, Known(name="Ana"))
    assert contact_line(SHOP, EN, Known(email="a@b.es")) == "We'll use the email address you gave us."
    assert contact_line(SHOP, EN, Known(email="a@b.es"), urgent=True).endswith("call you on?")
    assert "?" not in contact_line(SHOP, ES, Known(phone="+34600000000"), urgent=True)


@pytest.mark.parametrize(
    ("country", "number"), [("US", "911"), ("ES", "112"), ("GB", "999"), ("AU", "000"), ("XX", None)]
)
def test_the_safety_line_names_the_countrys_number(country: str, number: str | None) -> None:
    text = safety_text(replace(SHOP, country=country), EN, OPEN)
    assert re.findall(r"\d+", text) == ([number] if number else [])


def test_the_emergency_line_is_named_with_its_own_hours() -> None:
    line = EmergencyLine("+1 608 555 0199", {"sat": (Interval("00:00", "24:00"),)})
    shop = replace(SHOP, emergency_line=line)
    verdict = forced("emergency", "urgent")
    text = handover_text(shop, EN, verdict, now=LATE, contact=Known(), someone_online=False)
    assert "call 112 now" in text
    assert "answered again tomorrow at 0:00" in text
    assert text.endswith("What is the best phone number to call you on?")


def test_a_language_that_is_not_allowed_gets_the_businesss() -> None:
    only_en = replace(SHOP, guardrails=Guardrails(languages_allowed=("en",)))
    assert offer_text(only_en, ES, Verdict()).startswith("Would you like")
    assert offer_text(SHOP, Reading("fr"), Verdict()).startswith("Would you like")


def test_without_hours_nothing_is_said_about_time() -> None:
    bare = replace(SHOP, business_hours={})
    text = handover_text(bare, EN, forced("fraud"), now=LATE, contact=Known(phone="+34600000000"), someone_online=False)
    assert "A person will answer you." in text
    assert who_comes_and_when(bare, EN, LATE, someone_online=False) == "A person has been told."


def test_notices_name_the_agent_and_the_business() -> None:
    assert (
        notice(SHOP, "joined", language="en", agent="Sarah") == "You're now chatting with Sarah from Hartley Gardens."
    )


def test_every_text_is_there_in_both_languages_and_never_says_soon() -> None:
    raw = tomllib.loads(resources.files("firstline.escalation").joinpath("data/texts.toml").read_text("utf-8"))

    def walk(node: dict[str, object]) -> None:
        if all(isinstance(v, str) for v in node.values()):
            assert set(node) == {"en", "es"}, node
            assert not re.search(r"\bsoon\b|\bpronto\b|momentito|shortly|en breve", " ".join(map(str, node.values())))
            fields = [set(re.findall(r"\{(\w+)\}", str(v))) for v in node.values()]
            assert fields[0] == fields[1]
        else:
            for value in node.values():
                walk(value)  # type: ignore[arg-type]

    walk(raw)


def test_an_emergency_is_said_in_order_and_never_put_off_while_the_line_is_answered() -> None:
    always = {day: (Interval("00:00", "24:00"),) for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    shop = replace(SHOP, country="US", emergency_line=EmergencyLine("+16085550199", always))
    first, rest = handover_parts(
        shop, EN, forced("emergency", "urgent"), now=LATE, contact=Known(), someone_online=False
    )
    assert first.index("911") < first.index("(608) 555-0199")
    assert "alerted the team" in rest
    assert "closed" not in rest


def test_an_emergency_without_a_line_names_the_phone_while_open() -> None:
    shop = replace(SHOP, country="US", phone="+16085550142")
    assert "(608) 555-0142" in safety_text(shop, EN, OPEN)
    assert "(608) 555-0142" not in safety_text(shop, EN, LATE)


def test_an_offer_asks_for_contact_only_when_none_is_known() -> None:
    above = Verdict().because(Hit("price_kept_back", "offer_escalation", "price_above_threshold"))
    assert "phone number or email" in offer_text(SHOP, EN, above, Known())
    assert "phone number or email" not in offer_text(SHOP, EN, above, Known(phone="+34600000000"))


def test_contact_told_in_this_message_is_not_asked_for_again() -> None:
    told = Reading("en", entities=(Entity("phone", "600 00 00 00", 0, 12, "+34600000000"),))
    line = contact_line(SHOP, told, Known())
    assert "600" in line
    assert "?" not in line
