"""The extractive composer: answers without a language model, and finishes a turn when one fails.

The order: small talk, answers to our own questions (yes, no, contact details), computed facts part by part, FAQ rows and
sentences of the knowledge base, an honest "I don't know". It can only say what the business wrote or what follows from
its profile by arithmetic.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable

from firstline.answering.certain import certain
from firstline.answering.computed.booking import ask_contact, invitation, known_contact, outside_hours
from firstline.answering.computed.emergency import answer_emergency
from firstline.answering.computed.hours import answer_hours
from firstline.answering.computed.offerings import (
    how_long,
    named_services,
    refuse,
    service_name,
    tell_service,
    wanted_services,
)
from firstline.answering.computed.price import ABOVE_LIMIT, answer_price, which_service
from firstline.answering.computed.route import answer_part, named_topics
from firstline.answering.computed.smalltalk import answer_smalltalk
from firstline.answering.computed.topics import Part, bare, has, parts_of, topics_of
from firstline.answering.computed.voice import Voice
from firstline.answering.computed.waiting import while_waiting
from firstline.answering.phrases import table
from firstline.answering.port import Question
from firstline.answering.quoting import Select, covering, faq_match, plain_select, quote, quote_faq, weights
from firstline.answering.reached import reached_by
from firstline.answering.replies import details_given, reply_to_us
from firstline.answering.subject import frame_of, subject_of
from firstline.conversations.facts import Receipt, Sentence

__all__ = ["ExtractiveComposer"]

MOST_SENTENCES = 10
NAME_WORDS = 4
ASKING = frozenset({"invitation", "contact_request"})  # last, and one of them: a message asks one thing
REACHED = frozenset({"address", "contact"})
FACTS = frozenset({"hours", "address", "contact", "reply"})  # computed even when an FAQ row says something like it


class ExtractiveComposer:
    """A Composer that needs no LLM. `select` ranks sentences (knowledge's best_sentences with the query's vector)."""

    name = "extractive"

    def __init__(self, select: Select | None = None) -> None:
        self._select = select or plain_select

    async def compose(self, question: Question, receipt: Receipt) -> AsyncIterator[Sentence]:
        """The answer's sentences; what `question.already` holds is not said again."""
        draft = await asyncio.to_thread(self.draft, question)
        _note(receipt, draft)
        for sentence in _spaced(draft, question.already):
            yield sentence

    def draft(self, question: Question) -> list[Sentence]:
        """The whole answer, pure and synchronous: for a thread pool and for tests."""
        voice = Voice(question.business, question.reading.language)
        if question.waiting:
            return while_waiting(question, voice)
        said = answer_smalltalk(question, voice) or reply_to_us(question, voice) or details_given(question, voice)
        return said or self._answer(question, voice)

    def certain(self, question: Question) -> list[Sentence] | None:
        """The answer when every part of the message is computed from the profile; None when a model may say more."""
        said = certain(question)
        return list(_spaced(said, question.already)) if said else None

    def _answer(self, question: Question, voice: Voice) -> list[Sentence]:
        parts = parts_of(question.text)
        out: list[Sentence] = []
        silent: list[Part] = []
        for part in parts:
            said = self._one_part(question, part, voice)
            out += said
            silent += [part] if not said and _is_question(part) else []
        if out and silent:
            asked = silent[0].text.strip(" ¿?¡!.,;")
            out += [voice.say("unknown.part", "unknown", words=asked), *_dont_know(question, voice)[1:]]
        if not out:
            whole = Part(question.text, " ".join(p.folded for p in parts), topics_of(question.text))
            out = self._from_whole(question, whole, voice)
        unique = list({sentence.text: sentence for sentence in out}.values())[:MOST_SENTENCES]
        return [s for s in unique if s.kind not in ASKING] + [s for s in unique if s.kind in ASKING][:1]

    def _one_part(self, question: Question, part: Part, voice: Voice) -> list[Sentence]:
        """A part by its topics; an FAQ row that asks just this goes before what is only computed in general."""
        topics = named_topics(question, part)
        if not topics and not _asks_itself(part, question):
            return answer_part(question, part, topics, voice)
        if "booking" in topics and outside_hours(question):
            return answer_part(question, part, topics, voice)
        priced = "price" in topics or question.reading.intent == "request_quote"
        own = bool(wanted_services(question, part.text)) if "price" in topics else False
        near = "same" if topics & FACTS or own else "faq"
        specific = topics & FACTS or (own and "price" in topics) or ("area" in topics and _place_known(question))
        row = faq_match(question, part.text, voice, near=near)
        if row is None and (not topics or (not own and topics <= {"price"} and has("fee", part.folded))):
            row = covering(question, part.text, voice)
        if (
            row is not None
            and row.language == voice.language
            and not (topics & {"hours"})
            and (near == "same" or not specific)
        ):
            return quote_faq(question, row, voice, priced=priced)
        told = reached_by(question, part.folded, topics, voice.language) if topics <= REACHED else []
        return told or answer_part(question, part, topics, voice)

    def _from_whole(self, question: Question, whole: Part, voice: Voice) -> list[Sentence]:
        """No part had a computed answer: the knowledge base, then the intent's own answer, then that we don't know."""
        flags, reading = question.reading.flags, question.reading
        priced = "price" in whole.topics or "surcharge" in whole.topics or reading.intent == "request_quote"
        if "emergency" in flags:
            line = answer_emergency(question, voice)[:1]
            row = faq_match(question, question.text, voice)
            return line + (quote_faq(question, row, voice, priced=False) if row else []) or _dont_know(question, voice)
        if flags & {"off_topic", "injection"} and not _well_supported(question, voice):
            return _decline(question, voice)
        out = _for_a_person(question, voice) or _bare_name(question, voice) or _trouble(question, voice)
        out = out or quote(question, question.text, self._select, voice, priced=priced)
        if not out and (frame := frame_of(question.text)) is not None:
            if frame != "price":
                return how_long(question, voice) or _dont_know(question, voice)
            if subject_of(question, question.text, voice.language) and not wanted_services(question, question.text):
                return [voice.say("price.not_sure", "unknown"), *_dont_know(question, voice)[1:]]
        if not out and "resolved" in flags:
            out = [voice.say("smalltalk.resolved", "smalltalk")]
        return (
            out or _by_intent(question, whole, voice) or _named_service(question, voice) or _dont_know(question, voice)
        )


