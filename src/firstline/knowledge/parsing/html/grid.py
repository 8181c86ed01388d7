"""Tables: which hold data, and these as Markdown; a table that only arranges the page is walked like any block."""

from typing import Any

from firstline.knowledge.parsing.html.line import Line
from firstline.knowledge.parsing.html.regions import HIDDEN, share
from firstline.knowledge.parsing.html.rules import facts_of
from firstline.knowledge.parsing.tables import markdown_table

__all__ = ["BLOCKS", "aria_level", "holds_data", "inline", "row_of", "table_line"]

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "caption",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hgroup",
    ]
)
BREAKS = frozenset(
    [
        "br",
        "p",
        "div",
        "li",
        "td",
        "th",
        "tr",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "dt",
        "dd",
        "section",
        "ul",
        "ol",
        "table",
    ]
)
ARRANGING = ("table", "h1", "h2", "h3", "form", "nav", "hr", "section", "article", "address")
CELLS = frozenset(["cell", "gridcell", "columnheader", "rowheader"])
MOST_ROWS = 2000


def inline(node: Any) -> str:
    """The text of an element in one line."""
    if node.tag in ("script", "style", "template", "svg"):
        return ""
    pieces: list[str] = [node.text or ""]
    for child in node:
        if isinstance(child.tag, str):
            gap = child.tag in BREAKS
            inner = inline(child)
            if not gap and inner and child.tag in ("span", "b", "strong", "em", "i", "label"):
                last = next((piece[-1] for piece in reversed(pieces) if piece), "")
                gap = last.isalpha() and (inner[0].isdigit() or inner[0] in "$€£")
            pieces.append(f" {inner} " if gap else inner)
        pieces.append(child.tail or "")
    return " ".join("".join(pieces).split())


def _rows(table: Any) -> list[Any]:
    if table.tag != "table":
        return [n for n in table.iter() if n.get("role") == "row"][:MOST_ROWS]
    nearest = (row for row in table.iter("tr") if next(row.iterancestors("table"), None) is table)
    return [row for row in nearest if not HIDDEN.search(row.get("style") or "") and row.get("hidden") is None][
        :MOST_ROWS
    ]


def _cells(row: Any) -> list[Any]:
    if row.tag == "tr":
        return [cell for cell in row if cell.tag in ("td", "th")]
    return [cell for cell in row.iter() if cell.get("role") in CELLS]


def holds_data(table: Any) -> bool:
    """Whether its rows and columns mean something."""
    if table.get("role") in ("table", "grid"):
        return True
    if table.get("role") in ("presentation", "none") or any(
        next(table.iterdescendants(tag), None) is not None for tag in ARRANGING
    ):
        return False
    rows = _rows(table)
    if not rows or max((len(_cells(row)) for row in rows), default=0) < 2:
        return False
    if next(table.iter("th", "caption"), None) is not None:
        return True
    total, linked, links = share(table)
    if links > 2 and linked > 0.7 * total:
        return False
    long = sum(1 for row in rows for cell in _cells(row) if sum(map(len, cell.itertext())) > 300)
    return len(rows) > 1 and not long


def table_line(table: Any) -> Line:
    """A data table as one line of kind table; its caption is a first paragraph."""
    rows: list[list[str]] = []
    for row in _rows(table):
        cells: list[str] = []
        for cell in _cells(row):
            span = cell.get("colspan") or "1"
            cells += [inline(cell)] + [""] * (min(int(span), 50) - 1 if span.isdigit() and span.isascii() else 0)
        rows.append(cells)
    headed = next(table.iter("th"), None) is not None or any(n.get("role") == "columnheader" for n in table.iter())
    text = markdown_table(rows, headed=headed)
    caption = next((inline(c) for c in table.iter("caption")), "")
    chars, linked, links = share(table)
    return Line("table", f"{caption}\n\n{text}" if caption else text, 0, chars, linked, links)


def aria_level(node: Any) -> int:
    """1-6, 2 when it is not said."""
    level = node.get("aria-level") or "2"
    return min(max(int(level), 1), 6) if level.isdigit() and level.isascii() else 2


def row_of(node: Any) -> str | None:  # noqa: PLR0911 - conditions in order
    """A name and its value in elements of their own, in one line: "Monday: 8 am - 5 pm", "Studio: $119, about 2 hours"."""
    if not 2 <= len(node) <= 4 or (node.text or "").strip() or node.tag not in ("div", "li", "p", "section", "article"):
        return None
    parts: list[str] = []
    for child in node:
        if child.tag not in ("div", "p", "span", "strong", "b", "time", "h4", "h5", "h6") or (child.tail or "").strip():
            return None
        if any(part.tag in BLOCKS or part.tag in ("a", "br", "button") for part in child.iterdescendants()):
            return None
        raw = "".join(child.itertext())
        if child.tag in ("span", "b", "strong", "time") and raw != raw.strip():
            return None  # a sentence in several styles
        parts.append(inline(child))
    if not all(parts) or len(parts[0]) > 60 or sum(map(len, parts)) > 110 or parts[0].endswith("?"):
        return None
    values = [part for part in parts[1:] if facts_of(part) & {"price", "hours"}]
    if (
        "price" in facts_of(parts[0])
        or not values
        or sum(any(len(w) > 3 and w.isalpha() for w in v.split()) for v in values) > 1
    ):
        return None
    return f"{parts[0].rstrip(':')}: {', '.join(parts[1:])}"
