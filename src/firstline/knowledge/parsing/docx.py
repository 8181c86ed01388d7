"""DOCX to Markdown: mammoth makes HTML of it (headings, lists, tables, text boxes), the page converter does the rest."""

from io import BytesIO
from typing import Any

import lxml.html  # type: ignore[import-untyped]

from firstline.knowledge.limits import unreadable
from firstline.knowledge.model import Parsed
from firstline.knowledge.parsing.archive import checked
from firstline.knowledge.parsing.html import to_markdown

__all__ = ["parse_docx"]

STYLES = """p[style-name='Title'] => h1:fresh
p[style-name='Título'] => h1:fresh
p[style-name='Puesto'] => h1:fresh
p[style-name='Subtitle'] => h2:fresh
p[style-name='Subtítulo'] => h2:fresh
p[style-name='Título 1'] => h1:fresh
p[style-name='Título 2'] => h2:fresh
p[style-name='Título 3'] => h3:fresh
p[style-name='TOC Heading'] => !
p[style-name='toc 1'] => !
p[style-name='toc 2'] => !
p[style-name='toc 3'] => !"""
LONGEST_HEADING = 80


def parse_docx(data: bytes, title: str = "") -> Parsed:
    """Raises UnreadableDocument: encrypted, broken, too_large (a zip bomb), unsafe, empty."""
    import mammoth

    checked(data).close()
    try:
        html: str = mammoth.convert_to_html(
            BytesIO(data), style_map=STYLES, convert_image=mammoth.images.img_element(lambda _: {})
        ).value
    except Exception as error:  # mammoth and its XML reader raise their own, undocumented, kinds on damaged files
        raise unreadable("broken") from error
    if not html.strip():
        raise unreadable("empty")
    body = lxml.html.fragment_fromstring(html, create_parent="div")
    for box in body.xpath(".//input[@type='checkbox']"):
        box.tag, box.text = "span", "[x]" if box.get("checked") is not None else "[ ]"
        box.tail = f" {(box.tail or '').lstrip()}"
    _bold_lines_are_headings(body)
    for row in body.xpath(".//table[not(.//th)]/tr[1]|.//table[not(.//th)]/tbody/tr[1]"):
        cells = row.xpath("./td")
        if cells and all(_bold(cell) for cell in cells):  # a head that is one only to the eye
            for cell in cells:
                cell.tag = "th"
    heading = next((text for node in body.iter("h1", "h2") if (text := " ".join(node.text_content().split()))), "")
    return Parsed(heading or title, to_markdown(body), "docx")


def _bold_lines_are_headings(body: Any) -> None:
    """Most people make a heading by pressing "bold": a short bold paragraph before one that is not bold."""
    for node in list(body):
        text = " ".join(node.text_content().split())
        after = node.getnext()
        if (
            node.tag == "p"
            and 0 < len(text) <= LONGEST_HEADING
            and not text.endswith((".", ",", ";"))
            and _bold(node)
            and after is not None
            and not (after.tag == "p" and _bold(after))
        ):
            node.tag = "h4"


def _bold(node: Any) -> bool:
    """All of its text is."""
    text = "".join(node.text_content().split())
    return (
        bool(text)
        and "".join("".join(n.text_content() for n in node.xpath(".//strong[not(ancestor::strong)]")).split()) == text
    )
