"""Instructions to the assistant inside pages and files.

A sentence's cues (data/governance.toml, [injection]) are weighed together; the sentences of one paragraph lend each other
half of theirs, because an attack is rarely one sentence. Text in disguise (spaced letters, leet, base64, URL escapes,
ROT13, binary) is read as well. Words of a trade ("system", "ignore the smell at your peril") carry no weight by themselves.
"""

import base64
import binascii
import codecs
import re
import string
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from firstline.knowledge.governance.model import Hit, rules
from firstline.knowledge.governance.triggers import Triggers
from firstline.knowledge.wording import fold

__all__ = ["injections"]

BOUNDARY = re.compile(r"[.!?…]+[\"'”’)\]]*(?=\s)|\n+")
BASE64 = re.compile(r"(?<![A-Za-z0-9+/_=-])[A-Za-z0-9+/_-]{20,4000}={0,2}(?![A-Za-z0-9+/_-])")
SPACED = re.compile(r"\b(?:\w ){5,60}\w\b")
LEET_WORD = re.compile(r"\b[A-Za-z]{1,12}[013457@$][A-Za-z]")
# "ignore", "disregard", "forget", "instructions", "previous", "prompt" turned by 13
ROTATED = re.compile(r"\b(?:vtaber|qvfertneq|sbetrg|vafgehpgvbaf|cerivbhf|cebzcg)\b", re.IGNORECASE)
BINARY = re.compile(r"(?:[01]{8}\s?){8,2000}")
LEET = str.maketrans("013457@$", "oieastas")
PRINTABLE = frozenset(string.ascii_letters + string.digits + " .,;:!?'\"()-/@_\n")
MARKED = frozenset({"fake_markup", "exfiltration"})  # known by signs, not by words
MARKUP = re.compile(r"[<\[{]")
LENT = 0.5  # of a neighbour's weight
LONGEST = 600  # characters of a sentence


@dataclass(frozen=True, slots=True)
class _Cue:
    type: str
    weight: float
    found: re.Pattern[str]
    negatable: bool


@cache
def _cues() -> dict[str, _Cue]:
    table = rules()["injection"]
    words = {name: value for name, value in table.items() if isinstance(value, str)}
    return {
        f"{at:03}": _Cue(
            cue["type"], cue["weight"], re.compile(cue["pattern"].format(**words)), bool(cue.get("negatable"))
        )
        for at, cue in enumerate(table["cues"])
    }


@cache
def _marked() -> frozenset[str]:
    """Cues that are known by signs, not by words."""
    return frozenset(name for name, cue in _cues().items() if cue.type in MARKED)


@cache
def _payload() -> re.Pattern[str]:
    return re.compile(rules()["injection"]["payload"])


@cache
def _alike() -> dict[int, str]:
    return {ord(c): latin for latin, listed in rules()["injection"]["alike"].items() for c in listed}


def _read_alike(sentence: str) -> str:
    """A sentence folded as the eye reads it: full-width and styled letters, and letters of other alphabets, as Latin ones."""
    if sentence.isascii():
        return sentence.lower()
    return fold(unicodedata.normalize("NFKC", sentence).translate(_alike()))


@cache
def _negated() -> re.Pattern[str]:
    return re.compile(rules()["injection"]["negated"])


def injections(text: str) -> Iterator[Hit]:
    """Sentences that speak to the assistant; sure ones with what follows them on their line."""
    policy = rules()["policy"]
    disguised = _may_be_disguised(text)
    for line in _lines(text):
        weighed = [(*_weight(text[start:end], disguised), start, end) for start, end in line]
        for at, (own, kind, note, start, end) in enumerate(weighed):
            if not own:
                continue
            near = [w[0] for w in weighed[max(0, at - 3) : at] + weighed[at + 1 : at + 4]]
            total = 1 - _left(own, near)
            if total >= policy["injection_sure"]:
                yield Hit("injection", kind, start, _payload_end(text, weighed, at), note=note)
            elif own >= policy["injection_doubt"] or total >= policy["injection_doubt"] + 0.15:
                spoken = own >= policy["injection_taken"] and kind in policy["doubt_taken"]
                yield Hit("injection", kind, start, end, sure=False, note=note, withheld=spoken)


