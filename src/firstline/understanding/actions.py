"""What is to be done outweighs to what: "unclog a toilet" is the drain's service, not the toilet's repair."""

from collections.abc import Sequence
from functools import cache

from firstline.tenancy.model import Business, Service
from firstline.understanding.tables import table
from firstline.understanding.words import fold, stem, tokens

__all__ = ["by_action"]

_LANGUAGES = ("en", "es")


@cache
def _action_of() -> dict[str, str]:
    """Word -> the group of actions it speaks for, by its own meaning or as a symptom."""
    words = {w: group for name in ("groups", "symptoms") for group, ws in table("services")[name].items() for w in ws}
    return {word: group for word, group in words.items() if group in table("services")["decisive"]}


def by_action(text: str, business: Business, chosen: Sequence[str]) -> list[str]:
    """`chosen` service codes, each that does none of the actions `text` asks for replaced by the one that does them.

    The other service must name the same thing (a noun of the text and of the replaced one's names) and be offered.
    """
    words = [t.word for t in tokens(fold(text))]
    wanted = {_action_of()[w] for w in words if w in _action_of()}
    if not wanted:
        return list(chosen)
    asked = {key for w in words for key in _noun(w)}
    out = []
    for code in chosen:
        service = next((s for s in business.services if s.code == code), None)
        if service is None or not service.offered or wanted & _does(service):
            out.append(code)
            continue
        nouns = asked & _nouns(service)
        others = [s for s in business.offered if s.code != code and wanted & _does(s) and nouns & _nouns(s)]
        best = max(others, key=lambda s: (len(nouns & _nouns(s)), -len(_nouns(s))), default=None)
        out.append(best.code if best is not None else code)
    return list(dict.fromkeys(out))


def _noun(word: str) -> set[str]:
    stop = table("services")["stop"]["words"]
    return set() if word in _action_of() or word in stop or len(word) < 3 else {stem(word, lang) for lang in _LANGUAGES}


def _words(service: Service) -> list[str]:
    texts = [*service.name.values(), *(a for aliases in service.aliases.values() for a in aliases)]
    return [t.word for text in texts for t in tokens(fold(text))]


def _does(service: Service) -> set[str]:
    return {_action_of()[w] for w in _words(service) if w in _action_of()}


def _nouns(service: Service) -> set[str]:
    return {key for w in _words(service) for key in _noun(w)}
