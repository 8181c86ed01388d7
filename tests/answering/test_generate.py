from dataclasses import replace

import pytest
from tests.answering.gate_world import ASKED, PASSAGES

from firstline.answering.generate import LLMComposer, repeats
from firstline.answering.port import CouldNotAnswer
from firstline.answering.tail import UNTOLD, Tail, TailFilter, uncited
from firstline.conversations.facts import Receipt, Sentence
from firstline.llm.errors import LLMTimeout, LLMUnavailable
from firstline.llm.fake import FakeLLM
from firstline.llm.gateway import Gateway
from firstline.llm.model import Limits
from firstline.llm.settings import LLMSettings
from firstline.llm.stub import StubServer

GOOD = 'A replacement runs $900 to $1,500.[1] Permits cost $75 [1].\nShall we call you?\n<<<{"confidence": 0.9, "risk": "low", "handoff": true}>>>'


class Extractive:
    """Stands in for the extractive composer: says these sentences."""

    name = "extractive"

    def __init__(self, *sentences, fails=None):
        self.sentences = sentences
        self.fails = fails
        self.asked = None

    async def compose(self, question, receipt):
        self.asked = question
        receipt.composer = self.name
        if self.fails:
            raise self.fails
        for sentence in self.sentences:
            yield sentence if isinstance(sentence, Sentence) else Sentence(sentence)


async def said(composer, question=ASKED):
    receipt = Receipt()
    return [s async for s in composer.compose(question, receipt)], receipt


async def test_sentences_come_without_marks_with_their_passages_and_the_tail_feeds_the_receipt():
    sentences, receipt = await said(LLMComposer(FakeLLM(GOOD), Extractive()))
    assert [s.text for s in sentences] == [
        "A replacement runs $900 to $1,500.",
        " Permits cost $75.",
        "\nShall we call you?",
    ]
    assert sentences[0].passages == (PASSAGES[0],)
    assert [s.kind for s in sentences] == ["estimate", "estimate", "answer"]
    assert (receipt.confidence, receipt.risk, receipt.composer, receipt.model) == (0.9, "low", "llm", "fake")
    assert receipt.tools == [{"name": "request_handoff", "by": "model"}]
    assert receipt.raw_response["text"] == GOOD
    assert receipt.raw_request["version"]
    assert receipt.tokens["output"] > 0


async def test_a_model_that_fails_at_once_leaves_the_turn_to_the_fallback():
    sentences, receipt = await said(LLMComposer(FakeLLM(LLMUnavailable("down")), Extractive("We are open.", " Ok.")))
    assert [s.text for s in sentences] == ["We are open.", " Ok."]
    assert receipt.composer == "extractive"
    assert receipt.rules == [{"rule": "llm_failed", "code": "llm_unavailable", "after_characters": 0}]


async def test_a_model_that_breaks_in_the_middle_is_finished_by_the_fallback_without_repeating():
    script = ["Permits cost $75. A replacement is half sai", LLMTimeout("gone")]
    fallback = Extractive(
        "Permits cost $75.", "Labor is guaranteed for 2 years.", Sentence("I don't know that.", kind="unknown")
    )
    sentences, receipt = await said(LLMComposer(FakeLLM(script), fallback))
    assert [s.text for s in sentences] == ["Permits cost $75.", " Labor is guaranteed for 2 years."]
    assert fallback.asked.already == "Permits cost $75."
    assert receipt.composer == "llm+extractive"
    assert receipt.rules[0]["code"] == "llm_timeout"


async def test_a_model_that_says_only_its_tail_is_silent():
    sentences, receipt = await said(LLMComposer(FakeLLM('<<<{"confidence": 0.1}>>>'), Extractive("Hello.")))
    assert [s.text for s in sentences] == ["Hello."]
    assert receipt.rules[0]["code"] == "llm_silent"


async def test_when_nobody_can_answer_it_says_so():
    composer = LLMComposer(FakeLLM(LLMUnavailable("down")), Extractive(fails=CouldNotAnswer("nothing")))
    with pytest.raises(CouldNotAnswer):
        await said(composer)


async def test_after_a_crash_the_model_goes_on_from_what_was_said_and_repeats_nothing():
    llm = FakeLLM("Permits cost $75. Shall we call you?")
    sentences, _ = await said(LLMComposer(llm, Extractive()), replace(ASKED, already="Permits cost $75."))
    assert [s.text for s in sentences] == [" Shall we call you?"]
    messages = llm.prompts[0].messages
    assert (messages[-2].role, messages[-2].text) == ("assistant", "Permits cost $75.")
    assert "interrupted" in messages[-1].text


async def test_leaving_the_turn_closes_the_call():
    composer = LLMComposer(FakeLLM("One. Two. Three."), Extractive())
    sentences = composer.compose(ASKED, Receipt())
    async for _ in sentences:
        break
    await sentences.aclose()


@pytest.mark.parametrize("mode", ["error", "rate_limited", "malformed", "broken", "stuck", "empty", "slow"])
async def test_a_real_server_that_fails_in_any_way_never_leaves_the_turn_without_an_end(mode):
    async with StubServer(mode=mode, delay_s=0.5) as stub:
        gateway = Gateway.from_settings(LLMSettings.from_env({"FIRSTLINE_LLM": f"{stub.base_url}#m"}))
        limits = Limits(0.5, 0.1, 0.1, 1.0)

        class Hurried:
            def stream(self, prompt, purpose="answer", _limits=None):
                return gateway.stream(prompt, purpose, limits)

        sentences, receipt = await said(LLMComposer(Hurried(), Extractive("We are open today.")))
        await gateway.aclose()
    assert sentences[-1].text.strip() == "We are open today."
    assert receipt.rules[0]["rule"] == "llm_failed"


@pytest.mark.parametrize("size", [1, 2, 5, 500])
def test_the_tail_is_kept_back_however_it_is_cut(size):
    text = 'a < b << c.\n<<<{"confidence": 2, "risk": "odd"}>>> more'
    tail = TailFilter()
    out = "".join(tail.feed(text[i : i + size]) for i in range(0, len(text), size)) + tail.flush()
    assert out == "a < b << c.\n"
    assert tail.tail() == Tail(1.0, "medium", handoff=False)


@pytest.mark.parametrize("text", ["", "no tail", "<<<", "<<<{broken", '<<<{"confidence": "x"}>>>', "<<<[1]>>>"])
def test_a_tail_that_cannot_be_read_says_nothing(text):
    tail = TailFilter()
    tail.feed(text)
    assert tail.tail() == UNTOLD


def test_citations_name_only_passages_that_exist_and_may_support():
    text, cited = uncited("One [1, 9][6] and two [2].", PASSAGES)
    assert text == "One and two."
    assert cited == (PASSAGES[0], PASSAGES[1])  # 6 is below the floor, 9 does not exist


def test_what_was_said_already_is_known_in_other_words_too():
    assert repeats("We open at 7:30 a.m.", "Our doors open at 7:30 am every weekday. Ok.")
    assert repeats("permits cost $75", "Permits cost $75.")
    assert not repeats("Labor is guaranteed.", "Permits cost $75.")
    assert not repeats("Anything.", "")
