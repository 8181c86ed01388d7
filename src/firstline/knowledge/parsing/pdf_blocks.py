"""Lines of a PDF page to blocks: paragraphs, list items, tables with rules and tables that are only aligned."""

import re
from dataclasses import dataclass
from typing import Any

from firstline.knowledge.parsing.pdf_words import Line, reading_order

__all__ = ["Block", "blocks_of"]

MOST_EDGES = 3000  # of drawn lines on a page: more are a map or a drawing, and finding tables in them takes minutes
LONGEST_CELL = 400  # characters a cell on average: more is a box around text, not a table
LEAST_ROWS = 3  # of a table without rules
MARK = re.compile(r"(?:[•▪◦●‣∙·○■□❑➢✓✔*–—-]|\uf0b7|\uf0a7)\s+(?=\S)")
NUMBERED = re.compile(r"\(?[0-9]{1,2}[.)]\s+\S")


@dataclass(slots=True)
class Block:
    """A paragraph or a table (`rows`). `top` and `bottom` are shares of the page's height, `left` and `right` points."""

    text: str
    size: float
    bold: bool
    top: float
    bottom: float
    left: float = 0.0
    right: float = 0.0
    rows: list[list[str]] | None = None
    level: int = 0  # of a heading
    item: bool = False  # of a list
    lines: int = 1


def blocks_of(page: Any, words: list[Any]) -> list[Block]:
    """The page's blocks in reading order. `page` is pdfplumber's, `words` its upright words."""
    tables = _ruled(page)
    loose = [w for w in words if not any(_inside(w, table) for table in tables)]
    height = float(page.height) or 1.0
    out: list[Block] = []
    lines = reading_order(loose, tables)
    at = 0
    while at < len(lines):
        line = lines[at]
        if line.rows:
            out.append(_block(line, "", height, line.rows))
            at += 1
            continue
        rows, used = _aligned(lines[at:])
        if used:
            part = lines[at : at + used]
            box = Line(
                [], min(p.x0 for p in part), max(p.x1 for p in part), part[0].top, part[-1].bottom, line.size, False
            )
            out.append(_block(box, "", height, rows))
            at += used
            continue
        _add(out, line, height)
        at += 1
    return out


def _ruled(page: Any) -> list[Line]:
    if len(page.edges) > MOST_EDGES or len(page.edges) < 4:
        return []
    out: list[Line] = []
    for table in page.find_tables():
        if len(table.rows) < 2:
            continue
        rows = [[" ".join((cell or "").split()) for cell in row] for row in table.extract()]
        filled = [cell for row in rows for cell in row if cell]
        columns = sum(any(row[at] for row in rows) for at in range(max(map(len, rows))))
        if columns < 2 or not filled or sum(map(len, filled)) / len(filled) > LONGEST_CELL:
            continue
        x0, top, x1, bottom = table.bbox
        out.append(Line([], x0, x1, top, bottom, 10.0, False, rows=rows))
    return out


def _inside(word: Any, table: Line) -> bool:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return bool(table.x0 <= x <= table.x1 and table.top <= y <= table.bottom)


def _aligned(lines: list[Line]) -> tuple[list[list[str]], int]:
    """A table without rules at the start of `lines`, with the number of lines it takes; 0 when there is none."""
    used, many = 0, 0
    for line in lines:
        if line.rows or (len(line.cells) < 2 and not (many and line.x0 > lines[0].cells[0][1])):
            break
        if used and line.top - lines[used - 1].bottom > 2.5 * line.size:
            break
        used += 1
        many += len(line.cells) > 1
    if many < LEAST_ROWS:
        return [], 0
    spans: list[list[float]] = []
    for x0, x1, _ in sorted(cell for line in lines[:used] for cell in line.cells):
        if spans and x0 < spans[-1][1]:
            spans[-1][1] = max(spans[-1][1], x1)
        else:
            spans.append([x0, x1])
    if len(spans) < 2 or len(spans) > 12:
        return [], 0
    rows: list[list[str]] = []
    for line in lines[:used]:
        row = [""] * len(spans)
        for x0, _, text in line.cells:
            at = max(i for i, span in enumerate(spans) if span[0] <= x0 + 0.01)
            row[at] = f"{row[at]} {text}".strip()
        if len(line.cells) == 1 and rows:  # a cell that goes on below
            rows[-1] = [f"{a} {b}".strip() for a, b in zip(rows[-1], row, strict=True)]
        else:
            rows.append(row)
    return rows, used


def _block(line: Line, text: str, height: float, rows: list[list[str]] | None = None) -> Block:
    return Block(text, line.size, line.bold, line.top / height, line.bottom / height, line.x0, line.x1, rows)


def _add(out: list[Block], line: Line, height: float) -> None:
    """The line goes on the paragraph above it or begins one."""
    text = line.text
    marked, numbered = MARK.match(text), NUMBERED.match(text)
    above = out[-1] if out else None
    gap = line.top - above.bottom * height if above else 0.0
    joins = (
        above is not None
        and above.rows is None
        and not marked
        and not (numbered and (above.item or above.lines == 1))
        and abs(above.size - line.size) < 0.6
        and above.bold == line.bold
        and -0.5 * line.size < gap < 0.75 * line.size
        and line.x0 < above.right
    )
    if joins and above is not None:
        above.text = joined(above.text, text)
        above.bottom = line.bottom / height
        above.left, above.right = min(above.left, line.x0), max(above.right, line.x1)
        above.lines += 1
        return
    block = _block(line, f"- {text[marked.end() :]}" if marked else text, height)
    block.item = bool(marked or numbered)
    block.bold = block.bold and len(line.cells) == 1  # cells side by side are no heading
    out.append(block)


def joined(first: str, second: str) -> str:
    """Two lines of one paragraph; a word that was parted between them is whole again."""
    if re.search(r"[^\W\d_]-$", first) and second[:1].islower():
        return first[:-1] + second
    return f"{first} {second}"
