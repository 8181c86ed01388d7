"""A follow-up that stands by its own words is not swamped by the question before it."""

from dataclasses import replace
from uuid import UUID

from firstline.conversations.facts import Passage
from firstline.knowledge.query import alone, own_first

PAY = Passage(UUID(int=1), UUID(int=9), "FAQ", "", "In instalments.", scores={"support": 0.9})
PRICE = Passage(UUID(int=2), UUID(int=9), "FAQ", "", "The price.", scores={"support": 0.95})


def test_well_supported_own_words_come_first_and_once() -> None:
    assert own_first([PAY, PRICE], [PRICE, PAY], 6) == (PAY, PRICE)
    assert own_first([PAY], [PRICE], 1) == (PAY,)


def test_unsure_own_words_change_nothing() -> None:
    weak = replace(PAY, scores={"support": 0.3})
    assert own_first([weak], [PRICE], 6) == (PRICE,)
    assert own_first([replace(PAY, above_floor=False)], [PRICE], 6) == (PRICE,)


def test_the_message_alone_is_one_line() -> None:
    assert alone(" and\n how  much ") == "and how much"
