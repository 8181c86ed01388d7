"""The price of a service: its range, what it includes, the disclaimer, the surcharge; or who will price it."""

from dataclasses import replace
from decimal import Decimal

from firstline.answering.computed.booking import ask_contact, invitation, known_contact
from firstline.answering.computed.calendar import opening_hours
from firstline.answering.computed.kinds import another_kind, several
from firstline.answering.computed.notes import spoken_notes
from firstline.answering.computed.offerings import service_name
from firstline.answering.computed.voice import Voice, capital
from firstline.answering.phrases import table
from firstline.answering.port import Question
from firstline.conversations.facts import Passage, Sentence
from firstline.knowledge.wording import sentences
from firstline.tenancy.model import Service, localized

__all__ = ["ABOVE_LIMIT", "answer_price", "answer_surcharge", "contact_first", "disclaimer", "which_service"]

MOST_PRICED = 3
ABOVE_LIMIT = (
    "quote_above_limit"  # in a sentence's support: an amount was kept back; the receipt says so to the verdict
)


def contact_first(question: Question, voice: Voice) -> list[Sentence]:
    """What must be asked before any amount is said (`require_contact_before_quote`); empty when nothing is missing."""
    if not question.business.chat_config.require_contact_before_quote:
        return []
    contact = known_contact(question)
    if contact.name and contact.reachable:
        return []
    return [voice.say("contact.ask_before_quote"), *ask_contact(contact, voice)]


def answer_price(question: Question, services: list[Service], voice: Voice) -> list[Sentence]:
    """Ranges of the services asked for. Empty when none of them has a price in the profile."""
    priced = [s for s in services if s.offered and (s.price_low is not None or s.price_high is not None)][:MOST_PRICED]
    if not priced:
        return []
    other = [s for s in priced if another_kind(s, question.text)]
    priced = [s for s in priced if s not in other]
    if not priced:
        return _no_such_price(question, other[0], voice)
    if first := contact_first(question, voice):
        return first
    limit = question.business.quote_limit
    within = [s for s in priced if _top(s) <= limit]
    out = [sentence for service in within for sentence in _one(question, service, voice)]
    if within:
        out += disclaimer(question, voice)
    for service in (s for s in priced if s not in within):
        name = capital(service_name(service, voice.language))
        out += [voice.say("price.above", "notice", service=name, why=ABOVE_LIMIT), *_notes(service, voice)]
    if len(within) < len(priced):
        return out  # the offer of a person follows, and asks how to reach the customer: one question at a time
    return [*out, *invitation(question, voice)] if any(s.bookable for s in within) else out


def _no_such_price(question: Question, service: Service, voice: Voice) -> list[Sentence]:
    """The message states a size or kind that the price is not for: what we do, and that a person prices it."""
    key = "unknown.pass_on" if known_contact(question).reachable else "unknown.pass_on_contact"
    name = service_name(service, voice.language)
    return [voice.say("price.other_kind", "unknown", service=name), voice.say(key, "unknown")]


def _top(service: Service) -> Decimal:
    return max(v for v in (service.price_low, service.price_high) if v is not None)


def _one(question: Question, service: Service, voice: Voice) -> list[Sentence]:
    """The range with its unit, then the notes of the price list."""
    units = table(voice.language, "units")
    each = service.unit == "job" and several(service, question.text)
    named = "item" if each else service.unit
    unit = units.get(named) if named in units else units["other"].format(unit=named)
    low, high = service.price_low, service.price_high
    if low is not None and high is not None:
        key, amount = ("price.single" if low == high else "price.range"), voice.range(low, high)
    else:
        key, amount = (
            ("price.from_low", voice.money(low)) if low is not None else ("price.up_to", voice.money(_top(service)))
        )
    name = capital(service_name(service, voice.language))
    said = voice.say(key, "estimate", service=name, range=amount, unit=unit or "")
    pages = _pages(question, service, voice)
    return [replace(said, passages=pages), *_notes(service, voice)]


def _pages(question: Question, service: Service, voice: Voice) -> tuple[Passage, ...]:
    """The best passage that tells the very same price: a source that the customer can open."""
    amounts = [voice.money(v) for v in (service.price_low, service.price_high) if v is not None]
    told = (p for p in question.passages if p.above_floor and p.language == voice.language)
    best = next((p for p in told if all(a in f"{p.text} {p.answer or ''}" for a in amounts)), None)
    return (best,) if best is not None else ()


def _notes(service: Service, voice: Voice) -> list[Sentence]:
    notes = service.notes.get(voice.language, "")
    return [Sentence(text, support=(notes,)) for text in spoken_notes(notes, voice.language)]


def disclaimer(question: Question, voice: Voice) -> list[Sentence]:
    """That it is an estimate, when the business wants that said."""
    required = question.business.guardrails.require_disclaimer_on_estimates
    return [voice.say("price.disclaimer", "disclaimer")] if required else []


def answer_surcharge(question: Question, voice: Voice) -> list[Sentence]:
    """What an emergency visit adds outside opening hours; empty when the profile says nothing of it."""
    line = question.business.emergency_line
    if line is None or line.surcharge is None:
        return []
    if first := contact_first(question, voice):
        return first
    description = localized(line.description, voice.language) if voice.language in line.description else ""
    if description and any(voice.money(line.surcharge) in s for s in sentences(description)):
        out = [
            Sentence(text, support=(description,))
            for text in sentences(description)
            if _is_about_money(text, voice, line.surcharge)
        ]
    else:
        out = [voice.say("emergency.surcharge", amount=voice.money(line.surcharge))]
    if opening_hours(question.business).is_open(question.now):
        return out
    return [*out, voice.say("hours.emergency_number", phone=voice.phone(line.phone))]


def _is_about_money(text: str, voice: Voice, surcharge: Decimal) -> bool:
    return voice.money(surcharge) in text


def which_service(question: Question, voice: Voice) -> list[Sentence]:
    """Asks what the job is, with a few of the services as examples."""
    names = [localized(s.name, voice.language) for s in question.business.offered if s.price_low is not None][:3]
    out = [voice.say("price.which")]
    if names:
        lowered = [n[:1].lower() + n[1:] for n in names]
        out.append(voice.say("price.which_examples", "invitation", examples=voice.join(lowered, "or")))
    return out
