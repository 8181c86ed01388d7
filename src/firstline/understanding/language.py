"""Which of the business's languages a message is in.

py3langid restricted to the allowed languages is right in 97.5-100 % (design/measured.md), but under three words it guesses:
there the conversation's language stays unless a mark or a word says otherwise.
"""

import re
import threading
from collections.abc import Sequence
from copy import copy
from functools import cache
from typing import Any

from firstline.understanding.tables import table
from firstline.understanding.words import fold, tokens

__all__ = ["detect_language", "identifier"]

MAX_CHARS = 1000
SURELY_FOREIGN = 2  # words of it
_NOT_WORDS = re.compile(r"https?://\S+|www\.\S+|\S+@\S+|[\d#$€£%]+")
_loading = threading.Lock()
_loaded: Any = None


def detect_language(text: str, allowed: Sequence[str], before: str | None, default: str) -> str:
    """One of `allowed` (or `default` when none is). `before` is the conversation's language so far."""
    stay = before if before is not None and before in allowed else default
    if len(allowed) < 2:
        return allowed[0] if allowed else default
    body = _NOT_WORDS.sub(" ", text[:MAX_CHARS])
    words = [t.word for t in tokens(fold(body))]
    if not words and not re.search(r"[¿¡]", body):
        return stay
    marked = _marked(body, words, allowed)
    fewest = int(table("language")["min_words"])
    if len(words) < fewest or (len(words) == fewest and before is not None and marked is None):
        return marked or stay
    every = [code for code, _ in _rank(body)]
    if every and every[0] not in allowed and _foreign(every[0], words, marked):
        return stay
    ranked = [code for code in every if code in allowed]
    guess = ranked[0] if ranked else stay
    if marked and marked != guess and len(words) < 6:
        return marked
    return str(guess)


def _foreign(code: str, words: list[str], marked: str | None) -> bool:
    """Whether a message is surely in `code`, which nobody allows: its own words say so, and no allowed language's do."""
    own = set(table("language")["foreign"].get(code, ()))
    return (marked is None and bool(own & set(words))) or len(own & set(words)) >= SURELY_FOREIGN


@cache
def _words(code: str) -> frozenset[str]:
    return frozenset(table("language")["words"].get(code, ()))


def _marked(body: str, words: list[str], allowed: Sequence[str]) -> str | None:
    """The language that marks and words speak for; None when they are silent or at odds."""
    lowered = body.lower()
    scores = {}
    for code in allowed:
        marks = sum(2 for mark in table("language")["marks"].get(code, ()) if mark in lowered)
        scores[code] = marks + sum(1 for w in words if w in _words(code) and w not in _words("neutral"))
    best = max(scores.values())
    winners = [code for code, score in scores.items() if score == best]
    return winners[0] if best > 0 and len(winners) == 1 else None


def _rank(body: str) -> list[tuple[str, float]]:
    """Every language with its score, best first."""
    ranked: list[tuple[str, float]] = identifier("known").rank(body)
    return ranked


@cache
def identifier(group: str, *, probabilities: bool = False) -> Any:
    """py3langid over a group of languages of data/language.toml (known, telling). Every group shares the one model.

    `probabilities`: scores are shares of 1, else log-likelihoods.
    """
    view = copy(_model())
    view._norm_probs = probabilities
    view.set_languages(table("language")[group])
    return view


def _model() -> Any:
    """The model (about 50 MB in memory, half a second), loaded at the first call, once."""
    global _loaded  # noqa: PLW0603 - one model a process
    with _loading:
        if _loaded is None:
            from py3langid.langid import MODEL_FILE, LanguageIdentifier

            loaded = LanguageIdentifier.from_model_file(MODEL_FILE)
            loaded.set_languages({*table("language")["known"], *table("language")["telling"]})
            # What belongs to the other 120 languages is let go (some 25 of 80 MB).
            loaded._full_model = loaded.nb_ptc, loaded.nb_pc, loaded.nb_classes
            _loaded = loaded
    return _loaded
