"""Which patterns are worth trying on a text: those that share a word with it. A page costs one pass, not one a pattern."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

__all__ = ["Triggers"]

WORD = re.compile(r"[^\W_]+")
HEAD = 3  # letters that the table is keyed by; a shorter stem, or one that ends in a space, must be the whole word


class Triggers:
    """`stems` by name: beginnings of words in lower case; one with a space at its end is a whole word."""

    def __init__(self, stems: Mapping[str, Sequence[str]]) -> None:
        self._whole: dict[str, set[str]] = defaultdict(set)
        self._begin: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for name, listed in stems.items():
            for stem in listed:
                if stem.endswith(" ") or len(stem) < HEAD:
                    self._whole[stem.strip()].add(name)
                else:
                    self._begin[stem[:HEAD]].append((stem, name))

    def of(self, lowered: str) -> set[str]:
        """Names of which a word stands in `lowered`."""
        found: set[str] = set()
        for word in set(WORD.findall(lowered)):
            if word in self._whole:
                found |= self._whole[word]
            for stem, name in self._begin.get(word[:HEAD], ()):
                if word.startswith(stem):
                    found.add(name)
        return found
