"""Yes and no to "shall I pass it on?", typed."""

import pytest

from firstline.chat.offers import answer_to_offer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", "yes"),
        ("no thanks", "no"),
        ("my number is 608 555 0122, Ann", "yes"),
        ("ann@mail.example", "yes"),
        ("no, don't call 608 555 0122", None),
        ("is 608 555 0122 your number?", None),
        ("what about Sunday", None),
    ],
)
def test_contact_details_after_an_offer_accept_it(text: str, answer: str | None) -> None:
    assert answer_to_offer(text) == answer
