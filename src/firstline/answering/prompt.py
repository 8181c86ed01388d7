"""The prompt of an answering call: the business's own facts, numbered passages, the dialogue (spec §5.2).

Passages and customers' words are fenced and defused: what looks like a fence, a tail or a role inside them is taken apart,
and the template ranks them below the instructions. The template is data/prompt.en.md, versioned by PROMPT_VERSION.
"""

import re
import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from firstline.answering.checks.words import mention_words
from firstline.answering.port import Question
from firstline.answering.profile_text import profile_text
from firstline.answering.prompt_text import PROMPT_VERSION, canary_of, template
from firstline.conversations.facts import Passage
from firstline.kit.money import format_money
from firstline.llm.model import Prompt, PromptMessage

__all__ = ["answer_language", "build_prompt", "defused", "fill"]

_FENCE = re.compile(
    r"<\s*/?\s*(?:passage|customer|system|profile|instructions?|assistant|user|tool)\b[^>]*>?", re.IGNORECASE
)
_TAIL = re.compile(r"<{2,}|>{2,}")
_ROLE = re.compile(r"^(\s*)(system|assistant|developer|user)(\s*:)", re.IGNORECASE | re.MULTILINE)


@lru_cache(maxsize=1)
def _figures() -> dict[str, Any]:
    return tomllib.loads(files("firstline.answering").joinpath("data/prompt.toml").read_text("utf-8"))


def defused(text: str, longest: int) -> str:
    """`text` without what could close its fence or pose as another voice, at most `longest` characters."""
    text = _TAIL.sub(" ", _FENCE.sub(" ", text[:longest]))
    return _ROLE.sub(r"\1\2 -", text).replace("\x00", "").strip()


def answer_language(question: Question) -> str:
    """The customer's language when it is allowed, else the business's own."""
    wanted = question.reading.language
    return wanted if wanted in question.business.guardrails.languages_allowed else question.business.language


def build_prompt(question: Question) -> Prompt:
    """The whole prompt; `question.already` (after a crash) becomes what the assistant has said so far."""
    business, figures = question.business, _figures()
    country = mention_words()["safety_numbers"]
    system = fill(
        template(),
        name=business.name,
        trade=f", a {business.industry} company" if business.industry else "",
        place=f" in {business.service_area_city}" if business.service_area_city else "",
        limit=format_money(business.quote_limit, business.currency, "en", business.country),
        emergency=(country.get(business.country) or country["*"])[0],
        banned=", ".join(t.replace("_", " ") for t in business.guardrails.banned_topics)
        or "advice outside this business",
        extra="".join(f"- {line}\n" for line in _extra(question)),
        language=figures["languages"].get(answer_language(question), answer_language(question)),
        canary=canary_of(business.id),
        profile=profile_text(business, question.now),
        passages=_passages(question.passages) or "(none)",
    )
    return Prompt(
        system, tuple(_dialogue(question)), PROMPT_VERSION, int(figures["max_tokens"]), figures["temperature"]
    )


def fill(text: str, **values: str) -> str:
    """`text` with its {names} filled; other braces stay, values are not read again."""
    return re.sub(r"\{([a-z_]+)\}", lambda m: values.get(m[1], m[0]), text)


def _extra(question: Question) -> list[str]:
    lines, config = _figures()["extra"], question.business.chat_config
    out = []
    if config.require_contact_before_quote and not question.contact.reachable:
        out.append(lines["contact_first"])
    if question.waiting:
        out.append(lines["waiting"])
    if topics := question.business.guardrails.allowed_topics:
        out.append(fill(lines["topics"], topics=", ".join(t.replace("_", " ") for t in topics)))
    return out


def _passages(passages: tuple[Passage, ...]) -> str:
    longest = int(_figures()["passage_characters"])
    out = []
    for number, passage in enumerate(passages, 1):
        if not passage.above_floor:  # keeps the numbers of those that may be cited
            continue
        title = re.sub(r"[\"<>\n]", " ", defused(" / ".join(t for t in (passage.title, passage.section) if t), 120))
        body = f"{passage.question}\n{passage.answer}" if passage.answer and passage.question else passage.text
        out.append(f'<passage id="{number}" title="{title}">\n{defused(body, longest)}\n</passage>')
    return "\n".join(out)


def _dialogue(question: Question) -> list[PromptMessage]:
    """The last messages that fit, oldest first, then the customer's, then what was already said."""
    figures = _figures()
    room = int(figures["history_characters"])
    kept: list[PromptMessage] = []
    for said in reversed(question.history[-int(figures["history_messages"]) :]):
        room -= len(said.text)
        if said.role == "system" or room < 0:
            continue
        theirs = said.role == "customer"
        text = defused(said.text, int(figures["message_characters"]))
        kept.append(PromptMessage("user", _fenced(text)) if theirs else PromptMessage("assistant", text))
    kept.reverse()
    kept.append(PromptMessage("user", _fenced(defused(question.text, int(figures["message_characters"])))))
    if question.already.strip():
        kept.append(PromptMessage("assistant", question.already.strip()))
        kept.append(PromptMessage("user", figures["extra"]["continue"]))
    return kept


def _fenced(text: str) -> str:
    return f"<customer>\n{text}\n</customer>"
