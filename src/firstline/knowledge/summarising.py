"""Pairs out of a conversation by a language model: structured, checked, and only from what people wrote.

The model never sees an AI message. A pair is dropped when it does not name a person's message, has a number or an address that
none of its messages has, holds for one customer only, or tells of a person.
"""

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from firstline.knowledge.extracting import stands
from firstline.knowledge.impersonal import drafting, is_one_off, says_personal
from firstline.knowledge.resolved import Pair, Resolved
from firstline.knowledge.wording import sentences
from firstline.llm.errors import LLMMalformed
from firstline.llm.model import LLM, Prompt, PromptMessage
from firstline.tenancy.model import Business

__all__ = ["LLMSummarise", "read_pairs"]

CHECKED = re.compile(r"https?://\S+|\d+(?:[.,:]\d+)*")  # what a model must not make up: numbers and addresses


class LLMSummarise:
    """Asks a model; see the module."""

    def __init__(self, llm: LLM) -> None:
        self._llm = llm

    async def __call__(self, resolved: Resolved, business: Business, language: str) -> list[Pair]:
        """Raises LLMError, LLMMalformed among it."""
        transcript, people = _transcript(resolved)
        if not people:
            return []
        values = {
            "name": business.name,
            "language": language,
            "most": str(drafting()["most_pairs"]),
            "transcript": transcript,
        }
        asked = re.sub(r"\{(name|language|most|transcript)\}", lambda match: values[match[1]], _template())
        prompt = Prompt(
            "", (PromptMessage("user", asked),), "drafts.en.1", max_tokens=1200, temperature=0.0, json_only=True
        )
        text, _ = await self._llm.ask(prompt, "summary")
        return read_pairs(text, people, business, resolved.names)


@cache
def _template() -> str:
    return files("firstline.knowledge").joinpath("data/prompt_drafts.en.md").read_text("utf-8")


def _transcript(resolved: Resolved) -> tuple[str, dict[int, str]]:
    """The fenced conversation, newest words kept when it is long; and the persons' messages by their numbers."""
    lines: list[str] = []
    people: dict[int, str] = {}
    for turn in resolved.turns:
        said = turn.text.replace("<", "‹").replace(">", "›")
        if turn.who == "person":
            number = len(people) + 1
            people[number] = turn.text
            lines.append(f'<person number="{number}">{said}</person>')
        elif turn.who == "customer":
            lines.append(f"<customer>{said}</customer>")
    room = drafting()["most_transcript"]
    while len(lines) > 1 and sum(map(len, lines)) > room:
        lines.pop(0)
    return "\n".join(lines)[-room:], people


def read_pairs(text: str, people: dict[int, str], business: Business, names: tuple[str, ...]) -> list[Pair]:
    """The model's answer, checked. Raises LLMMalformed when it is no such object."""
    try:
        pairs = json.loads(text[text.index("{") : text.rindex("}") + 1])["pairs"]
        read = [(str(p["question"]).strip(), str(p["answer"]).strip(), [int(n) for n in p["from"]]) for p in pairs]
    except (ValueError, KeyError, TypeError) as error:
        raise LLMMalformed("not the object that was asked for") from error
    rules, out = drafting(), list[Pair]()
    for question, answer, numbers in read[: rules["most_pairs"]]:
        if not numbers or not all(number in people for number in numbers):
            continue
        source = "\n".join(people[number] for number in numbers)
        known = set(_checked(source))
        fits = 0 < len(question) <= rules["most_question"] and stands(answer)
        if not fits or not set(_checked(answer)) <= known or says_personal(f"{question}\n{answer}", business, names):
            continue
        if any(is_one_off(sentence) for sentence in sentences(f"{question}\n\n{answer}")):
            continue
        out.append(Pair(question, answer))
    return out


def _checked(text: str) -> list[Any]:
    return [found.rstrip(".,;:)").replace(",", "") for found in CHECKED.findall(text)]
