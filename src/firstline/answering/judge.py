"""The judge: a second look at a whole draft before it is shown (guardrails profile `conservative`, when an LLM is set).

It can only take away: allow, redact sentences, or hand the turn to a person. The deterministic gate has passed before.
"""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal, Protocol

from firstline.answering.checks.words import mention_words
from firstline.answering.port import Question
from firstline.answering.profile_text import profile_text
from firstline.answering.prompt import defused, fill
from firstline.answering.sentences import split_sentences
from firstline.llm.errors import LLMError, LLMMalformed
from firstline.llm.model import LLM, Prompt, PromptMessage

__all__ = ["Judge", "Judgement", "LLMJudge"]

POLICIES = frozenset({"ungrounded", "commitment", "off_topic", "unsafe", "manipulated", "tone", "none"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """`text` is what may be shown: the draft, the draft without the removed sentences, or ''."""

    verdict: Literal["allow", "redact", "hand_off"]
    policy: str
    reason: str
    text: str
    model: str = ""
    removed: tuple[int, ...] = ()

    def as_receipt(self) -> dict[str, Any]:
        """For Receipt.judge."""
        return {
            "verdict": self.verdict,
            "policy": self.policy,
            "reason": self.reason,
            "model": self.model,
            "removed": list(self.removed),
        }


class Judge(Protocol):
    """Judges one draft; never raises for a model's failure."""

    async def judge(self, draft: str, question: Question, *, generated: bool) -> Judgement:
        """`generated`: whether a model wrote any of it (when the judge cannot be had, that goes to a person)."""
        ...


class LLMJudge:
    """Asks a model for a structured verdict."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    async def judge(self, draft: str, question: Question, *, generated: bool) -> Judgement:
        """The verdict. No judge to be had: what a model wrote is handed off, what was quoted or computed is allowed."""
        try:
            text, usage = await self._llm.ask(_prompt(draft, question), "judge")
            return _read(text, draft, usage.model)
        except LLMError as error:
            if generated:
                return Judgement("hand_off", "none", f"no judge: {error.code}", "")
            return Judgement("allow", "none", f"no judge: {error.code}; nothing was generated", draft)


@lru_cache(maxsize=1)
def _template() -> str:
    return files("firstline.answering").joinpath("data/prompt_judge.en.md").read_text("utf-8")


def _prompt(draft: str, question: Question) -> Prompt:
    business = question.business
    country = mention_words()["safety_numbers"]
    passages = "\n".join(f"<passage>\n{defused(p.text, 2000)}\n</passage>" for p in question.passages if p.above_floor)
    system = fill(
        _template(),
        name=business.name,
        banned=", ".join(t.replace("_", " ") for t in business.guardrails.banned_topics) or "nothing else",
        emergency=(country.get(business.country) or country["*"])[0],
        profile=profile_text(business, question.now),
        passages=passages or "(none)",
    )
    numbered = "\n".join(f"{n}. {defused(s, 2000)}" for n, s in enumerate(split_sentences(draft), 1))
    asked = f"<customer>\n{defused(question.text, 2000)}\n</customer>\n<draft>\n{numbered}\n</draft>"
    return Prompt(
        system, (PromptMessage("user", asked),), "judge.en.1", max_tokens=200, temperature=0.0, json_only=True
    )


def _read(text: str, draft: str, model: str) -> Judgement:
    found = re.search(r"\{.*\}", text, re.DOTALL)
    try:
        told = json.loads(found[0]) if found else None
    except ValueError as error:
        raise LLMMalformed(f"no verdict in {text[:120]!r}", route=model) from error
    if not isinstance(told, dict) or told.get("verdict") not in ("allow", "redact", "hand_off"):
        raise LLMMalformed(f"no verdict in {text[:120]!r}", route=model)
    policy = told.get("policy") if told.get("policy") in POLICIES else "none"
    reason = str(told.get("reason") or "")[:300]
    if told["verdict"] == "allow":
        return Judgement("allow", str(policy), reason, draft, model)
    pieces = split_sentences(draft)
    numbers = told.get("remove") if isinstance(told.get("remove"), list) else []
    removed = tuple(n for n in numbers or () if isinstance(n, int) and 1 <= n <= len(pieces))
    kept = "".join(p for n, p in enumerate(pieces, 1) if n not in removed)
    if told["verdict"] == "hand_off" or not removed or not kept.strip():
        return Judgement("hand_off", str(policy), reason, "", model, removed)
    return Judgement("redact", str(policy), reason, kept, model, removed)
