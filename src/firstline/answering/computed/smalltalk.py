"""Small talk: greetings, thanks, goodbye, "are you a bot?", and messages without words."""

import re

from firstline.answering.computed.topics import bare, has, topics_of
from firstline.answering.computed.voice import Voice
from firstline.answering.port import Question
from firstline.conversations.facts import Sentence

__all__ = ["answer_smalltalk", "is_no", "is_yes"]

KIND = "smalltalk"


def is_yes(text: str) -> bool:
    """A plain yes."""
    return has("yes", bare(text).replace(",", ""))


def is_no(text: str) -> bool:
    """A plain no."""
    return has("no", bare(text).replace(",", ""))


def answer_smalltalk(question: Question, voice: Voice) -> list[Sentence]:
    """The answer to a message that is small talk from end to end; empty when it is more than that."""
    business = question.business
    whole = bare(question.text)
    if not re.search(r"\w", question.text):
        return [voice.say("smalltalk.emoji" if question.text.strip() else "smalltalk.empty", KIND)]
    if "asks_if_bot" in question.reading.flags or has("smalltalk_bot", whole):
        out = [voice.say("smalltalk.bot", KIND, business=business.name), voice.say("smalltalk.bot_person", KIND)]
        return (
            [*out, voice.say("smalltalk.bot_phone", KIND, phone=voice.phone(business.phone))] if business.phone else out
        )
    if has("smalltalk_there", whole):
        return [voice.say("smalltalk.emoji", KIND)]
    if has("smalltalk_bye", whole) and not has("thanking", whole):
        return [voice.say("smalltalk.bye", KIND, business=business.name)]
    closing = "resolved" in question.reading.flags and "?" not in question.text and not topics_of(question.text)
    if closing or has("smalltalk_thanks", whole):
        last = "smalltalk.resolved" if "resolved" in question.reading.flags else "smalltalk.thanks_more"
        return [voice.say("smalltalk.thanks", KIND), voice.say(last, KIND)]
    topic = next((t for t in ("bye", "how", "hello", "ok") if has(f"smalltalk_{t}", whole)), None)
    return [voice.say(f"smalltalk.{topic}", KIND, business=business.name)] if topic else []
