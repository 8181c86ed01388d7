"""PPTX to Markdown: a section for each slide people see; the speaker's notes are for the speaker and stay out."""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Parsed
from firstline.knowledge.parsing.archive import checked
from firstline.knowledge.parsing.tables import markdown_table

__all__ = ["parse_pptx"]

BODIES = ("BODY", "OBJECT", "VERTICAL_BODY", "VERTICAL_OBJECT")  # placeholders whose paragraphs are bullets
DEEPEST = 20  # groups within groups


def parse_pptx(data: bytes, title: str = "") -> Parsed:
    """Raises UnreadableDocument: broken, too_large, too_many_pages, unsafe, empty."""
    from pptx import Presentation

    checked(data).close()
    try:
        deck = Presentation(BytesIO(data))
        slides = [slide for slide in deck.slides if slide._element.get("show") not in ("0", "false")]
        if len(slides) > limits()["pages"]:
            raise unreadable("too_many_pages")
        texts = [_slide(slide) for slide in slides]
        told = str(deck.core_properties.title or "").strip()
    except (LookupError, ValueError, TypeError, AttributeError, OSError, SyntaxError, AssertionError) as error:
        raise unreadable("broken") from error  # python-pptx has no error of its own for most damage
    first = next((heading for heading, _ in texts if heading), "")
    parts = [(f"## {heading}\n\n{text}" if heading else text).strip() for heading, text in texts]
    markdown = "\n\n".join(part for part in parts if part)
    if not markdown:
        raise unreadable("empty")
    generic = told.casefold() in ("", "powerpoint presentation", "presentación de powerpoint")
    return (
        Parsed(first if generic else told, markdown, "pptx", metadata={"pages": len(slides)})
        if first or told
        else Parsed(title, markdown, "pptx", metadata={"pages": len(slides)})
    )


def _slide(slide: Any) -> tuple[str, str]:
    titled = slide.shapes.title
    heading = " ".join(titled.text_frame.text.split()) if titled is not None and titled.has_text_frame else ""
    shapes = [shape for shape in _flat(slide.shapes) if titled is None or shape.shape_id != titled.shape_id]
    shapes.sort(key=lambda s: (round((s.top or 0) / 500_000), s.left or 0))  # rows of about half an inch, then columns
    return heading, "\n\n".join(text for shape in shapes if (text := _shape(shape)))


def _flat(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes") and depth < DEEPEST:
            yield from _flat(shape.shapes, depth + 1)
        else:
            yield shape


def _shape(shape: Any) -> str:
    if getattr(shape, "has_table", False):
        rows = [["" if c.is_spanned else c.text for c in row.cells] for row in shape.table.rows]
        return markdown_table(rows, headed=bool(shape.table.first_row))
    if not getattr(shape, "has_text_frame", False):
        return ""
    kind = shape.placeholder_format.type.name if shape.is_placeholder and shape.placeholder_format.type else ""
    if kind in ("SLIDE_NUMBER", "FOOTER", "DATE", "HEADER"):
        return ""
    said = [(p.level, " ".join(p.text.split())) for p in shape.text_frame.paragraphs]
    said = [(level, text) for level, text in said if text]
    if kind in BODIES and len(said) > 1:
        return "\n".join(f"{'  ' * level}- {text}" for level, text in said)
    return "\n\n".join(text for _, text in said)
