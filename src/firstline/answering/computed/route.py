"""Which computed answer a part of the message gets; follow-ups take their topic from what was asked before."""

import re
from collections.abc import Callable

from firstline.answering.computed.booking import answer_booking, invitation, known_contact, next_call, wished_time
from firstline.answering.computed.days import asked_days
from firstline.answering.computed.emergency import answer_emergency
from firstline.answering.computed.hours import answer_hours
from firstline.answering.computed.offerings import (
    beyond,
    named_services,
    refuse,
    service_list,
    service_name,
    tell_service,
    wanted_services,
)
from firstline.answering.computed.place import answer_address, answer_area, answer_contact, named_place
from firstline.answering.computed.price import answer_price, answer_surcharge
from firstline.answering.computed.topics import Part, has, topics_of
from firstline.answering.computed.voice import Voice
from firstline.answering.port import Question
from firstline.conversations.facts import Sentence

__all__ = ["answer_part", "named_topics"]

SHORT = 7  # words: a part this short without a topic of its own may lean on the message before
SERVICE_TOPICS = frozenset({"price", "services", "booking"})


def named_topics(question: Question, part: Part) -> frozenset[str]:
    """The part's own topics, sharpened by places and days; else, for a follow-up, those of the message before."""
    topics = set(part.topics)
    place = named_place(question, part.text)
    if place and not topics & {"price", "hours", "address", "surcharge"} and has("area", part.folded, "place"):
        topics.add("area")
        topics -= {"services"}
    if topics:
        return frozenset(topics)
    return _follow_up(question, part, place is not None)


def _follow_up(question: Question, part: Part, place: bool) -> frozenset[str]:
    """Topics of a part that names none: a place, or a day or service with what was asked before."""
    words = len(part.folded.split())
    if words > SHORT + 3:
        return frozenset()
    days = bool(asked_days(part.text, question.business, question.now))
    services = bool(named_services(question.business, part.text))
    before = _topics_before(question) if words <= SHORT or has("followup", part.folded) else frozenset()
    topics: frozenset[str] = frozenset()
    if place and words <= SHORT:
        topics = frozenset({"area"})
    elif services and before & SERVICE_TOPICS:
        topics = before & SERVICE_TOPICS
    elif days and before & {"price", "surcharge"} and question.business.emergency_line:
        topics = frozenset({"surcharge"})
    elif days and before & {"hours", "booking"}:
        topics = before & {"hours", "booking"}
    elif days and words <= 4 and not services:
        topics = frozenset({"hours"})
    return topics


def _topics_before(question: Question) -> frozenset[str]:
    """Topics of the customer's last message that named any, at most three back."""
    earlier = [said.text for said in question.history if said.role == "customer"][-3:]
    return next((topics for text in reversed(earlier) if (topics := topics_of(text))), frozenset())


def answer_part(question: Question, part: Part, topics: frozenset[str], voice: Voice) -> list[Sentence]:
    """The computed answer, or nothing: then the knowledge base is asked."""
    out: list[Sentence] = []
    named = named_services(question.business, part.text)
    refused = [s for s in named if not s.offered]
    if refused and (not topics or topics & {"price", "booking", "services", "area", "emergency"}):
        out += refuse(question, refused, voice)
        if not [s for s in named if s.offered]:
            return out
    for topic in (
        "surcharge",
        "price",
        "hours",
        "address",
        "area",
        "contact",
        "reply",
        "emergency",
        "booking",
        "services",
    ):
        if topic in topics and not _covered(topic, topics, out):
            out += _BY_TOPIC[topic](question, part, voice)
    return out


def _covered(topic: str, topics: frozenset[str], out: list[Sentence]) -> bool:
    """Whether another topic has said it already: a price invites to book, an appointment is no plain service."""
    if topic == "booking":
        return bool(out) and bool(topics & {"price", "hours", "contact", "surcharge"})
    if topic == "services":
        return bool(out) or "booking" in topics
    return False


def _price(question: Question, part: Part, voice: Voice) -> list[Sentence]:
    services = wanted_services(question, part.text)
    refused = [s for s in services if not s.offered]
    if refused and len(refused) == len(services):
        return refuse(question, refused, voice)
    out = answer_price(question, services, voice)
    place = named_place(question)
    if out and place is not None and place[1] is False:
        return answer_area(question, question.text, voice)
    return out


def _services(question: Question, part: Part, voice: Voice) -> list[Sentence]:
    named = [s for s in named_services(question.business, part.text) if s.offered]
    if named and question.reading.intent == "book_service" and wished_time(question) is not None:
        return answer_booking(question, named, voice)
    if named and beyond(question, part.text, named, voice):
        sure = voice.say("services.yes_plain", service=service_name(named[0], voice.language))
        return [sure, voice.say("services.not_sure_of", "notice"), *invitation(question, voice)]
    if named:
        return [s for service in named[:2] for s in tell_service(service, voice)]
    return service_list(question, voice) if has("services", part.folded, "list") else []


def _booking(question: Question, part: Part, voice: Voice) -> list[Sentence]:
    services = wanted_services(question, part.text)
    place = named_place(question)
    if place is not None and place[1] is False:
        return answer_area(question, question.text, voice)
    return answer_booking(question, services, voice)


def _emergency(question: Question, part: Part, voice: Voice) -> list[Sentence]:
    if "hours" in part.topics and re.search(r"\d", part.folded) is None:
        return []  # the hours' own answer names the line
    return answer_emergency(question, voice)


_BY_TOPIC: dict[str, Callable[[Question, Part, Voice], list[Sentence]]] = {
    "surcharge": lambda question, _, voice: answer_surcharge(question, voice),
    "price": _price,
    "hours": lambda question, part, voice: answer_hours(question, part.text, voice),
    "address": lambda question, _, voice: answer_address(question, voice),
    "area": lambda question, part, voice: answer_area(question, part.text, voice),
    "contact": lambda question, part, voice: answer_contact(question, part.text, voice),
    "reply": lambda question, _, voice: next_call(question, known_contact(question), voice),
    "booking": _booking,
    "services": _services,
    "emergency": _emergency,
}
