"""Sure rules: whole short messages whose meaning needs no model ("hi", "thanks, that helps", "agent", "what are your hours")."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from firstline.conversations.facts import Entity
from firstline.understanding.tables import table
from firstline.understanding.words import fold, plain

__all__ = ["Sure", "only_contact", "sure_rule"]

CONTACT_KINDS = frozenset({"email", "phone", "person_name"})
CONTACT_FILLER = 6  # words beside the details: "you can reach me at", "mi número es el"
NAME_FILLER = 3  # beside a name alone: "my name is"


@dataclass(frozen=True, slots=True)
class Sure:
    """What a sure rule says of the whole message."""

    name: str
    intent: str
    confidence: float
    flags: frozenset[str]
    sentiment: str = "neutral"


@cache
def _rules() -> list[tuple[re.Pattern[str], Sure]]:
    rules = table("rules")
    made = []
    for rule in rules["sure"]:
        body = "|".join(f"(?:{p})" for p in rule["patterns"])
        wrapped = (
            body if rule["name"] in ("greeting", "resolved") else f"{rules['greeting']}(?:{body}){rules['courtesy']}"
        )
        sure = Sure(
            rule["name"], rule["intent"], rule["confidence"], frozenset(rule["flags"]), rule.get("sentiment", "neutral")
        )
        made.append((re.compile(wrapped), sure))
    return made


def sure_rule(text: str) -> Sure | None:
    """The rule that the whole message matches, or None. A question mark forbids "resolved"."""
    if len(text) > 120:
        return None
    body = plain(text)
    if not body or body.count(" ") >= int(table("rules")["max_words"]) + 2:
        return None
    for pattern, sure in _rules():
        if pattern.fullmatch(body) and not (sure.name == "resolved" and "?" in text):
            return sure
    return None


def only_contact(text: str, entities: Sequence[Entity]) -> Sure | None:
    """An answer to "how can we reach you?": a detail and hardly a word besides."""
    details = [e for e in entities if e.kind in CONTACT_KINDS]
    if not details or "?" in text:
        return None
    rest = text
    for e in details:
        rest = rest[: e.start] + " " * (e.end - e.start) + rest[e.end :]
    named_only = all(e.kind == "person_name" for e in details)
    if len(re.findall(r"\w+", fold(rest))) > (NAME_FILLER if named_only else CONTACT_FILLER):
        return None
    return Sure("contact", "other", 0.9, frozenset())
