import asyncio

import httpx
import pytest
import pytest_asyncio

from firstline.llm.errors import LLMError, LLMMalformed, LLMRefused, LLMTimeout, LLMUnavailable
from firstline.llm.gateway import Gateway
from firstline.llm.model import Limits, Prompt, PromptMessage
from firstline.llm.route import parse_routes
from firstline.llm.sdk import ThroughSDK
from firstline.llm.settings import LLMSettings
from firstline.llm.stub import StubServer
from firstline.llm.stub_replies import INSTANT, NORMAL

PROMPT = Prompt("You are brief.", (PromptMessage("user", "hello there"),), "test-1")
QUICK = Limits(connect_s=0.5, first_token_s=0.15, between_tokens_s=0.15, whole_s=1.0)


@pytest_asyncio.fixture
async def stub():
    async with StubServer(delay_s=0.6) as server:
        yield server


class Made:
    """A gateway over routes to the stub (each named by its mode), with what it recorded."""

    def __init__(self, stub: StubServer, *modes: str) -> None:
        routes = ",".join(m if m.startswith("http") else f"openai:{m}@{stub.base_url}" for m in modes)
        self.calls = []
        self.gateway = Gateway.from_settings(LLMSettings.from_env({"FIRSTLINE_LLM": routes}), self.calls.append)

    async def text(self, limits=QUICK):
        stream = self.gateway.stream(PROMPT, "answer", limits)
        out = "".join([t async for t in stream])
        return out, stream.usage

    @property
    def outcomes(self):
        return [c.outcome for c in self.calls]


async def test_streams_the_tokens_and_says_what_it_took(stub):
    made = Made(stub, "normal")
    text, usage = await made.text()
    assert text == NORMAL
    assert usage.input_tokens == 100
    assert usage.output_tokens > 10
    assert usage.cost is None
    assert usage.ms >= usage.first_token_ms > 0
    assert made.outcomes == ["ok"]
    assert stub.requests[0]["messages"] == [
        {"role": "system", "content": "You are brief."},
        {"role": "user", "content": "hello there"},
    ]


async def test_the_instant_mode_gives_fifty_tokens(stub):
    made = Made(stub, "instant")
    stream = made.gateway.stream(PROMPT)
    assert [t async for t in stream] == list(INSTANT)
    assert len(INSTANT) == 50


@pytest.mark.parametrize("first", ["rate_limited", "error", "unauthorized", "malformed", "empty", "slow"])
async def test_a_route_that_fails_before_its_first_token_is_replaced_by_the_next(stub, first):
    made = Made(stub, first, "normal")
    text, usage = await made.text()
    assert text == NORMAL
    assert usage.model.startswith("openai:normal@")
    assert made.outcomes[1] == "ok"


async def test_nobody_listening_is_unavailable_and_replaced(stub):
    made = Made(stub, "http://127.0.0.1:9/v1#m", "normal")
    assert (await made.text())[0] == NORMAL


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("rate_limited", LLMUnavailable),
        ("error", LLMUnavailable),
        ("malformed", LLMMalformed),
        ("empty", LLMMalformed),
        ("slow", LLMTimeout),
        ("refusing", LLMRefused),
    ],
)
async def test_each_way_of_failing_has_its_own_error(stub, mode, error):
    with pytest.raises(error):
        await Made(stub, mode).text()


@pytest.mark.parametrize(("mode", "error"), [("broken", LLMUnavailable), ("stuck", LLMTimeout)])
async def test_after_the_first_token_no_other_route_is_tried(stub, mode, error):
    made = Made(stub, mode, "normal")
    heard = []
    with pytest.raises(error):
        async for token in made.gateway.stream(PROMPT, "answer", QUICK):
            heard.append(token)
    assert heard
    assert NORMAL.startswith("".join(heard))
    assert len(made.calls) == 1


async def test_asking_for_the_whole_may_change_route_in_the_middle(stub):
    made = Made(stub, "broken", "normal")
    text, usage = await made.gateway.ask(PROMPT, "judge", QUICK)
    assert text == NORMAL
    assert usage.model.startswith("openai:normal@")


async def test_retry_after_lets_the_route_rest_at_once(stub):
    made = Made(stub, "rate_limited", "normal")
    await made.text()
    await made.text()
    assert made.outcomes == ["llm_unavailable", "ok", "ok"]


async def test_when_every_route_rests_it_says_so_at_once(stub):
    made = Made(stub, "rate_limited")
    with pytest.raises(LLMUnavailable):
        await made.text()
    with pytest.raises(LLMUnavailable, match="resting"):
        await made.text()
    assert len(stub.requests) == 1


async def test_the_whole_call_is_limited_over_all_routes(stub):
    made = Made(stub, "slow", "slow", "slow")
    limits = Limits(connect_s=0.5, first_token_s=5, between_tokens_s=5, whole_s=0.2)
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(LLMTimeout):
        await made.text(limits)
    assert loop.time() - began < 0.5


async def test_leaving_early_ends_the_call_and_is_recorded_as_cancelled(stub):
    stub.token_s = 0.02
    made = Made(stub, "normal")
    stream = made.gateway.stream(PROMPT)
    async for _ in stream:
        break
    await stream.aclose()
    await stream.aclose()
    assert made.outcomes == ["cancelled"]


async def test_no_route_is_unavailable():
    with pytest.raises(LLMUnavailable):
        await Gateway([]).ask(PROMPT, "test")


async def test_a_route_through_the_sdk_speaks_the_same_language():
    from pydantic_ai.exceptions import ModelHTTPError
    from pydantic_ai.models.function import FunctionModel

    async def good(_messages, _info):
        yield "Hello "
        yield "there."

    async def bad(_messages, _info):
        raise ModelHTTPError(529, "claude", "overloaded")
        yield ""

    (route,) = parse_routes("anthropic:claude-x")
    calls = []
    ways = [ThroughSDK(route, "k", FunctionModel(stream_function=f)) for f in (bad, good)]
    text, usage = await Gateway(ways, calls.append).ask(PROMPT, "answer")
    assert text == "Hello there."
    assert usage.output_tokens > 0
    assert [c.outcome for c in calls] == ["llm_unavailable", "ok"]


async def test_the_stub_answers_whole_bodies_and_scripts(stub):
    stub.replies = ["one", "two"]
    async with httpx.AsyncClient() as client:
        for expected in ("one", "two", "two"):
            body = {"model": "scripted", "messages": []}
            answer = await client.post(f"{stub.base_url}/chat/completions", json=body)
            assert answer.json()["choices"][0]["message"]["content"] == expected


def test_every_error_says_its_code_and_route():
    for kind in (LLMUnavailable, LLMTimeout, LLMRefused, LLMMalformed):
        assert issubclass(kind, LLMError)
        assert "openai:x" in str(kind("why", route="openai:x"))


async def test_a_connection_is_used_again(stub):
    made = Made(stub, "normal")
    for _ in range(3):
        await made.text()
    assert stub.connections == 1
