"""Prices in a document with what they are the price of: a service of the business, or the words that name it.

Read from canonical Markdown: table rows (label, head of the column), list items, sentences; a heading names the thing
where the words beside the amount do not.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from firstline.kit.money import Amount, find_amounts
from firstline.knowledge.wording import fold, sentences, stems
from firstline.tenancy.model import Business

__all__ = ["Mention", "price_mentions", "words"]

HEADING = re.compile(r"#{1,6}\s+(.{1,200}?)\s*#*$")
RULE = re.compile(r"\|(?:\s*:?-{2,}:?\s*\|)+")
MONEY = re.compile(r"\d")
MOST = 400  # prices of one document: a catalogue is compared by its first
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Mention:
    """One price. `subject`: stems, "=code" for a service of the profile, "#40" for a number that is no money.

    `shape`: exact | range | from | up_to | about. `low`, `high` in the business's currency (equal when exact).
    """

    subject: frozenset[str]
    label: str
    unit: str
    shape: str
    low: Decimal
    high: Decimal
    sentence: str
    section: str = ""


@cache
def words() -> dict[str, Any]:
    """data/contradictions.toml, its word lists as sets of folded words and stems."""
    read = tomllib.loads(files("firstline.knowledge").joinpath("data/contradictions.toml").read_text("utf-8"))
    for name in ("filler", "distinct"):
        listed = read[name].split()
        read[name] = frozenset({*listed, *(s for w in listed for lang in ("en", "es") for s in stems(w, lang))})
    per = r"^[\s)]*(?:/|per\b|an?\b|each\b|por\b|cada\b|la\b|el\b|al\b|a la\b)?\s*(?:cada )?"
    read["units"] = {name: re.compile(rf"{per}{pattern}\b") for name, pattern in read["units"].items()}
    read["shape"] = {
        name: re.compile(value) if isinstance(value, str) else Decimal(str(value))
        for name, value in read["shape"].items()
    }
    read["skip"] = re.compile(read["skip"])
    for table in ("fees", "fees_when"):
        read[table] = {name: re.compile(pattern) for name, pattern in read[table].items()}
    return read


def price_mentions(markdown: str, business: Business, language: str = "en") -> list[Mention]:
    """Every price of `markdown` that says what it is of, in order, at most MOST."""
    names = _service_names(business)
    out: list[Mention] = []
    for sentence, cells, section in _lines(markdown):
        if not MONEY.search(sentence):
            continue
        out.extend(
            _in_row(cells, section, names, language) if cells else _in_sentence(sentence, section, names, language)
        )
        if len(out) >= MOST:
            break
    return out[:MOST]


Names = list[tuple[str, re.Pattern[str]]]


def _service_names(business: Business) -> Names:
    """(code, pattern of a name), the longest first."""
    found: dict[str, str] = {}
    for service in business.services:
        for name in (*service.name.values(), *(alias for listed in service.aliases.values() for alias in listed)):
            found.setdefault(fold(name).strip(), service.code)
    return [
        (code, re.compile(r"\b" + r"\W+".join(re.escape(w) for w in re.findall(r"\w+", name)) + r"(?:e?s)?\b"))
        for name, code in sorted(found.items(), key=lambda entry: -len(entry[0]))
        if len(name) > 2
    ]


def _lines(markdown: str) -> Iterator[tuple[str, list[tuple[str, str]], str]]:
    """(sentence, (head, cell) of a table row, section) down the document."""
    section, head, held = "", [""], []
    rows = markdown.split("\n")
    for number, line in enumerate(rows):
        bare = line.strip()
        if heading := HEADING.match(bare):
            section = heading[1]
        if bare.startswith("|"):
            cells = [cell.strip() for cell in bare.strip("|").split("|")]
            if number + 1 < len(rows) and RULE.fullmatch(rows[number + 1].strip()):
                head = cells
            elif not RULE.fullmatch(bare) and len(cells) > 1:
                named = [*head, *[""] * len(cells)]
                yield "; ".join(cells)[:LONGEST], list(zip(named, cells, strict=False)), section
            continue
        head = [""]
        if bare and not heading:
            held.append(bare)
        if held and (not bare or heading or number + 1 == len(rows) or rows[number + 1].lstrip()[:1] in "#|-*•"):
            question = held[0] if held[0].endswith("?") and len(held) > 1 else ""
            for sentence in sentences("\n".join(held)):
                yield sentence, [], question or section
            held = []
    for sentence in sentences("\n".join(held)):
        yield sentence, [], section


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an amount stands: folded words right before and after it, its label if any, the whole, the section."""

    before: str
    after: str
    said: str  # what may name the thing, without the amount
    label: str
    whole: str
    section: str


