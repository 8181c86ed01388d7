"""Contact details in a message: email, phone (E.164), the customer's own name."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from firstline.conversations.facts import Entity, Said
from firstline.understanding.tables import table
from firstline.understanding.words import Token, fold, tokens

__all__ = ["find_contact"]

MAX_CHARS = 2000
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+%-]{1,64}@(?:[\w-]{1,63}\.)+[^\W\d_]{2,24}(?![\w-])")
_DIGITS = re.compile(r"(?:\d[^\d\n]{0,3}){6}\d")
_PHONE_SHAPE = re.compile(r"^\+|[()]|\d[ .-]\d{3}[ .-]?\d{2}")
_WORD = r"[^\W\d_][\w'’-]*"


@cache
def _words(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(table('contact')[name])})(?!\w)")


def find_contact(text: str, country: str, history: Sequence[Said] = ()) -> list[Entity]:
    """Emails, phones and a person's name in `text`, in order."""
    text = text[:MAX_CHARS]
    found = [Entity("email", m.group(), m.start(), m.end(), m.group().lower()) for m in _EMAIL.finditer(text)]
    found.extend(_phones(text, country, found))
    name = _name(text, found, history)
    if name is not None:
        found.append(name)
    return sorted(found, key=lambda e: e.start)


def _phones(text: str, country: str, taken: list[Entity]) -> Iterator[Entity]:
    if _DIGITS.search(text) is None:
        return
    import phonenumbers

    folded = fold(text)
    for match in phonenumbers.PhoneNumberMatcher(text, country, leniency=phonenumbers.Leniency.POSSIBLE, max_tries=20):
        if any(match.start < e.end and e.start < match.end for e in taken):
            continue
        before = folded[max(0, match.start - 30) : match.start]
        alone = len(re.sub(r"\W", "", folded)) - len(re.sub(r"\W", "", match.raw_string)) <= 25
        shaped = _PHONE_SHAPE.search(match.raw_string) is not None
        if _words("not_phone").search(before) or re.fullmatch(
            r"(?:19|20)\d\d[-/. ]\d\d?[-/. ]\d\d?.*", match.raw_string
        ):
            continue
        if not (shaped or alone or _words("phone_cues").search(folded)):
            continue
        if phonenumbers.is_possible_number_with_reason(match.number) != phonenumbers.ValidationResult.IS_POSSIBLE:
            continue
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        yield Entity("phone", match.raw_string, match.start, match.start + len(match.raw_string), number)


def _name(text: str, details: list[Entity], history: Sequence[Said]) -> Entity | None:
    """The name after a cue; else the words beside a phone or an email; else a bare name when one was asked for."""
    folded = fold(text)
    for cue, lower_too in (("sure", True), ("maybe", bool(details))):
        for m in _words(cue).finditer(folded):
            name = _words_of_name(text, folded, m.end(), lower_too=lower_too)
            if name is not None and not (cue == "maybe" and _goes_on(folded, name.end, bool(details))):
                return name
    asked = next((s.text for s in reversed(history) if s.role != "customer"), "")
    is_asked = bool(asked) and _words("asked_name").search(fold(asked)) is not None
    if not details and not is_asked:
        return None
    rest = _without(text, details)
    lead = re.match(rf"\s*({_WORD}(?:\s+{_WORD}){{0,3}})\s*(?:[,;:\n-]|$|\.\s*$)", rest)
    trail = re.search(rf"[,;\n]\s*({_WORD}(?:\s+{_WORD}){{0,2}})\s*[.!]?\s*$", rest)
    for bare in filter(None, (lead, trail)):
        name = _words_of_name(text, folded, bare.start(1), lower_too=is_asked)
        if name is not None and name.end == bare.end(1):
            return name
    return None


def _without(text: str, details: list[Entity]) -> str:
    """The text with its details made into commas, of the same length."""
    for e in details:
        text = text[: e.start] + "," * (e.end - e.start) + text[e.end :]
    return text


def _goes_on(folded: str, end: int, sure: bool) -> bool:
    """ "I'm Dana" ends there or at a comma; "it's Friday morning and ..." goes on: no name."""
    rest = folded[end:]
    return (
        not sure
        and re.match(r"\s*(?:$|[,.;:!?\n]|and\b|from\b|at\b|y\b|de\b|with\b|con\b|here\b|again\b)", rest) is None
    )


def _words_of_name(text: str, folded: str, start: int, *, lower_too: bool) -> Entity | None:
    stop, joiners = set(table("contact")["not_names"]), set(table("contact")["joiners"])
    taken: list[Token] = []
    position = start
    for token in tokens(folded[start : start + 80]):
        begin, end = start + token.start, start + token.end
        if re.search(r"[^\s.'’-]", text[position:begin]) and (taken or text[position:begin].strip(" :") != ""):
            break
        original = text[begin:end]
        is_capital = original[:1].isupper()
        is_joiner = bool(taken) and token.word in joiners and re.match(r"\s+[^\W\d_]", text[end:]) is not None
        if (
            not original[:1].isalpha()
            or (token.word in stop and not is_joiner)
            or not (is_capital or is_joiner or lower_too)
        ):
            break
        is_too_long = len(taken) == 5 or (lower_too and not is_capital and not is_joiner and len(taken) >= 2)
        if is_too_long or any(c.isdigit() for c in original):
            break
        taken.append(Token(token.word, begin, end))
        position = end
    while taken and taken[-1].word in joiners:
        taken.pop()
    if not taken or len(taken[0].word) < 2 or text[taken[-1].end : taken[-1].end + 1] == "@":
        return None
    words = text[taken[0].start : taken[-1].end]
    return Entity("person_name", words, taken[0].start, taken[-1].end, words.title() if words.islower() else words)
