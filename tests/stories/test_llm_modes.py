"""Whatever the model's server does, the customer's question ends in one good answer: over HTTP, against the real process."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from tests.stories.world import Stub, World

from firstline.llm.stub_replies import NORMAL, REFUSAL

WRITTEN = NORMAL.partition("\n<<<")[0]
QUESTION = "How long does a water heater replacement take?"
FACT = "two to four hours"  # stands in the FAQ


@pytest.fixture(scope="module")
def world(new_world: Callable[..., World], stub: Stub) -> World:
    return new_world(FIRSTLINE_LLM=stub.route).start("serve")


@pytest.fixture
def model(stub: Stub, world: World) -> Iterator[Stub]:
    """The stub in good health: one good answer closes the gateway's breaker whatever was before."""
    stub.server.mode, stub.server.token_s, stub.server.retry_after_s, stub.server.delay_s = "normal", 0.0, 0, 1.0
    said(world, "Do you work on Sundays in Madison, and what should I tell you first?")
    stub.server.requests.clear()
    yield stub
    stub.server.mode = "normal"


def said(world: World, question: str) -> dict[str, Any]:
    """One question of a new visitor, streamed; what the stream said and what is kept."""
    with httpx.Client(base_url=world.url, timeout=60, trust_env=False) as http:
        business = http.get("/chat/business/acme-plumbing").json()["id"]
        body = {"business_id": business, "conversation_id": None, "message": question}
        events: list[tuple[str, dict[str, Any]]] = []
        with http.stream("POST", "/chat/message", json=body, headers={"Accept": "text/event-stream"}) as response:
            kind = ""
            for line in response.iter_lines():
                if line.startswith("event: "):
                    kind = line[7:]
                elif line.startswith("data: "):
                    events.append((kind, json.loads(line[6:])))
    kept = world.admin().get(f"/conversations/{events[0][1]['conversation_id']}")
    replies = [m for m in kept["messages"] if m["sender_type"] == "ai"]
    deltas = [data for kind, data in events if kind == "delta"]
    assert events[-1][0] == "done"
    assert [m["state"] for m in replies] == ["complete"]
    assert kept["status"] == "active"
    shown = ""
    for delta in deltas:  # every delta fits where the last one ended
        assert delta["at"] == len(shown)
        shown += delta["text"]
    assert shown.strip() == replies[0]["text"].strip()
    return {"text": replies[0]["text"], "receipt": replies[0]["receipt"], "kept": kept}


@pytest.mark.parametrize("mode", ["normal", "slow"])
def test_what_the_model_writes_is_said(model: Stub, world: World, mode: str) -> None:
    model.server.mode = mode
    answer = said(world, QUESTION)
    assert answer["text"].strip() == WRITTEN
    assert answer["receipt"]["composer"] == "llm"
    assert "<<<" not in answer["text"]


@pytest.mark.parametrize("mode", ["malformed", "rate_limited", "error", "unauthorized", "empty"])
def test_a_model_that_says_nothing_usable_is_replaced_by_the_knowledge_itself(
    model: Stub, world: World, mode: str
) -> None:
    model.server.mode = mode
    answer = said(world, QUESTION)
    assert model.server.requests, "the model was not even asked"
    assert FACT in answer["text"].lower()
    assert answer["receipt"]["composer"] == "extractive"


def test_a_refusal_of_the_models_provider_is_not_shown(model: Stub, world: World) -> None:
    model.server.mode = "refusing"
    answer = said(world, QUESTION)
    assert REFUSAL not in answer["text"]
    assert FACT in answer["text"].lower()


@pytest.mark.parametrize("mode", ["broken", "stuck"])
def test_what_was_said_before_the_line_broke_stays_and_the_knowledge_finishes_it(
    model: Stub, world: World, mode: str
) -> None:
    model.server.mode = mode
    answer = said(world, QUESTION)
    first = WRITTEN.split("! ")[0] + "!"
    assert answer["text"].startswith(first)
    assert answer["text"].count(first) == 1
    assert FACT in answer["text"].lower()
    assert answer["receipt"]["composer"] == "llm+extractive"
    assert answer["text"].rstrip()[-1] in ".!?"
