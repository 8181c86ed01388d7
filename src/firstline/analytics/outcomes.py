"""How a conversation ended: resolved by the AI, by a person, or not (spec §8.1)."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Ending", "Outcome", "outcome_of"]

Outcome = Literal["resolved_by_ai", "resolved_by_human", "unresolved"]


@dataclass(frozen=True, slots=True)
class Ending:
    """What is known when a conversation is closed; counts look only at messages since its last reopening.

    `handed_over` a person was called (an unanswered offer is none); `human_replied` an agent wrote to the customer;
    `ai_answers` AI messages that answered (an honest "I don't know" or an offer alone is none); `last_unanswered` the
    last question found no answer; `thanked` the customer's last words were a thank-you or said it is solved (flag
    `resolved`); `marked_by_agent` what the agent chose when closing, if anything; `csat` 1..5.
    """

    handed_over: bool = False
    human_replied: bool = False
    ai_answers: int = 0
    last_unanswered: bool = False
    offer_open: bool = False
    thanked: bool = False
    helpful: bool | None = None
    csat: int | None = None
    marked_by_agent: Outcome | None = None


def outcome_of(ending: Ending) -> Outcome:
    """The rule. An agent's own word wins; then who had the last answer; then what the customer said of it.

    A conversation in which a person was called is never "resolved by AI", whatever the AI said before. Without any
    positive signal an answered conversation that simply went quiet counts as resolved by AI only when nothing speaks
    against it: no open offer, no unanswered last question, no thumb down, no rating below 3.
    """
    if ending.marked_by_agent is not None:
        return ending.marked_by_agent
    if ending.human_replied:
        return "unresolved" if _refused(ending) and not ending.thanked else "resolved_by_human"
    if ending.handed_over or ending.ai_answers == 0:
        return "unresolved"
    if ending.thanked:
        return "resolved_by_ai"
    if ending.last_unanswered or ending.offer_open or _refused(ending):
        return "unresolved"
    return "resolved_by_ai"


def _refused(ending: Ending) -> bool:
    """The customer said that it did not help: a thumb down on the last answer, or one or two stars."""
    return ending.helpful is False or (ending.csat is not None and ending.csat <= 2)
