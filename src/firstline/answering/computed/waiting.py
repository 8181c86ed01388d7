"""While a person has been called and has not joined: computed facts, contact details noted, else one short line."""

from firstline.answering.computed.booking import contact_details
from firstline.answering.computed.calendar import emergency_hours, opening_hours
from firstline.answering.computed.route import answer_part, named_topics
from firstline.answering.computed.smalltalk import answer_smalltalk
from firstline.answering.computed.topics import bare, has, parts_of
from firstline.answering.computed.voice import Voice
from firstline.answering.port import Question
from firstline.conversations.facts import Sentence

__all__ = ["while_waiting"]

TOPICS = frozenset({"hours", "address", "area", "contact", "reply", "emergency"})


def while_waiting(question: Question, voice: Voice) -> list[Sentence]:
    """Never the same line twice: what was added is noted shortly, who comes and when is told when it is asked."""
    details, name = contact_details(question, voice)
    if details and _twice(question):
        return [voice.say("waiting.has_it", "notice")]
    if details:
        got = voice.say("waiting.got", "notice", name=name, details=voice.join(details))
        return [got, *_when_back(question, voice)]
    talk = _small_talk(question, voice)
    if talk:
        return talk
    out: list[Sentence] = []
    for part in parts_of(question.text):
        topics = named_topics(question, part) & TOPICS
        out += answer_part(question, part, topics, voice) if topics else []
    if out:
        return list({sentence.text: sentence for sentence in out}.values())
    added = voice.say("waiting.added", "notice")
    return [voice.say("waiting.added_again", "notice")] if _said(question, added.text) else [added]


def _small_talk(question: Question, voice: Voice) -> list[Sentence]:
    """Thanks, a goodbye, "are you there?"; somebody who waits is not wished a good day."""
    whole = bare(question.text)
    if has("smalltalk_thanks", whole) or "resolved" in question.reading.flags:
        return [voice.say("smalltalk.thanks", "smalltalk")]
    if has("smalltalk_bot", whole):
        return answer_smalltalk(question, voice)
    has_it = voice.say("waiting.has_it", "notice")
    if has("smalltalk_ok", whole) or has("smalltalk_bye", whole):
        return [has_it]
    wonders = has("smalltalk_hello", whole) or has("smalltalk_there", whole) or _twice(question)
    return [has_it, *_when_back(question, voice)] if wonders else []


def _said(question: Question, text: str) -> bool:
    return any(said.role == "ai" and text in said.text for said in question.history)


def _twice(question: Question) -> bool:
    """Whether the customer sends the very same words again: somebody who waits and wonders."""
    earlier = {bare(said.text) for said in question.history if said.role == "customer"}
    return bare(question.text) in earlier


def _when_back(question: Question, voice: Voice) -> list[Sentence]:
    """When the team is there; after an emergency the line that is answered now instead, never "tomorrow"."""
    line = question.business.emergency_line
    if line is not None and emergency_hours(question.business, line).is_open(question.now):
        number = voice.phone(line.phone)
        if _said(question, number):
            return [voice.say("waiting.urgent", "notice", phone=number)]
    hours = opening_hours(question.business)
    closes, opens = hours.closes_at(question.now), hours.next_opening(question.now)
    if closes is not None:
        return [voice.say("waiting.reply_open", "notice", close=voice.at(closes))]
    if opens is None or hours.is_open(question.now):
        return []
    on = voice.on(opens.date(), hours.local(question.now).date())
    return [voice.say("waiting.reply_next", "notice", on=on, open=voice.at(opens))]