def _for_a_person(question: Question, voice: Voice) -> list[Sentence]:
    """A complaint or a bill: heard, and not answered from a page; the offer of a person follows."""
    reading = question.reading
    if reading.intent == "complaint" and reading.confidence >= weights()["intent"]:
        return [voice.say("unknown.sorry", "notice"), *ask_contact(known_contact(question), voice)]
    offered = question.verdict.action == "offer_escalation"
    if reading.intent == "billing_issue" and offered and not _on_a_page(question, voice):
        return [voice.say("unknown.billing", "notice")]
    return []


def _asks_itself(part: Part, question: Question) -> bool:
    """Whether a part without a topic is a question (and not a greeting or the story around one)."""
    return part.text.rstrip().endswith("?") or has("asking", part.folded) or len(parts_of(question.text)) == 1


def _is_question(part: Part) -> bool:
    """Whether a part clearly asks for something (and is no greeting)."""
    return len(part.folded.split()) >= NAME_WORDS and (part.text.rstrip().endswith("?") or has("asking", part.folded))


def _well_supported(question: Question, voice: Voice) -> bool:
    """Whether the knowledge base speaks of this all the same: the flag is a guess, a sure passage is not."""
    best = max((p.scores.get("support", 0.0) for p in question.passages if p.language == voice.language), default=0.0)
    row = None if "injection" in question.reading.flags else faq_match(question, question.text, voice)
    return row is not None or ("injection" not in question.reading.flags and best >= weights()["outweighs_off_topic"])


def _bare_name(question: Question, voice: Voice) -> list[Sentence]:
    """A message that is hardly more than the name of a service ("water heater")."""
    short = len(question.text.split()) <= NAME_WORDS and not has("asking", bare(question.text))
    return _named_service(question, voice) if short else []


