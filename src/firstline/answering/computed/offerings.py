"""Which services a message names, offered or not; and what is said about them without a price."""

import re
from functools import lru_cache

from firstline.answering.computed.notes import spoken_notes
from firstline.answering.computed.voice import Voice
from firstline.answering.port import Question
from firstline.answering.subject import frame_of, subject_of, times_told
from firstline.conversations.facts import Sentence
from firstline.knowledge.wording import fold, sentences, stems
from firstline.tenancy.model import Business, Service, localized
from firstline.understanding.actions import by_action

__all__ = [
    "beyond",
    "how_long",
    "named_services",
    "refuse",
    "service_list",
    "service_name",
    "tell_service",
    "wanted_services",
]

MOST_LISTED = 8
MOST_BEYOND = 3  # telling words that no text of the service holds


def service_name(service: Service, language: str) -> str:
    """Its name inside a sentence: a first capital goes unless the word is written in capitals."""
    name = localized(service.name, language)
    return name[:1].lower() + name[1:] if len(name) > 1 and name[1].islower() else name


@lru_cache(maxsize=256)
def _patterns(names: tuple[str, ...]) -> tuple[tuple[re.Pattern[str], int], ...]:
    """Each name as a pattern with its length; words may take a plural, and small words may stand between two of them."""
    out = []
    for name in sorted({fold(n).strip() for n in names if n.strip()}, key=len, reverse=True):
        words = [_inflected(word) for word in re.findall(r"[\w/&'-]+", name)]
        if words:
            out.append(
                (
                    re.compile(
                        r"(?<!\w)"
                        + r"[\s-]+(?:(?:a|an|the|my|our|your|de|del|la|el|mi|un|una|los|las|su)\s+)?".join(words)
                        + r"(?!\w)"
                    ),
                    len(name),
                )
            )
    return tuple(out)


def _inflected(word: str) -> str:
    """The word with its endings: plural, "prune" -> "pruning", "trim" -> "trimming"."""
    if re.search(r"[a-z]{3}e$", word):
        return re.escape(word[:-1]) + r"(?:e|es|ed|ing)"
    double = rf"{word[-1]}ing|{word[-1]}ed|" if re.search(r"[^aeiou][aeiou][bdgklmnprt]$", word) else ""
    return re.escape(word) + rf"(?:{double}s|es|ing|ed)?"


def named_services(business: Business, text: str) -> list[Service]:
    """Services that `text` names by name or alias in any language, longest match first where they overlap, in order."""
    folded = fold(text)
    hits: list[tuple[int, int, Service]] = []
    for service in business.services:
        names = (*service.name.values(), *(a for aliases in service.aliases.values() for a in aliases))
        for pattern, _ in _patterns(names):
            hits += [(m.start(), m.end(), service) for m in pattern.finditer(folded)]
    chosen: list[tuple[int, int, Service]] = []
    for hit in sorted(hits, key=lambda h: (h[0] - h[1], h[0])):
        if not any(hit[0] < end and start < hit[1] for start, end, _ in chosen):
            chosen.append(hit)
    return list({s.id: s for _, _, s in sorted(chosen, key=lambda h: h[0])}.values())


def wanted_services(question: Question, text: str) -> list[Service]:
    """Services of this part, else of the whole message, else the reading's, else of the customer's last message."""
    business = question.business
    found = named_services(business, text) or named_services(business, question.text)
    if found:
        every = {s.code: s for s in business.services}
        return [every[code] for code in by_action(text, business, [s.code for s in found])]
    codes = [e.value for e in question.reading.entities if e.kind == "service_type"]
    by_code = [s for s in business.services if s.code in codes]
    if by_code:
        return by_code
    earlier = [said.text for said in question.history if said.role == "customer"][-2:]
    return next((named for text in reversed(earlier) if (named := named_services(business, text))), [])


def refuse(question: Question, services: list[Service], voice: Voice) -> list[Sentence]:
    """Those asked for and not offered, and what is done instead."""
    names = voice.join([service_name(s, voice.language) for s in services], "or")
    return [voice.say("services.no", service=names), *service_list(question, voice, "services.here")]


def service_list(question: Question, voice: Voice, key: str = "services.list") -> list[Sentence]:
    """What is offered, the first few by name."""
    offered = question.business.offered
    if not offered:
        return []
    names = [service_name(s, voice.language) for s in offered]
    if len(names) > MOST_LISTED and key == "services.list":
        return [voice.say("services.list_more", list=", ".join(names[:MOST_LISTED]))]
    return [voice.say(key, list=voice.join(names[:MOST_LISTED]))]


def tell_service(service: Service, voice: Voice) -> list[Sentence]:
    """Yes, and the first sentence of its description in this language."""
    out = [voice.say("services.yes", service=service_name(service, voice.language))]
    description = service.description.get(voice.language, "")
    if description:
        out += [Sentence(text, support=(description,)) for text in sentences(description)[:2]]
    return out


def how_long(question: Question, voice: Voice) -> list[Sentence]:
    """What the profile itself says of the time a named service takes; empty when it says nothing or another is asked."""
    if frame_of(question.text) != "duration":
        return []
    out = []
    for service in (s for s in named_services(question.business, question.text) if s.offered):
        notes = service.notes.get(voice.language, "")
        timed = " ".join(text for text in sentences(notes) if times_told(text))
        out += [Sentence(text, support=(notes,)) for text in spoken_notes(timed, voice.language)]
    return out


def beyond(question: Question, text: str, named: list[Service], voice: Voice) -> bool:
    """Whether `text` tells so much that the named services' own words do not hold that a plain yes would promise it."""
    told = [t for s in named for t in (*s.name.values(), *s.description.values(), *s.notes.values())]
    told += [a for s in named for aliases in s.aliases.values() for a in aliases]
    when = " ".join(e.text for e in question.reading.entities if e.kind == "preferred_datetime")
    held = set(stems(" ".join([*told, when]), voice.language))
    return len(subject_of(question, text, voice.language) - held) >= MOST_BEYOND
