"""XLSX to Markdown: a section for each sheet that people see, tables as they see them.

Cells are read in openpyxl's streaming mode (bounded memory); which rows, columns and cells are hidden or merged stands
beside them in the sheet's XML and is read from there, because that mode leaves it out.
"""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from lxml import etree  # type: ignore[import-untyped]

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Faq, Parsed
from firstline.knowledge.parsing.archive import checked
from firstline.knowledge.parsing.csv import faqs_of
from firstline.knowledge.parsing.number_formats import shown
from firstline.knowledge.parsing.tables import markdown_table

__all__ = ["parse_xlsx"]

LONGEST_MERGE = 5000  # cells of a merged range that get its value; longer ones are decoration


@dataclass(slots=True)
class _Layout:
    """1-based rows and columns that nobody sees, and for each covered cell where its value stands."""

    rows: set[int] = field(default_factory=set)
    columns: list[tuple[int, int]] = field(default_factory=list)
    covered: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def hides(self, column: int) -> bool:
        """Whether the column is hidden."""
        return any(first <= column <= last for first, last in self.columns)


def parse_xlsx(data: bytes, title: str = "") -> Parsed:
    """Raises UnreadableDocument: broken, too_large, too_long, unsafe, empty. A workbook of questions and answers becomes FAQs."""
    from openpyxl import load_workbook

    archive = checked(data)
    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    except Exception as error:  # openpyxl lets through whatever its XML readers and descriptors raise on damaged files
        raise unreadable("broken") from error
    sections: list[str] = []
    faqs: list[Faq] = []
    cells = 0
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            continue
        rows = _rows(sheet, _layout(archive, sheet), limits()["cells"] - cells)
        cells += sum(map(len, rows))
        blocks = _blocks(rows)
        found = faqs_of(blocks[0]) if len(blocks) == 1 else None
        faqs += found or []
        text = "" if found else "\n\n".join(_block(block) for block in blocks)
        if text:
            sections.append(f"## {sheet.title}\n\n{text}")
    told = str(book.properties.title or "").strip()
    if not sections and not faqs:
        raise unreadable("empty")
    return Parsed(title or told, "\n\n".join(sections), "xlsx", faqs=tuple(faqs))


def _rows(sheet: Any, layout: _Layout, room: int) -> list[list[str]]:
    """The cells as shown; hidden rows and columns are gone, an empty row is []."""
    out: list[list[str]] = []
    values: dict[tuple[int, int], str] = {}
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    try:
        for number, row in enumerate(sheet.iter_rows(), start=1):
            texts = []
            for at, cell in enumerate(row, start=1):
                text = shown(cell.value, cell.number_format) if cell.value is not None else ""
                if owner := layout.covered.get((number, at)):
                    if owner == (number, at):
                        values[owner] = text
                    elif owner[1] == at:  # merged downwards: every row keeps its label
                        text = values.get(owner, "")
                texts.append("" if layout.hides(at) else " ".join(text.split()))
            while texts and not texts[-1]:
                texts.pop()
            room -= len(texts)
            if room < 0 or len(out) > limits()["rows"]:
                raise unreadable("too_long")
            if (texts and number not in layout.rows) or (out and out[-1]):
                out.append([] if number in layout.rows else texts)
    except (etree.XMLSyntaxError, SyntaxError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise unreadable("broken") from error
    return out


def _layout(archive: ZipFile, sheet: Any) -> _Layout:
    from openpyxl.utils.cell import range_boundaries

    layout = _Layout()
    try:
        with archive.open(sheet._worksheet_path) as stream:  # openpyxl keeps no public name of it
            for _, node in etree.iterparse(stream, events=("end",), resolve_entities=False, no_network=True):
                tag = etree.QName(node).localname
                if tag == "row" and node.get("hidden") in ("1", "true"):
                    layout.rows.add(int(node.get("r", 0)))
                elif tag == "col" and node.get("hidden") in ("1", "true"):
                    layout.columns.append((int(node.get("min", 0)), int(node.get("max", 0))))
                elif tag == "mergeCell":
                    left, top, right, bottom = range_boundaries(node.get("ref"))
                    if (right - left + 1) * (bottom - top + 1) <= LONGEST_MERGE:
                        layout.covered.update(
                            ((y, x), (top, left)) for y in range(top, bottom + 1) for x in range(left, right + 1)
                        )
                if len(layout.covered) > limits()["cells"]:
                    raise unreadable("too_long")
                if tag in ("row", "c", "mergeCell"):
                    node.clear()
    except (etree.XMLSyntaxError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise unreadable("broken") from error
    return layout


def _blocks(rows: list[list[str]]) -> list[list[list[str]]]:
    """Tables parted by empty rows."""
    out: list[list[list[str]]] = [[]]
    for row in rows:
        if row:
            out[-1].append(row)
        elif out[-1]:
            out.append([])
    return [block for block in out if block]


def _block(rows: list[list[str]]) -> str:
    """Lines of one cell above a table are its caption; the row of names below them is its head."""
    above: list[str] = []
    while rows and sum(map(bool, rows[0])) == 1:
        above.append("".join(rows[0]))
        rows = rows[1:]
    headed = len(rows) > 1 and not any(char.isdigit() for cell in rows[0] for char in cell)
    lead = f"### {above[0]}" if len(above) == 1 and rows and len(above[0]) <= 80 else "\n\n".join(above)
    return "\n\n".join(part for part in (lead, markdown_table(rows, headed=headed)) if part)