def _trouble(question: Question, voice: Voice) -> list[Sentence]:
    """What is wrong, told without a question ("no hot water"): the service for it and an invitation."""
    codes = [e.value for e in question.reading.entities if e.kind == "service_type" and e.end > e.start]
    found = [s for s in question.business.offered if s.code in codes]
    whole = bare(question.text)
    if not found or "?" in question.text or has("asking", whole) or not has("trouble", whole):
        return []
    return [
        voice.say("services.yes_plain", service=service_name(found[0], voice.language)),
        *invitation(question, voice),
    ]


def _on_a_page(question: Question, voice: Voice) -> bool:
    """Whether the business wrote on just this in the customer's language ("is there a fee to cancel?")."""
    own = [p for p in question.passages if p.above_floor and p.language == voice.language]
    sure = any(p.scores.get("support", 0.0) >= weights()["statement_support"] for p in own)
    return sure or faq_match(question, question.text, voice) is not None


def _named_service(question: Question, voice: Voice) -> list[Sentence]:
    """Asked for by name without another word that tells what about it: that we do it, and an invitation."""
    if has("past", bare(question.text)):
        return []
    found = named_services(question.business, question.text)  # its very name: a likeness would promise what nobody does
    if any(not s.offered for s in found):
        return refuse(question, [s for s in found if not s.offered], voice)
    return [*tell_service(found[0], voice), *invitation(question, voice)] if found else []


def _place_known(question: Question) -> bool:
    return question.reading.first("location") is not None


def _by_intent(question: Question, whole: Part, voice: Voice) -> list[Sentence]:
    """What the small model's intent alone calls for, when it is sure."""
    reading = question.reading
    if reading.confidence < weights()["intent"]:
        return []
    if reading.intent == "ask_hours":
        return answer_hours(question, question.text, voice)
    if reading.intent == "request_quote":
        return answer_price(question, wanted_services(question, question.text), voice) or which_service(question, voice)
    if reading.intent == "book_service":
        return answer_part(question, whole, frozenset({"booking"}), voice)
    return []


def _decline(question: Question, voice: Voice) -> list[Sentence]:
    """Off topic: no, and what can be asked; the second time only the first half."""
    no = voice.say("unknown.off_topic", "notice", business=question.business.name)
    if any(said.role == "ai" and no.text in said.text for said in question.history):
        return [no]
    topics = voice.join(table(voice.language, "unknown")["topics"], "or")
    return [no, voice.say("unknown.can_ask", "notice", topics=topics)]


def _dont_know(question: Question, voice: Voice) -> list[Sentence]:
    key = "unknown.pass_on" if known_contact(question).reachable else "unknown.pass_on_contact"
    return [voice.say("unknown.dont_know", "unknown"), voice.say(key, "unknown")]


def _spaced(draft: Iterable[Sentence], already: str) -> Iterable[Sentence]:
    """Each sentence after the first with its space; those in `already` left out."""
    said = already.strip()
    for sentence in draft:
        text = sentence.text.strip()
        if text and text not in already:  # what was written as a line, or ended without a mark, keeps its line
            line = sentence.text.startswith("\n") or not said.endswith(tuple(".!?:…;,"))
            apart = "" if not said else "\n" if line else " "
            yield Sentence(f"{apart}{text}", sentence.kind, sentence.passages, sentence.support)
            said = text


def _note(receipt: Receipt, draft: list[Sentence]) -> None:
    """What the answer rests on, and how sure that is: computed 0.95, a passage its support, unknown 0.2."""
    receipt.composer = ExtractiveComposer.name
    used = {p.chunk_id: p for sentence in draft for p in sentence.passages}
    if used and not receipt.passages:
        receipt.passages = [
            {
                "chunk_id": str(p.chunk_id),
                "document_id": str(p.document_id),
                "title": p.title,
                "section": p.section,
                "scores": p.scores,
            }
            for p in used.values()
        ]
    if any(ABOVE_LIMIT in sentence.support for sentence in draft):
        receipt.tools.append({"name": "get_business_profile", "result": ABOVE_LIMIT})
    if any(sentence.kind == "unknown" for sentence in draft):
        receipt.confidence = 0.2
    elif used:
        receipt.confidence = min(p.scores.get("support", 0.6) for p in used.values())
    else:
        receipt.confidence = 0.95
