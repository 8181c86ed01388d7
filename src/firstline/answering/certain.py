"""What is computed even when a model is configured: a model does no calendar arithmetic and knows no address."""

from firstline.answering.computed.offerings import named_services
from firstline.answering.computed.place import named_place
from firstline.answering.computed.route import answer_part, named_topics
from firstline.answering.computed.smalltalk import answer_smalltalk
from firstline.answering.computed.topics import Part, has, parts_of
from firstline.answering.computed.voice import Voice
from firstline.answering.computed.waiting import while_waiting
from firstline.answering.port import Question
from firstline.answering.replies import details_given, reply_to_us
from firstline.conversations.facts import Sentence
from firstline.knowledge.wording import fold

__all__ = ["certain"]

SURE = frozenset({"hours", "address", "contact", "reply", "surcharge", "area"})
LONGEST = 24  # words: a longer part tells more than it asks, and a model hears it better
LEFT_TO_OTHERS = frozenset({"emergency", "complaint", "legal", "injury", "fraud", "abuse", "sensitive", "injection"})


def certain(question: Question) -> list[Sentence] | None:
    """The whole answer when nothing but sure computed topics is asked for; None otherwise, also when one has no answer."""
    voice = Voice(question.business, question.reading.language)
    if question.waiting:
        return while_waiting(question, voice)
    if "asks_if_bot" in question.reading.flags or has("smalltalk_bot", fold(question.text)):
        return answer_smalltalk(question, voice) or None
    if question.reading.flags & LEFT_TO_OTHERS or question.reading.intent in ("complaint", "billing_issue"):
        return None
    said = reply_to_us(question, voice) or details_given(question, voice)
    if said:
        return said
    out: list[Sentence] = []
    for part in parts_of(question.text):
        if has("smalltalk_hello", part.folded) or has("smalltalk_thanks", part.folded):
            continue
        answer = _sure_part(question, part, voice)
        if not answer:
            return None
        out += answer
    return list({sentence.text: sentence for sentence in out}.values()) or None


def _sure_part(question: Question, part: Part, voice: Voice) -> list[Sentence]:
    """The part's computed answer; empty when it names anything else, a service or a place that nobody can place."""
    topics = named_topics(question, part)
    topics -= {"price"} if "surcharge" in topics else frozenset()
    if not topics or not topics <= SURE or len(part.folded.split()) > LONGEST:
        return []
    if named_services(question.business, part.text):
        return []
    place = named_place(question, part.text)
    if "area" in topics and (place is None or place[1] is None):
        return []
    return answer_part(question, part, topics, voice)
