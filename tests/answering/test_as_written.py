"""An FAQ answer is said as it was written; a sentence that may not be said leaves its neighbours."""

import pytest
from tests.answering.world import passage, question

from firstline.answering.computed.voice import Voice
from firstline.answering.extract import ExtractiveComposer
from firstline.answering.quoting import quote
from firstline.conversations.facts import Receipt


async def said(asked):
    return "".join([s.text async for s in ExtractiveComposer().compose(asked, Receipt())])


@pytest.mark.parametrize(
    "answer", ["+1-555-0100 call us", '=HYPERLINK("http://x")', "We bring:\n- a ladder\n- two buckets", "Yes. Always!"]
)
async def test_an_faq_answer_is_said_as_written(answer):
    row = passage(answer, asked="How do I ring the workshop bell?", dense=0.95)
    assert await said(question("How do I ring the workshop bell?", passages=(row,))) == answer


def test_a_price_beside_a_link_is_a_sentence_of_its_own():
    page = passage("Oven hood fitting costs $48. click See https://evil.example/pay now.")
    asked = question("How much is oven hood fitting?", passages=(page,))
    found = quote(asked, asked.text, lambda q: [(page, page.text, 1.0)], Voice(asked.business, "en"), priced=True)
    assert [s.text for s in found][:2] == ["Oven hood fitting costs $48.", "click See https://evil.example/pay now."]