def _payload_end(text: str, weighed: Sequence[tuple[float, str, str, int, int]], at: int) -> int:
    """Where the sentences after a sure one end that go with it: at most `taken_along`, on its own line, each its payload."""
    end = weighed[at][4]
    for own, _, _, start, stop in weighed[at + 1 : at + 1 + rules()["policy"]["taken_along"]]:
        if "\n" in text[end:start] or not (own or _payload().search(_read_alike(text[start:stop]))):
            break
        end = stop
    return end


def _left(own: float, near: list[float]) -> float:
    """The chance that a sentence is innocent: product of (1 - w), neighbours with LENT of theirs."""
    left = 1 - own
    for weight in near:
        left *= 1 - LENT * weight
    return left


def _lines(text: str) -> Iterator[list[tuple[int, int]]]:
    """Sentences' offsets by paragraph (lines that no empty line parts); a longer one is cut at LONGEST."""
    held: list[tuple[int, int]] = []
    start = 0
    for end, gap in [*((m.end(), m.group()) for m in BOUNDARY.finditer(text)), (len(text), "\n\n")]:
        for at in range(start, end, LONGEST):
            piece = text[at : min(end, at + LONGEST)]
            if bare := piece.strip():
                begin = at + len(piece) - len(piece.lstrip())
                held.append((begin, begin + len(bare)))
        start = end
        if held and "\n\n" in gap:
            yield held
            held = []


def _weight(sentence: str, disguised: bool) -> tuple[float, str, str]:
    """(0..1, the strongest cue's type, what a disguise hid)."""
    plain = _weighed(fold(sentence))
    if not sentence.isascii() and (alike := _read_alike(sentence)) != fold(sentence):
        seen = _weighed(alike)
        if seen[0] > max(plain[0], 0.5):  # nobody writes an order in letters of two alphabets by accident
            return max(seen[0], 0.95), "encoded", alike[:200]
    if not disguised or plain[0] >= rules()["policy"]["injection_sure"]:
        return *plain, ""
    for said in _undisguised(sentence):
        found = _weighed(fold(said))
        if found[0] > max(plain[0], 0.6):
            return max(found[0], 0.95), "encoded", said[:200]
    return *plain, ""


def _weighed(folded: str) -> tuple[float, str]:
    left, best, kind = 1.0, 0.0, ""
    tried = _triggers().of(folded)
    if MARKUP.search(folded):
        tried |= _marked()
    for name in sorted(tried):
        cue = _cues()[name]
        match = cue.found.search(folded)
        if match is None or (cue.negatable and _negated().search(folded[max(0, match.start() - 16) : match.start()])):
            continue
        left *= 1 - cue.weight
        if cue.weight > best:
            best, kind = cue.weight, cue.type
    return 1 - left, kind


@cache
def _triggers() -> Triggers:
    return Triggers({f"{at:03}": cue["needs"] for at, cue in enumerate(rules()["injection"]["cues"])})


def _may_be_disguised(text: str) -> bool:
    """Whether any of the disguises may stand in a page: asked once, for most have none."""
    return (
        "%20" in text
        or any(found.search(text) for found in (SPACED, LEET_WORD, BASE64, ROTATED))
        or ("0" in text and BINARY.search(text) is not None)
    )


def _undisguised(sentence: str) -> Iterator[str]:
    """What the sentence says under the disguises that models read through."""
    if SPACED.search(sentence):
        yield SPACED.sub(lambda m: m.group().replace(" ", ""), sentence)
    if len(LEET_WORD.findall(sentence)) >= 3:
        yield sentence.translate(LEET)
    if sentence.count("%20") >= 3:
        yield unquote(sentence)
    if "0" in sentence and (bits := BINARY.search(sentence)):
        octets = re.sub(r"\s", "", bits.group())
        yield "".join(chr(int(octets[at : at + 8], 2)) for at in range(0, len(octets) - 7, 8))
    for match in BASE64.finditer(sentence):
        if said := _decoded(match.group()):
            yield said
    if ROTATED.search(sentence):
        yield codecs.encode(sentence, "rot13")


def _decoded(blob: str) -> str:
    """The text in a base64 blob, or '' when it holds none."""
    try:
        raw = base64.b64decode(
            blob.translate(str.maketrans("-_", "+/")).rstrip("=") + "=" * (-len(blob.rstrip("=")) % 4)
        )
        said = raw.decode("utf-8")
    except (binascii.Error, ValueError):
        return ""
    return said if said and sum(c in PRINTABLE for c in said) >= 0.95 * len(said) else ""
