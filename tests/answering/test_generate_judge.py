import pytest
from tests.answering.gate_world import ASKED

from firstline.answering.judge import LLMJudge
from firstline.llm.errors import LLMUnavailable
from firstline.llm.fake import FakeLLM
from firstline.llm.gateway import Gateway
from firstline.llm.settings import LLMSettings
from firstline.llm.stub import StubServer

DRAFT = "A heater runs $900 to $1,500. We promise it lasts. Shall we call you?"


async def judged(reply, *, generated=True):
    return await LLMJudge(FakeLLM(reply)).judge(DRAFT, ASKED, generated=generated)


async def test_an_allowed_draft_stays_as_it_is():
    verdict = await judged('{"verdict": "allow", "policy": "none", "remove": [], "reason": "fine"}')
    assert (verdict.verdict, verdict.text) == ("allow", DRAFT)


async def test_redacting_takes_out_whole_sentences_and_changes_no_word():
    verdict = await judged(
        'Sure: {"verdict": "redact", "policy": "commitment", "remove": [2, 77], "reason": "promise"}'
    )
    assert verdict.text == "A heater runs $900 to $1,500. Shall we call you?"
    assert verdict.as_receipt()["removed"] == [2]


@pytest.mark.parametrize("removed", ["[]", "[1, 2, 3]", '"all"', "[true]"])
async def test_a_redaction_that_leaves_nothing_or_takes_nothing_is_handed_off(removed):
    verdict = await judged(f'{{"verdict": "redact", "policy": "tone", "remove": {removed}}}')
    assert (verdict.verdict, verdict.text) == (
        ("hand_off", "") if removed != "[true]" else (verdict.verdict, verdict.text)
    )


async def test_handing_off_shows_nothing():
    verdict = await judged('{"verdict": "hand_off", "policy": "unsafe", "reason": "gas"}')
    assert (verdict.verdict, verdict.policy, verdict.text) == ("hand_off", "unsafe", "")


@pytest.mark.parametrize("reply", ["no json", "{broken", '{"verdict": "maybe"}', "[]", LLMUnavailable("down")])
async def test_without_a_readable_verdict_generated_text_goes_to_a_person_and_quoted_text_is_allowed(reply):
    assert (await judged(reply)).verdict == "hand_off"
    assert (await judged(reply, generated=False)).text == DRAFT


async def test_the_judge_sees_numbered_sentences_and_asks_for_json():
    llm = FakeLLM('{"verdict": "allow"}')
    await LLMJudge(llm).judge(DRAFT, ASKED, generated=True)
    (prompt,) = llm.prompts
    assert "2. We promise it lasts." in prompt.messages[0].text
    assert prompt.json_only
    assert llm.purposes == ["judge"]


async def test_the_judge_works_over_a_real_server():
    reply = '{"verdict": "redact", "policy": "commitment", "remove": [2], "reason": "x"}'
    async with StubServer(mode="scripted", replies=[reply]) as stub:
        gateway = Gateway.from_settings(LLMSettings.from_env({"FIRSTLINE_LLM": f"{stub.base_url}#m"}))
        verdict = await LLMJudge(gateway).judge(DRAFT, ASKED, generated=True)
        await gateway.aclose()
    assert verdict.verdict == "redact"
