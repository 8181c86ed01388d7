"""What is left of a text when secrets and personal data are taken out of it: sentences that can be said, and no marker.

A customer must never hear "The wifi password is […]": the clause that held it goes whole, and the sentence with it when
nothing useful is left. Prices and other facts of the same line stay.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from firstline.knowledge.governance.model import Hit, pattern, rules

__all__ = ["cut"]

BOUNDARY = re.compile(r"[.!?…][\"'”’)\]]*\s+")
LONG_BOUNDARY = re.compile(r"[.!?…][\"'”’)\]]*\s+|\s+")
LONGEST = 1000  # characters of a sentence
PREFIX = re.compile(r"\s*(?:[-*•]\s+|\d{1,2}[.)]\s+|#{1,6}\s+|>\s*)?")
CLAUSE = re.compile(r"\s*(?:;|,(?=\s)|\s[-–—]|[()])\s*|\s+(?:and|but|y|pero)\s+")
MONEY = re.compile(r"[$€£]\s?\d[\d.,]*|\d[\d.,]*\s?(?:€|\$|euros?\b|dollars?\b|pesos\b|usd\b|eur\b)", re.IGNORECASE)
WORDS = 4  # from which a clause without a number may stand by itself
Span = tuple[int, int]


def cut(text: str, taken: Sequence[Hit]) -> str:
    """`text` without `taken` (in order, none overlapping): instructions exactly, of others the clause they stand in."""
    if not taken:
        return text
    spans = [(hit.start, hit.end) for hit in taken if hit.kind != "injection"]
    gone = [(hit.start, hit.end) for hit in taken if hit.kind == "injection"]
    lines = list(_lines(text, spans))
    edits = [(start, end, "") for start, end in gone if not _near(lines, start, start + 1)]
    for start, end in lines:
        left = _line(text[start:end], _within(spans, start, end), _within(gone, start, end))
        edits.append((start, end, left) if left else (start, min(end + 1, len(text)), ""))
    out, done = [], 0
    for start, end, left in sorted(edits):
        out += [text[done : max(done, start)], left]
        done = max(done, end)
    return "".join([*out, text[done:]])


def _near(spans: Sequence[Span], start: int, end: int) -> Sequence[Span]:
    """Those of `spans` (in order, none overlapping) that share a character with [start, end)."""
    return spans[bisect_right(spans, start, key=lambda s: s[1]) : bisect_left(spans, end, key=lambda s: s[0])]


def _within(spans: Sequence[Span], start: int, end: int) -> list[Span]:
    """The same, counted from `start`, no further than [0, end - start)."""
    return [(max(a - start, 0), min(b, end) - start) for a, b in _near(spans, start, end)]


def _lines(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """The lines that hold spans; a span over several lines makes one of them."""
    begin = end = -1
    for first, last in spans:
        start = text.rfind("\n", 0, first) + 1
        stop = text.find("\n", last)
        stop = len(text) if stop < 0 else stop
        if start <= end:
            end = max(end, stop)
            continue
        if begin >= 0:
            yield begin, end
        begin, end = start, stop
    if begin >= 0:
        yield begin, end


def _line(line: str, hits: Sequence[Span], gone: Sequence[Span]) -> str:
    """A line's rest; '' when nothing is left of it. `gone`: stretches of it that go as they are."""
    if line.lstrip().startswith("|"):
        return _row(line, hits, gone)
    prefix = PREFIX.match(line)
    head = prefix.group() if prefix else ""
    parts = [_rest(line, start, end, hits, gone) for start, end in _sentences(line, len(head), hits)]
    said = " ".join(part for part in parts if part)
    return head + said if any(c.isalnum() for c in said) else ""


def _row(line: str, hits: Sequence[Span], gone: Sequence[Span]) -> str:
    """A table row with its cells emptied; '' when one cell at most is left."""
    bars = [m.start() for m in re.finditer(r"\|", line) if not _near(hits, m.start(), m.start() + 1)]
    cells = [_rest(line, a + 1, b, hits, gone) for a, b in zip(bars, [*bars[1:], len(line)], strict=True)]
    if sum(any(c.isalnum() for c in cell) for cell in cells) < 2:
        return ""
    return "|" + "|".join(f" {cell} " for cell in (cells[:-1] if not line[bars[-1] + 1 :].strip() else cells)) + "|"


def _sentences(line: str, begin: int, hits: Sequence[Span]) -> Iterator[Span]:
    """Sentences; one longer than LONGEST is cut between words."""
    start = begin
    for match in (BOUNDARY if len(line) < LONGEST else LONG_BOUNDARY).finditer(line, begin):
        if _near(hits, match.start() + 1, match.start() + 2):
            continue
        short = match.end() - start < LONGEST
        dotted = pattern("cut", "abbreviated").search(line[max(start, match.start() - 12) : match.start() + 1])
        if short and (dotted or line[match.start()].isspace()):
            continue
        yield start, match.end()
        start = match.end()
    if start < len(line):
        yield start, len(line)


def _rest(line: str, start: int, end: int, hits: Sequence[Span], gone: Sequence[Span]) -> str:
    """What can still be said of the sentence or cell [start, end)."""
    inside, out = _near(hits, start, end), _near(gone, start, end)
    if not inside:
        if not out:
            return line[start:end].strip()
        return "".join([line[start : max(start, out[0][0])], line[min(end, out[-1][1]) : end]]).strip()
    kept: list[str] = []
    at = start
    breaks = [(m.start(), m.end()) for m in CLAUSE.finditer(line, start, end) if not _near(inside, m.start(), m.end())]
    joined = -1
    for first, last in [*breaks, (end, end)]:
        clause = line[at:first] if not _near(inside, at, first) and not _near(out, at, first) else None
        said = _priced(line, at, first, inside) if clause is None else clause.strip()
        if said and _useful(said):
            whole = clause is not None
            if kept and whole and joined >= 0:
                kept[-1] = line[joined:first].strip()
            else:
                kept.append(said)
                joined = at if whole else -1
        else:
            joined = -1
        at = last
    if not kept:
        return ""
    said = ", ".join(part.strip(" ,;:") for part in kept)
    said = said.rstrip(".!?… ")
    close = re.search(r"[.!?…]+[\"'”’)\]]*\s*$", line[start:end])
    return said[:1].upper() + said[1:] + (close.group().strip() if close else "")


def _priced(line: str, start: int, end: int, hits: Sequence[Span]) -> str:
    """Of a clause that held a secret the price and the words that belong to it: before the secret, or behind it."""
    held = _near(hits, start, end)
    if not held:  # an instruction stood in it
        return ""
    first, last = max(held[0][0], start), min(held[-1][1], end)
    before = list(MONEY.finditer(line, start, first))
    if before:
        return line[start : before[-1].end()].strip()
    return line[last:end].strip(" :-–|") if MONEY.search(line, last, end) else ""


def _useful(clause: str) -> bool:
    """Whether a clause says something by itself."""
    if pattern("cut", "dangling").match(clause):
        return False
    words = [word for word in re.findall(r"[^\W\d_]+", clause) if len(word) > 1]
    if MONEY.search(clause):
        return any(len(word) > 2 for word in words)
    least = 2 if any(c.isdigit() for c in clause) else WORDS
    meant = [word for word in words if word.casefold() not in rules()["cut"]["empty"]]
    return len(words) >= least and len(meant) >= 2
