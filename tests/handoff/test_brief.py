"""The brief: the spec's fields, useful to whoever takes over, and nothing made up."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from importlib import resources
from typing import Any
from uuid import UUID

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstline.conversations.facts import FLAGS, Passage
from firstline.conversations.model import Conversation, Message
from firstline.handoff.brief import BriefIntent, Person, compose_brief
from firstline.kit.ids import new_id
from firstline.tenancy.model import Business, ChatConfig, Service

AT = datetime(2026, 2, 18, 16, 0, tzinfo=UTC)
SCHEMA = json.loads(
    resources.files("firstline.handoff").joinpath("data/handoff_context.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema_rs.Draft202012Validator(SCHEMA, validate_formats=True)
HEATER = Service(new_id(), "wh", {"en": "Water heater replacement", "es": "Cambio de calentador"})
SHOP = Business(new_id(), "B", "b", timezone="America/Chicago", services=(HEATER,))
DANA = Person(new_id(), "Dana Reyes", None, "+16085550100")


def conversation(**values: Any) -> Conversation:
    base: dict[str, Any] = dict.fromkeys(Conversation.__dataclass_fields__)
    base |= {
        "business_id": SHOP.id,
        "id": new_id(),
        "status": "waiting_human",
        "priority": "normal",
        "escalation_state": {"type": "forced", "reason": None, "score": 1.0, "human_agent_id": None},
        "last_message_at": AT,
    }
    return Conversation(**{**base, **values})


def said(text: str, who: str = "customer", **rest: Any) -> Message:
    return Message(SHOP.id, new_id(), new_id(), None, who, None, None, 1, text, AT, **rest)


def brief(
    texts: Sequence[Message],
    intents: Sequence[BriefIntent],
    *,
    shop: Business = SHOP,
    person: Person | None = DANA,
    passages: Sequence[Mapping[str, Any]] = (),
    **values: Any,
) -> dict[str, Any]:
    made = compose_brief(
        conversation=conversation(**values),
        business=shop,
        customer=person,
        messages=texts,
        intents=intents,
        passages=passages,
    )
    assert [error.message for error in VALIDATOR.iter_errors(made)] == []
    json.dumps(made)
    return made


QUOTE = BriefIntent(
    "request_quote",
    0.91,
    {
        "service_type": "wh",
        "location": {"place": "Madison", "inside": True},
        "preferred_datetime": "2026-02-20T10:00:00-06:00",
        "budget": "1200",
    },
)


def test_a_quote_says_what_where_when_and_for_how_much() -> None:
    made = brief([said("How much to replace my 50 gallon gas water heater?"), said("Between…", "ai")], [QUOTE])
    assert made["summary"] == (
        "Dana Reyes needs a quote for Water heater replacement in Madison, Friday, February 20, 10:00 AM, budget $1,200. "
        "In their words: “How much to replace my 50 gallon gas water heater?”"
    )
    assert made["service"] == {"code": "wh", "name": "Water heater replacement"}
    assert made["place"] == {"text": "Madison", "inside": True}
    assert made["budget"] == {"amount": "1200", "currency": "USD"}
    assert made["missing_questions"] == []
    assert any("venting" in step for step in made["ai_suggested_next_steps"])


def test_the_words_are_in_the_businesss_language_whatever_the_customers() -> None:
    shop = replace(SHOP, chat_config=ChatConfig(default_language="es"))
    made = brief([said("How much?")], [QUOTE], shop=shop, language="en")
    assert made["summary"].startswith(
        "Dana Reyes necesita un presupuesto para Cambio de calentador en Madison, viernes 20 de febrero"
    )
    assert made["language"] == "en"


def test_a_complaint_names_the_sentence_that_was_one() -> None:
    upset = said("The tech left a mess and didn't fix the problem.")
    intents = [
        BriefIntent("ask_hours", 0.9, message_id=new_id()),
        BriefIntent("complaint", 0.7, flags=frozenset({"complaint"}), message_id=upset.id),
        BriefIntent("other", 0.3, message_id=new_id()),
    ]
    made = brief([said("Are you open on the whole long weekend or not at all, please?"), upset], intents, person=None)
    assert made["summary"].startswith("The customer complains. In their words: “The tech left a mess")
    assert made["urgency"] == "high"
    assert made["contact"] == {"reachable": False, "missing": ["contact", "name"]}
    assert made["detected_intents"][0] == {"name": "ask_hours", "confidence": 0.9}


@pytest.mark.parametrize(
    ("values", "flags", "when", "urgency"),
    [
        ({}, frozenset(), "", "normal"),
        ({"priority": "urgent"}, frozenset(), "", "urgent"),
        ({}, frozenset({"emergency"}), "", "urgent"),
        ({}, frozenset(), "2026-02-18T18:00:00-06:00", "high"),
        ({}, frozenset(), "2026-03-18T18:00:00-06:00", "normal"),
        ({}, frozenset(), "as soon as it stops raining", "normal"),
    ],
)
def test_urgency_follows_priority_flags_and_the_wished_time(
    values: dict[str, Any], flags: frozenset[str], when: str, urgency: str
) -> None:
    intent = BriefIntent("book_service", 0.8, {"preferred_datetime": when}, flags)
    assert brief([said("hello")], [intent], **values)["urgency"] == urgency


def test_only_what_is_missing_is_asked() -> None:
    made = brief([said("I want a visit")], [BriefIntent("book_service", 0.8)], person=Person(email="d@example.com"))
    assert len(made["missing_questions"]) == 4
    billing = brief([said("invoice INV-20417 is wrong")], [BriefIntent("billing_issue", 0.8)])
    assert billing["missing_questions"] == []


def test_passages_are_shortened_and_shown_once() -> None:
    row = {"title": "Prices", "text": "word " * 200}
    passage = Passage(new_id(), new_id(), "FAQ", "", "long", answer="Yes, on Saturdays too.")
    made = brief([said("x")], [], passages=[row, row, {"title": "empty", "text": " "}])
    assert len(made["kb_snippets"]) == 1
    assert len(made["kb_snippets"][0]["snippet"]) <= 300
    mixed = compose_brief(
        conversation=conversation(), business=SHOP, customer=None, messages=[], intents=[], passages=[passage]
    )
    assert mixed["kb_snippets"] == [{"title": "FAQ", "snippet": "Yes, on Saturdays too."}]


def test_an_unknown_service_is_named_in_the_customers_words_and_photos_are_passed_on() -> None:
    photo = {"id": "1", "type": "image", "url": "/a/1", "mime_type": "image/png"}
    made = brief(
        [said("look", attachments=[photo])], [BriefIntent("request_quote", 0.8, {"service_type": "pool_repair"})]
    )
    assert made["service"] == {"code": None, "name": "pool repair"}
    assert made["photos"] == ["/a/1"]


VALUES = (
    st.none()
    | st.text(max_size=12)
    | st.integers()
    | st.dictionaries(st.sampled_from(["place", "value", "x"]), st.text(max_size=5))
)
INTENTS = st.builds(
    BriefIntent,
    name=st.sampled_from(["ask_hours", "request_quote", "own_intent", "other"]),
    confidence=st.floats(0, 1),
    entities=st.dictionaries(
        st.sampled_from(["service_type", "location", "preferred_datetime", "budget", "odd"]), VALUES
    ),
    flags=st.frozensets(st.sampled_from(sorted(FLAGS)), max_size=3),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=300), max_size=4), st.lists(INTENTS, max_size=4))
def test_any_conversation_gives_a_valid_brief(texts: list[str], intents: list[BriefIntent]) -> None:
    made = brief([said(text) for text in texts], intents, person=None)
    assert made["summary"]
    assert Decimal(made["budget"]["amount"]) is not None if made["budget"] else True
    assert UUID(made["conversation_id"])
