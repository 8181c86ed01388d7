"""ODT to Markdown: headings, paragraphs, lists, tables, text boxes of its content.xml."""

from typing import Any

from lxml import etree  # type: ignore[import-untyped]

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Parsed
from firstline.knowledge.parsing.archive import checked
from firstline.knowledge.parsing.tables import markdown_table

__all__ = ["parse_odt"]

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
DRAW = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
UNSEEN = (TEXT + "tracked-changes", OFFICE + "annotation", TEXT + "note", TEXT + "sequence-decls", OFFICE + "forms")
TITLES = {"Title": 1, "Subtitle": 2}


def parse_odt(data: bytes, title: str = "") -> Parsed:
    """Raises UnreadableDocument: broken, too_large, too_long, encrypted, unsafe, empty."""
    archive = checked(data)
    try:
        if b"manifest:encryption-data" in archive.read("META-INF/manifest.xml"):
            raise unreadable("encrypted")
    except KeyError:
        pass  # without a manifest nothing is encrypted
    try:
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
        root = etree.fromstring(archive.read("content.xml"), parser)
    except (KeyError, etree.XMLSyntaxError, ValueError, OSError) as error:
        raise unreadable("broken") from error
    body = root.find(f"{OFFICE}body/{OFFICE}text")
    if body is None:
        raise unreadable("broken")
    out: list[str] = []
    _walk(body, out, _titles(root))
    if not out:
        raise unreadable("empty")
    named = next((block.lstrip("# ") for block in out if block.startswith("#")), title)
    return Parsed(named, "\n\n".join(out), "odt")


def _titles(root: Any) -> dict[str, int]:
    """Styles, the document's own ones too, that make a paragraph a title."""
    found = dict(TITLES)
    for style in root.iter(STYLE + "style"):
        if (parent := style.get(STYLE + "parent-style-name")) in TITLES:
            found[style.get(STYLE + "name", "")] = TITLES[parent]
    return found


def _walk(node: Any, out: list[str], titles: dict[str, int]) -> None:
    for child in node:
        tag = child.tag
        if not isinstance(tag, str) or tag in UNSEEN:
            continue
        if tag in (TEXT + "h", TEXT + "p"):
            told = child.get(TEXT + "outline-level", "1") if tag == TEXT + "h" else ""
            level = min(int(told), 6) if told.isdigit() else titles.get(child.get(TEXT + "style-name", ""), 0)
            if text := _inline(child):
                out.append(f"{'#' * max(level, 1)} {text}" if level or tag == TEXT + "h" else text)
            for box in child.iter(DRAW + "text-box"):
                _walk(box, out, titles)
        elif tag == TEXT + "list":
            if items := _items(child, 0):
                out.append("\n".join(items))
        elif tag == TABLE + "table":
            rows = _rows(child)
            if made := markdown_table(rows, headed=child.find(f".//{TABLE}table-header-rows") is not None):
                out.append(made)
        else:
            _walk(child, out, titles)


def _items(node: Any, depth: int) -> list[str]:
    lines: list[str] = []
    for item in node:
        for part in item:
            if part.tag in (TEXT + "p", TEXT + "h") and (text := _inline(part)):
                lines.append(f"{'  ' * depth}- {text}")
            elif part.tag == TEXT + "list":
                lines += _items(part, depth + 1)
    return lines


def _rows(table: Any) -> list[list[str]]:
    out: list[list[str]] = []
    cells = 0
    for row in table.iter(TABLE + "table-row"):
        if next(row.iterancestors(TABLE + "table")) is not table:
            continue
        made: list[str] = []
        for cell in row:
            if cell.tag not in (TABLE + "table-cell", TABLE + "covered-table-cell"):
                continue
            text = " ".join(t for part in cell.iter(TEXT + "p", TEXT + "h") if (t := _inline(part)))
            again = cell.get(TABLE + "number-columns-repeated", "1")
            made += [text] * min(int(again) if again.isdigit() else 1, 64)
        again = row.get(TABLE + "number-rows-repeated", "1")
        out += [made] * (min(int(again) if again.isdigit() else 1, 64) if any(made) else 1)
        cells += len(made)
        if len(out) > limits()["rows"] or cells > limits()["cells"]:
            raise unreadable("too_long")
    return out


def _inline(node: Any) -> str:
    pieces: list[str] = []
    _say(node, pieces)
    return " ".join("".join(pieces).split())


def _say(node: Any, pieces: list[str]) -> None:
    pieces.append(node.text or "")
    for child in node:
        if child.tag in (TEXT + "s", TEXT + "tab", TEXT + "line-break"):
            pieces.append(" ")
        elif isinstance(child.tag, str) and child.tag not in UNSEEN and child.tag != DRAW + "frame":
            _say(child, pieces)
        pieces.append(child.tail or "")
