"""What happens with a turn: the AI answers, offers a person, or hands over.

Called twice: before the answer (what the message alone calls for) and after it, with the draft; the second call may
add, never unsay. The business's own CEL triggers and the built-in policies are weighed together; the strongest action
wins, and only one is taken per turn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from firstline.conversations.facts import Hit, Passage, Reading, Receipt, Verdict
from firstline.escalation.context import Situation, build_context
from firstline.escalation.keywords import keywords_in
from firstline.escalation.policies import Action, Policies, Signals, policies
from firstline.escalation.rules import RuleFailedError, fires, prepared
from firstline.tenancy.model import Business, Trigger

__all__ = ["Situation", "decide"]

KEPT_BACK = "quote_above_limit"  # of a receipt's tools: the composer kept an amount back
_ACTIONS = ("offer_escalation", "auto_escalate", "notify_only")


def decide(
    *,
    business: Business,
    reading: Reading,
    text: str,
    now: datetime,
    situation: Situation,
    passages: Sequence[Passage] = (),
    draft: str | None = None,
    answered: bool = True,
    before: Verdict | None = None,
    receipt: Receipt | None = None,
) -> Verdict:
    """The verdict on one turn.

    `text` is the customer's message (bubbles joined by newlines), `draft` what was released of the answer (None before
    it), `answered` False when that draft only says that it does not know, `before` the first call's verdict.
    Never raises on a rule: one that fails counts as fired, with reason `rule_error`.
    """
    house = policies()
    rails = business.guardrails
    words = keywords_in(text, reading, rails.handoff_on_keywords, rails.languages_allowed)
    unanswered = draft is not None and (not answered or _unsure(receipt, house))
    in_row = situation.unanswered_in_row + (1 if unanswered else 0)
    context = build_context(
        business=business,
        reading=reading,
        text=text,
        now=now,
        situation=replace(situation, unanswered_in_row=in_row),
        keywords=words,
        passages=passages,
        draft=draft,
        receipt=receipt,
    )
    signals = Signals(
        reading=reading,
        keywords=words,
        agent_requests=situation.agent_requests,
        unanswered=draft is not None and not answered,
        in_row=in_row,
        above_quote_limit=reading.intent == "request_quote"
        and context["extracted_quote_value"] > context["business"]["quote_limit"],
        kept_back=any(tool.get("result") == KEPT_BACK for tool in (receipt.tools if receipt else ())),
        judge_flagged=context["judge"]["flagged"],
        risk=context["risk"],
    )
    verdict = before or Verdict()
    seen = {(hit.code, hit.trigger_id) for hit in verdict.hits}
    for hit in (*_of_policies(business, signals, house), *_of_triggers(business, context, house)):
        allowed = _allowed(hit, situation, house)
        if allowed is not None and (hit.code, hit.trigger_id) not in seen:
            seen.add((hit.code, hit.trigger_id))
            verdict = verdict.because(allowed)
    if before is not None:
        return replace(verdict, answers=before.answers)
    return replace(verdict, answers=_answers(verdict, reading, house))


def _unsure(receipt: Receipt | None, house: Policies) -> bool:
    """Whether the composer itself was not sure; 0 means that it did not say."""
    return receipt is not None and 0.0 < receipt.confidence < house.low_confidence_below


def _of_policies(business: Business, signals: Signals, house: Policies) -> Iterator[Hit]:
    rows = {trigger.code for trigger in business.triggers}
    for policy in house.all:
        hit = None if policy.row and policy.code in rows else policy.hit(signals)
        if hit is not None:
            yield hit


def _of_triggers(business: Business, context: dict[str, Any], house: Policies) -> Iterator[Hit]:
    ready = prepared(context)
    for trigger in business.triggers:
        if not trigger.enabled:
            continue
        try:
            fired, reason = fires(str(trigger.condition.get("expression", "")), ready), None
        except RuleFailedError:
            fired, reason = True, "rule_error"
        if fired:
            yield _trigger_hit(trigger, reason, context, house)


def _trigger_hit(trigger: Trigger, reason: str | None, context: dict[str, Any], house: Policies) -> Hit:
    kind = str(trigger.action.get("type", ""))
    return Hit(
        code=trigger.code,
        action=cast(Action, kind) if kind in _ACTIONS else "offer_escalation",
        reason=reason or house.reason.get(trigger.code, trigger.code),
        trigger_id=trigger.id,
        notify_channel=trigger.action.get("notify_channel"),
        priority=house.priority.get(trigger.code, "normal"),
        score=float(context["intent"]["confidence"]) if reason is None else 1.0,
    )


def _allowed(hit: Hit, situation: Situation, house: Policies) -> Hit | None:
    """The hit as far as the conversation's state lets it count.

    Waiting for a person: nothing escalates again; what may mean danger is still told to whoever comes. An offer is made
    once until it is answered, and not again for a reason to which the customer has said no.
    """
    if situation.waiting:
        dangerous = any(p.waiting and p.code == hit.code for p in house.all)
        return replace(hit, action="notify_only") if dangerous else None
    if hit.action == "offer_escalation" and (situation.offered_before or hit.code in situation.declined):
        return None
    return hit


def _answers(verdict: Verdict, reading: Reading, house: Policies) -> bool:
    """Whether the composer runs. Handed over: only a computed answer (hours) is still given, and not beside fixed text."""
    if any(hit.code in {"emergency", "injury"} for hit in verdict.hits):
        return False
    if verdict.action != "auto_escalate":
        return True
    forced = {hit.code for hit in verdict.hits if hit.action == "auto_escalate"}
    if forced & house.fixed_codes:
        return False
    return reading.intent in house.computed_intents and reading.confidence >= house.computed_confidence
