"""Who resolved a conversation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstline.analytics.outcomes import Ending, outcome_of


@pytest.mark.parametrize(
    ("ending", "outcome"),
    [
        (Ending(ai_answers=1, thanked=True), "resolved_by_ai"),
        (Ending(ai_answers=2), "resolved_by_ai"),
        (Ending(), "unresolved"),
        (Ending(ai_answers=1, last_unanswered=True), "unresolved"),
        (Ending(ai_answers=1, last_unanswered=True, thanked=True), "resolved_by_ai"),
        (Ending(ai_answers=1, offer_open=True), "unresolved"),
        (Ending(ai_answers=1, helpful=False), "unresolved"),
        (Ending(ai_answers=1, csat=2), "unresolved"),
        (Ending(ai_answers=3, handed_over=True, thanked=True), "unresolved"),
        (Ending(ai_answers=3, handed_over=True, human_replied=True), "resolved_by_human"),
        (Ending(human_replied=True, csat=1), "unresolved"),
        (Ending(human_replied=True, marked_by_agent="unresolved"), "unresolved"),
        (Ending(marked_by_agent="resolved_by_human"), "resolved_by_human"),
    ],
)
def test_the_rule(ending: Ending, outcome: str) -> None:
    assert outcome_of(ending) == outcome


@given(st.builds(Ending, marked_by_agent=st.none(), csat=st.none() | st.integers(1, 5)))
def test_a_conversation_with_a_person_in_it_is_never_resolved_by_the_ai(ending: Ending) -> None:
    if ending.handed_over or ending.human_replied:
        assert outcome_of(ending) != "resolved_by_ai"
