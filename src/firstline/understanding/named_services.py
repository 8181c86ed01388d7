"""Which of the business's own services a message is about, offered or not, however its name is bent or misspelt."""

import math
import threading
from collections import Counter, OrderedDict
from dataclasses import dataclass
from functools import cache, lru_cache
from uuid import UUID

from rapidfuzz import fuzz

from firstline.conversations.facts import Entity
from firstline.tenancy.model import Business, Service
from firstline.understanding.actions import by_action
from firstline.understanding.tables import table
from firstline.understanding.words import Token, fold, stem, tokens

__all__ = ["find_services"]

MAX_CHARS = 1000
MAX_FOUND = 3
KEPT = 256  # businesses whose phrases stay in memory
_LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A name or alias: its keys (stems and action groups) with their weights, which sum to `total`."""

    code: str
    offered: bool
    order: int
    keys: tuple[tuple[str, float], ...]
    total: float
    content: int


@dataclass(frozen=True, slots=True)
class _Match:
    score: float
    weight: float
    phrase: _Phrase
    start: int
    end: int


class _Phrases:
    """The phrases of each business version, made once. Thread-safe."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[UUID, int, int], list[_Phrase]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, business: Business) -> list[_Phrase]:
        key = (business.id, business.version, hash(tuple((s.code, *s.name.values()) for s in business.services)))
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = _phrases(business.services)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made


_phrases_of = _Phrases()


@cache
def _group_of() -> dict[str, str]:
    return {word: f"={group}" for group, words in table("services")["groups"].items() for word in words}


def _key(word: str, language: str) -> str:
    return _group_of().get(word) or stem(word, language)


@cache
def _symptom_of() -> dict[str, str]:
    return {word: f"={group}" for group, words in table("services")["symptoms"].items() for word in words}


def _keys(word: str) -> set[str]:
    """What a word of a message may stand for."""
    if word in table("services")["unheard"]:
        return set()
    keys = {_key(word, language) for language in _LANGUAGES}
    return keys | {_symptom_of()[word]} if word in _symptom_of() else keys


def _texts(service: Service) -> list[tuple[str, str]]:
    out = [(language, name) for language, name in service.name.items()]
    out += [(language, alias) for language, aliases in service.aliases.items() for alias in aliases]
    return [*out, ("en", service.code.replace("_", " ").replace("-", " "))]


def _phrases(services: tuple[Service, ...]) -> list[_Phrase]:
    """Rare words of this business weigh more: idf over its services. Words of action weigh little, and never alone."""
    stop = set(table("services")["stop"]["words"])
    raw: list[tuple[Service, int, tuple[str, ...]]] = []
    for order, service in enumerate(services):
        for language, text in _texts(service):
            words = dict.fromkeys(_key(t.word, language) for t in tokens(fold(text)) if t.word not in stop)
            raw.append((service, order, tuple(words)))
    seen = Counter(key for key, _ in {(key, order) for _, order, keys in raw for key in keys})
    action = float(table("services")["action_weight"])
    made = []
    for service, order, keys in raw:
        weighted = tuple(
            (k, action if k.startswith("=") else 1 + 0.5 * math.log((len(services) + 1) / (seen[k] + 1))) for k in keys
        )
        content = sum(not k.startswith("=") for k in keys)
        if weighted:
            made.append(_Phrase(service.code, service.offered, order, weighted, sum(w for _, w in weighted), content))
    return made


def find_services(text: str, business: Business) -> list[Entity]:
    """The services named in `text`, at most three, best first; the value is the service's code."""
    words = tokens(fold(text[:MAX_CHARS]))
    if not words or not business.services:
        return []
    heard = _Heard(words)
    matches = [m for p in _phrases_of.of(business) if (m := _match(p, words, heard)) is not None]
    matches.sort(key=lambda m: (-round(m.weight, 3), -round(m.score, 3), not m.phrase.offered, m.phrase.order))
    chosen: list[_Match] = []
    for m in matches:
        clash = any(m.phrase.code == c.phrase.code or (m.start < c.end and c.start < m.end) for c in chosen)
        if not clash and len(chosen) < MAX_FOUND:
            chosen.append(m)
    codes = [by_action(text[:MAX_CHARS], business, [m.phrase.code])[0] for m in chosen]
    found = [
        Entity("service_type", text[m.start : m.end], m.start, m.end, code)
        for m, code in zip(chosen, codes, strict=True)
    ]
    return list({entity.value: entity for entity in reversed(found)}.values())[::-1]


class _Heard:
    """Where a phrase's key stands in one message, misspelt or not; looked for once, since phrases share their keys."""

    def __init__(self, words: list[Token]) -> None:
        self._keys = [_keys(t.word) for t in words]
        self._long = [i for i, t in enumerate(words) if len(t.word) >= 5]
        self._known: dict[str, list[int]] = {}

    def at(self, key: str) -> list[int]:
        """The places of `key` among the words."""
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = [i for i, keys in enumerate(self._keys) if key in keys] or self._nearly(key)
        return found

    def _nearly(self, key: str) -> list[int]:
        if key.startswith("=") or len(key) < 4:
            return []
        return [i for i in self._long if any(_alike(key, k) for k in self._keys[i])]


@lru_cache(maxsize=100_000)
def _alike(key: str, heard: str) -> bool:
    """Whether a word is a misspelt key; people use the same words again and again."""
    return fuzz.ratio(key, heard) >= float(table("services")["fuzzy"])


def _match(phrase: _Phrase, words: list[Token], heard: _Heard) -> _Match | None:
    """How much of the phrase's weight stands in the text, within a window; None below the threshold."""
    at = {key: places for key, _ in phrase.keys if (places := heard.at(key))}
    content = [key for key in at if not key.startswith("=")]
    if phrase.content and not content:
        return None
    weight = sum(w for key, w in phrase.keys if key in at)
    score = weight / phrase.total
    if score < float(table("services")["threshold"]) or (not phrase.content and len(words) > 12):
        return None
    anchors = content or list(at)
    first = at[anchors[0]][0]
    near = [min(at[key], key=lambda i: abs(i - first)) for key in anchors]
    if max(near) - min(near) > len(phrase.keys) + 5:
        return None
    near += [i for key in at if key not in anchors for i in at[key] if min(near) - 3 <= i <= max(near) + 3]
    return _Match(score, weight * score, phrase, words[min(near)].start, words[max(near)].end)
