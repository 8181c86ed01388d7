"""Emergencies: which number, when it is answered."""

from firstline.answering.computed.calendar import emergency_hours, opening_hours, week_groups
from firstline.answering.computed.voice import Voice
from firstline.answering.port import Question
from firstline.conversations.facts import Sentence
from firstline.knowledge.wording import sentences

__all__ = ["answer_emergency"]


def answer_emergency(question: Question, voice: Voice) -> list[Sentence]:
    """The emergency line with its hours, else the plain number with the opening hours; empty without any number."""
    business, line = question.business, question.business.emergency_line
    if line is None:
        if not business.phone:
            return []
        out = [voice.say("emergency.none", phone=voice.phone(business.phone), when=voice.text("emergency.none_hours"))]
        opens = opening_hours(business).next_opening(question.now)
        if opening_hours(business).is_open(question.now) or opens is None:
            return out
        today = question.now.astimezone(business.zone).date()
        return [*out, voice.say("hours.now_closed", on=voice.on(opens.date(), today), open=voice.at(opens))]
    hours = emergency_hours(business, line)
    when = voice.text("emergency.always") if hours.always_open else week_groups(voice, line.hours)[0]
    description = line.description.get(voice.language, "")
    return [
        voice.say("emergency.line", phone=voice.phone(line.phone), when=when),
        *(Sentence(text, support=(description,)) for text in sentences(description)),
    ]
