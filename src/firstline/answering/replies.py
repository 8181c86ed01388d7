"""Answers to our own last question: a plain yes or no to what we offered, contact details that were asked for."""

from firstline.answering.computed.booking import contact_given, known_contact, next_call
from firstline.answering.computed.offerings import wanted_services
from firstline.answering.computed.price import answer_price
from firstline.answering.computed.smalltalk import is_no, is_yes
from firstline.answering.computed.topics import topics_of
from firstline.answering.computed.voice import Voice
from firstline.answering.port import Question
from firstline.conversations.facts import Sentence

__all__ = ["details_given", "reply_to_us"]


def reply_to_us(question: Question, voice: Voice) -> list[Sentence]:
    """A plain yes or no to what we last asked."""
    if not (question.offered or question.asked_contact):
        return []
    if is_no(question.text):
        return [voice.say("contact.no_problem")]
    if not is_yes(question.text):
        return []
    contact = known_contact(question)
    if not contact.reachable:
        return [voice.say("unknown.passed", "notice"), voice.say("contact.ask_any", "contact_request")]
    return [voice.say("unknown.passed", "notice"), *next_call(question, contact, voice)]


def details_given(question: Question, voice: Voice) -> list[Sentence]:
    """The message gives contact details and asks for nothing; a price that waited for them is told now."""
    reading = question.reading
    given = (
        reading.first("phone") or reading.first("email") or (question.asked_contact and reading.first("person_name"))
    )
    asks = topics_of(question.text) - {"contact", "booking", "services"}
    if not given or asks or "?" in question.text:
        return []
    out = contact_given(question, voice)
    if question.business.chat_config.require_contact_before_quote:
        earlier = [said.text for said in question.history if said.role == "customer"][-3:]
        if any("price" in topics_of(text) for text in earlier):
            priced = answer_price(question, wanted_services(question, question.text), voice)
            return [*out[:1], *priced] if priced else out
    return out