def _in_row(cells: list[tuple[str, str]], section: str, names: Names, language: str) -> Iterator[Mention]:
    label = cells[0][1]
    whole = "; ".join(cell for _, cell in cells)[:LONGEST]
    for head, cell in cells[1:]:
        for amount in [a for a in find_amounts(cell, language) if a.currency][:1]:
            unit_head = re.sub(r"^(?:price|rate|cost|precio|tarifa|costo|coste)s?\b\W*", "", fold(head))
            after = fold(cell[amount.end :])
            place = _Place(
                fold(f"{head} {cell[: amount.start]}"),
                after or unit_head,
                f"{label} {head} {cell[: amount.start]}",
                label,
                whole,
                section,
            )
            if made := _mention(place, amount, names, language):
                yield made


def _in_sentence(sentence: str, section: str, names: Names, language: str) -> Iterator[Mention]:
    folded = fold(sentence)
    if len(folded) != len(sentence) or words()["skip"].search(folded):
        return
    amounts = [a for a in find_amounts(sentence, language) if a.currency]
    start = 0
    shared = sentence[: amounts[0].start] if amounts else ""
    for at, amount in enumerate(amounts):
        stop = amounts[at + 1].start if at + 1 < len(amounts) else len(sentence)
        before = re.sub(r"^[^,;:]{0,40}?[,;:]\s", "", sentence[start : amount.start]) if at else shared
        if at and (before.lstrip().startswith("(") or not _content(before, language)):
            before = f"{shared} {before}"
        place = _Place(folded[: amount.start], folded[amount.end : stop], before, "", sentence[:LONGEST], section)
        if made := _mention(place, amount, names, language):
            yield made
        start = amount.end


def _mention(place: _Place, amount: Amount, names: Names, language: str) -> Mention | None:
    unit, after = "", place.after
    for name, found in () if _begins_with_fee(after) else words()["units"].items():
        if match := found.match(after):
            unit, after = name, after[match.end() :]
            break
    shape = _shape(place.before[-40:], after, amount)
    after = re.split(r"[,;.:](?:\s|$)|[()]|\b(?:y|and|but|pero|so|if|si|plus|mas)\b", after)[0]
    subject, named = _subject(place.said + " " + after, names, language)
    subject, unit = _of_fee(place, after, subject, unit, names, language)
    if not any(word.startswith("=") for word in subject):
        above, above_named = _subject(place.section, names, language)
        codes = {word for word in above if word.startswith("=")}
        if codes:
            subject, named = subject | codes, above_named
        elif not {w for w in subject if not w.startswith("#") and w not in words()["distinct"]}:
            subject, named = subject | above, place.section
    if all(word.startswith("#") for word in subject):
        return None
    said = " ".join(place.said.split())
    return Mention(
        subject,
        (place.label or named or said)[:80],
        unit,
        shape,
        amount.value,
        amount.upper,
        place.whole,
        place.section,
    )


def _begins_with_fee(after: str) -> bool:
    """ "$59 service call fee": not a unit "service"."""
    return any(found.match(after.lstrip()) for found in words()["fees"].values())


def _of_fee(
    place: _Place, after: str, subject: frozenset[str], unit: str, names: Names, language: str
) -> tuple[frozenset[str], str]:
    """The subject with "=fee:…" for the words of a fee, and its unit; as they were where none or a service is named."""
    said = fold(f"{place.said} {after}")
    if any(word.startswith("=") for word in subject):
        return subject, unit
    rules = words()["fees_when"]
    if unit == "hour" and rules["said_of_all"].match(said) and not place.section:
        return frozenset({"=fee:hourly"}), unit
    for name, found in words()["fees"].items():
        match = found.search(said)
        if match is None or (name == "hourly" and unit != "hour" and not rules["hourly"].search(match.group())):
            continue
        above = fold(place.section)  # a fee under the heading of a service is that service's
        for other in words()["fees"].values():
            above = other.sub(" ", above)
        rest, _ = _subject(f"{said[: match.start()]} {said[match.end() :]} {above}", names, language)
        return rest | {f"=fee:{name}"}, "hour" if name == "hourly" else unit
    return subject, unit


def _shape(before: str, after: str, amount: Amount) -> str:
    shapes = words()["shape"]
    if amount.is_range:
        return "range"
    if shapes["from"].search(before) or shapes["from_after"].match(after):
        return "from"
    return next((name for name in ("up_to", "about") if shapes[name].search(before)), "exact")


def _subject(said: str, names: Names, language: str) -> tuple[frozenset[str], str]:
    """What is priced, and the service's name as it was written ('' when none is named)."""
    folded, codes, named = fold(said), set(), ""
    for code, found in names:
        if match := found.search(folded):
            codes.add(f"={code}")
            named = named or match.group()
            folded = f"{folded[: match.start()]} {folded[match.end() :]}"
            break
    return frozenset(codes | _content(folded, language)), named


def _content(said: str, language: str) -> set[str]:
    numbers = {f"#{n}" for n in re.findall(r"(?<![\d$€£.,])\d+(?:[.,]\d+)?", said)}
    raw = {fold(w) for w in re.findall(r"[^\W\d_]{2,}", said)} - words()["filler"]
    return numbers | {stem for word in raw for stem in stems(word, language) if stem not in words()["filler"]}
