"""Words that no chunk has, taken for the nearest word that one has: typos, by the tenant's own vocabulary.

Both paths ask the same functions, so that hot and cold mend alike. Accents are folded before (wording.py).
"""

from collections.abc import Callable, Iterable, Sequence

from rapidfuzz.distance import DamerauLevenshtein

from firstline.knowledge.synonyms import kin

__all__ = ["SLIPS", "candidates", "mend", "mendable", "nearest"]

SHORT, LONG = 5, 8  # letters from which one and two slips are forgiven: a slip in a shorter word is another word
SLIPS = 2  # at most


def _slips(term: str) -> int:
    return 2 if len(term) >= LONG else 1


def mendable(term: str, language: str) -> bool:
    """Whether `term` may be a slip: long enough to be told from another word, no number, none of the words we know.

    "Charge" is no slip for "change", though no chunk has it.
    """
    return len(term) >= SHORT and not any(c.isdigit() for c in term) and not kin(term, language)


def candidates(term: str, vocabulary: Iterable[str]) -> list[tuple[int, str]]:
    """(slips, word) of the words within reach, which begin with the same letter: people seldom miss that one."""
    most, head = _slips(term), term[0]
    out = []
    for word in vocabulary:
        if word[0] == head and abs(len(word) - len(term)) <= most and not any(c.isdigit() for c in word):
            slips = DamerauLevenshtein.distance(term, word, score_cutoff=most)
            if slips <= most:
                out.append((slips, word))
    return out


def nearest(found: Sequence[tuple[int, str]], documents: Callable[[str], int]) -> str | None:
    """The word with the fewest slips, then the one that most chunks have, then the first by the alphabet."""
    ranked = sorted((slips, -documents(word), word) for slips, word in found if documents(word))
    return ranked[0][2] if ranked else None


def mend(
    terms: Sequence[str], language: str, documents: Callable[[str], int], vocabulary: Callable[[str], Iterable[str]]
) -> list[str]:
    """Distinct `terms`, those that no chunk has replaced by their nearest. `vocabulary` gives words that may be near one."""
    out = []
    for term in terms:
        if documents(term) or not mendable(term, language):
            out.append(term)
        else:
            out.append(nearest(candidates(term, vocabulary(term)), documents) or term)
    return list(dict.fromkeys(out))
