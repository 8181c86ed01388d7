"""Words of a PDF page to lines in the order in which people read: column after column, rows of a list side by side."""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

__all__ = ["Line", "body_size", "reading_order"]

GAP = (
    1.3  # times the type's size: a wider gap between words is a gutter or the next cell (justified text stays below 1)
)
LEAST_LINES = 4  # on either side of a gutter
TIGHT = 0.1  # times the type's size: nearer pieces are one word in two fonts
BULLET = re.compile(r"([•▪◦●‣∙·○■□❑➢✓✔*–—-]|\uf0b7|\uf0a7|\(?[0-9]{1,2}[.)]|[a-zA-Z][.)])$")
PROSE = 3.0  # words a line on average: shorter ones are cells of a table, not lines of a column


@dataclass(slots=True)
class Line:
    """Neighbouring words on one baseline. Points from the page's top left."""

    words: list[Any]
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    cells: list[tuple[float, float, str]] = field(default_factory=list)  # x0, x1, text; more than one: side by side
    rows: list[list[str]] | None = None  # of a ruled table, which stands in the order like a line

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join(text for _, _, text in self.cells)


def body_size(words: list[Any]) -> float:
    """The size in which most characters are set."""
    sizes: dict[float, int] = {}
    for word in words:
        size = round(word["size"], 1)
        sizes[size] = sizes.get(size, 0) + len(word["text"])
    return max(sizes, key=lambda size: sizes[size]) if sizes else 10.0


def reading_order(words: list[Any], tables: list[Line]) -> list[Line]:
    """All words and tables as lines, top to bottom, columns of prose one after the other."""
    return _ordered([*_pieces(words), *tables], 0)


def _pieces(words: list[Any]) -> list[Line]:
    rows: list[list[Any]] = []
    for word in sorted(words, key=lambda w: ((w["top"] + w["bottom"]) / 2, w["x0"])):
        middle = (word["top"] + word["bottom"]) / 2
        for row in reversed(rows[-6:]):
            last = row[-1]
            if last["top"] <= middle <= last["bottom"] and abs(last["size"] - word["size"]) < 0.5 * word["size"]:
                row.append(word)
                break
        else:
            rows.append([word])
    out: list[Line] = []
    for row in rows:
        row.sort(key=lambda w: w["x0"])
        held = [row[0]]
        for word in row[1:]:
            wide = word["x0"] - held[-1]["x1"] > GAP * word["size"]
            if wide and not (len(held) == 1 and BULLET.match(held[0]["text"])):
                out.append(_line(held))
                held = []
            held.append(word)
        out.append(_line(held))
    return out


def _line(words: list[Any]) -> Line:
    letters = sum(len(w["text"]) for w in words)
    bold = sum(
        len(w["text"]) for w in words if re.search("bold|black|heavy|medi|demi|[-,]bd", w["fontname"], re.IGNORECASE)
    )
    cells: list[list[Any]] = [[words[0]]]
    for before, word in pairwise(words):
        wide = word["x0"] - before["x1"] > GAP * word["size"]
        if wide and not (len(cells) == 1 and len(cells[0]) == 1 and BULLET.match(before["text"])):
            cells.append([])
        cells[-1].append(word)
    return Line(
        words,
        words[0]["x0"],
        max(w["x1"] for w in words),
        min(w["top"] for w in words),
        max(w["bottom"] for w in words),
        max(w["size"] for w in words),
        bold > 0.8 * letters,
        [(cell[0]["x0"], cell[-1]["x1"], _spaced(cell)) for cell in cells],
    )


def _spaced(words: list[Any]) -> str:
    out = words[0]["text"]
    for before, word in pairwise(words):
        out += ("" if -1 < word["x0"] - before["x1"] < TIGHT * word["size"] else " ") + word["text"]
    return str(out)


def _ordered(lines: list[Line], depth: int) -> list[Line]:
    gutter = _gutter(lines) if depth < 4 and len(lines) >= 2 * LEAST_LINES else None
    if gutter is None:
        return _rows(lines)
    out: list[Line] = []
    left: list[Line] = []
    right: list[Line] = []

    def flush() -> None:
        out.extend(_ordered(left, depth + 1))
        out.extend(_ordered(right, depth + 1))
        left.clear()
        right.clear()

    for line in sorted(lines, key=lambda at: at.top):
        if line.x0 < gutter < line.x1:  # across both columns: what is above it is read first
            flush()
            out.append(line)
        else:
            (left if line.x1 <= gutter else right).append(line)
    flush()
    return out


def _gutter(lines: list[Line]) -> float | None:
    """Where a vertical strip of white parts two columns of prose; None when it does not, or parts a table's cells."""
    start, end = min(line.x0 for line in lines), max(line.x1 for line in lines)
    width = end - start
    steps = [start + width * (0.15 + 0.7 * at / 120) for at in range(121)]
    crossing = [sum(line.x0 < x < line.x1 for line in lines) for x in steps]
    most = max(2, 0.35 * len(lines))
    best: tuple[float, float] | None = None
    at = 0
    for level in sorted(set(crossing)):
        if level > most or best:
            break
        while at < len(steps):
            first = at
            while at < len(steps) and crossing[at] <= level:
                at += 1
            if at > first:
                middle = (steps[first] + steps[at - 1]) / 2
                if _columns(lines, middle) and (best is None or at - first > best[0]):
                    best = (at - first, middle)
            at += 1
        at = 0
    return best[1] if best else None


def _columns(lines: list[Line], gutter: float) -> bool:
    sides = [[at for at in lines if at.x1 <= gutter], [at for at in lines if at.x0 >= gutter]]
    if min(map(len, sides)) < LEAST_LINES:
        return False
    facing = max(min(at.top for at in side) for side in sides) < min(max(at.bottom for at in side) for side in sides)
    return facing and min(sum(len(at.words) for at in side) / len(side) for side in sides) >= PROSE


def _rows(lines: list[Line]) -> list[Line]:
    """Pieces on one baseline joined again, as cells side by side."""
    out: list[Line] = []
    for line in sorted(lines, key=lambda at: (at.top if at.rows else (at.top + at.bottom) / 2, at.x0)):
        middle = (line.top + line.bottom) / 2
        above = out[-1] if out else None
        if above and not above.rows and not line.rows and above.top <= middle <= above.bottom:
            out[-1] = _line(sorted([*above.words, *line.words], key=lambda w: w["x0"]))
        else:
            out.append(line)
    return out
