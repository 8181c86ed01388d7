"""Words as keyword search sees them: folded, stemmed, without the ones that carry no subject; and sentences."""

import re
import threading
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import snowballstemmer

__all__ = ["borrowed_stems", "fold", "sentences", "stems", "stopwords"]

WORD = re.compile(r"[^\W_]+(?:[.,:][0-9]+)*", re.UNICODE)
STEMMERS = {"en": "english", "es": "spanish"}
LONGEST_SENTENCE = 400  # characters; a longer one is cut at a semicolon or comma, else at a space
ABBREVIATIONS = frozenset(
    "mr|mrs|ms|dr|st|vs|etc|e.g|i.e|approx|ave|blvd|inc|ltd|co|sr|sra|srta|dra|ud|uds|pág|art|aprox".split("|")  # noqa: SIM905 - a list to read
)
BOUNDARY = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[¿¡]*[^\Wa-z])")
LIST_ITEM = re.compile(r"(?:[-*•]|\d{1,2}[.)])\s+")
_of_thread = threading.local()
RULE = re.compile(r"\|(?:\s*:?-{2,}:?\s*\|)+")


def fold(text: str) -> str:
    """Lower case without accents, ñ kept (año is not ano)."""
    if text.isascii():
        return text.lower()
    marked = text.casefold().replace("ñ", "\0")
    bare = "".join(c for c in unicodedata.normalize("NFKD", marked) if not unicodedata.combining(c))
    return bare.replace("\0", "ñ")


@cache
def stopwords(language: str) -> frozenset[str]:
    """Folded words that carry no subject (data/stopwords.toml)."""
    lists = tomllib.loads(files("firstline.knowledge").joinpath("data/stopwords.toml").read_text("utf-8"))
    return frozenset(fold(word) for word in lists.get(language, "").split())


def _stemmer(language: str) -> Any:
    """One a thread: a stemmer keeps the word it is at, and indexes are built beside searches."""
    name = STEMMERS.get(language, "english")
    kept: dict[str, Any] = _of_thread.__dict__
    if name not in kept:
        kept[name] = snowballstemmer.stemmer(name)
    return kept[name]


@lru_cache(maxsize=200_000)
def _stem(word: str, language: str) -> str:
    """The stem of a folded word, or '' for a stop word. Snowball in Python is slow: each word is stemmed once."""
    if word in stopwords(language):
        return ""
    if word[0].isdigit():
        return word.replace(",", "")
    return fold(_stemmer(language).stemWord(word))


def stems(text: str, language: str) -> list[str]:
    """Stems of `text` in order, stop words left out; apostrophes join ("don't" -> dont)."""
    found = WORD.findall(fold(text.replace("'", "").replace("’", "")))
    return [stem for word in found if (stem := _stem(word, language))]


def borrowed_stems(text: str, language: str, other: str) -> list[str]:
    """Distinct stems, as language `other` makes them, of what a text may share with it: names, numbers, loan words."""
    stop = stopwords(language)
    found = WORD.findall(fold(text.replace("'", "").replace("’", "")))
    return list(dict.fromkeys(stem for word in found if word not in stop and (stem := _stem(word, other))))


def sentences(text: str) -> list[str]:
    """Sentences, list items and table rows as they can be said, none empty, none much longer than LONGEST_SENTENCE.

    Headings, rules and the heads of tables are left out; a row reads "first cell: second; third".
    """
    out: list[str] = []
    prose: list[str] = []
    lines = text.split("\n")
    for number, line in enumerate(lines):
        bare = line.strip()
        special = bare.startswith(("|", "#")) or LIST_ITEM.match(bare)
        if special or not bare:
            out.extend(_prose("\n".join(prose)))
            prose.clear()
        if bare.startswith("|"):
            follows = lines[number + 1].strip() if number + 1 < len(lines) else ""
            if not RULE.fullmatch(bare) and not RULE.fullmatch(follows):
                out.extend(_row(bare))
        elif special and not bare.startswith("#"):
            prose.append(LIST_ITEM.sub("", bare))
        elif bare and not bare.startswith("#"):
            prose.append(bare)
    out.extend(_prose("\n".join(prose)))
    return out


def _row(line: str) -> list[str]:
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    named, rest = cells[0], "; ".join(cell for cell in cells[1:] if cell)
    if not named or not rest:  # a heading inside the table
        return _cut(rest) if rest else []
    return _cut(f"{named}: {rest}")


def _prose(text: str) -> list[str]:
    out: list[str] = []
    start = 0
    for match in BOUNDARY.finditer(text):
        head = text[start : match.start()]
        last = head.rsplit(None, 1)[-1].rstrip(".").casefold() if head.strip() else ""
        if last in ABBREVIATIONS or (len(last) == 1 and last.isalpha()):
            continue
        out.extend(_cut(head + match.group().rstrip()))
        start = match.end()
    out.extend(_cut(text[start:]))
    return out


def _cut(sentence: str) -> list[str]:
    rest = " ".join(sentence.split())
    out: list[str] = []
    while len(rest) > LONGEST_SENTENCE:
        at = max(rest.rfind(mark, 40, LONGEST_SENTENCE) for mark in ("; ", ", "))
        at = at + 1 if at > 0 else rest.rfind(" ", 40, LONGEST_SENTENCE)
        at = at if at > 0 else LONGEST_SENTENCE
        out.append(rest[:at].strip())
        rest = rest[at:].strip()
    return [*out, rest] if rest else out
