"""Any document to Markdown: its kind is read from its bytes, its name only breaks ties.

This is the plain function; files of strangers go through pool.py, which runs it in a process of its own.
"""

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Parsed, UnreadableDocument
from firstline.knowledge.parsing.csv import parse_csv
from firstline.knowledge.parsing.plain import parse_plain
from firstline.knowledge.parsing.sniffing import sniff

__all__ = ["parse"]

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
# What programs put in the place of a title that nobody gave.
NO_TITLE = re.compile(
    r"(?i)(?:untitled|sin t[ií]tulo|title|document|documento|presentation|presentaci[oó]n|slide|blank)?[\s\d._-]*"
)
REFUSED = {
    "unknown": "unknown_type",
    "old_office": "old_office",
    "archive": "archive",
    "encrypted": "encrypted",
    "broken": "broken",
}


def parse(data: bytes, name: str = "", title: str = "") -> Parsed:
    """A document as Markdown (or FAQ rows). Raises UnreadableDocument with a sentence its owner understands, nothing else."""
    return _parse(data, name, title, depth=0)


def _parse(data: bytes, name: str, title: str, depth: int) -> Parsed:
    if depth > limits()["nesting"]:
        raise unreadable("nested_too_deep")
    if not data.strip():
        raise unreadable("empty")
    if len(data) > limits()["bytes"]:
        raise unreadable("too_large")
    fallback = title or re.sub(r"[-_]+", " ", PurePosixPath(name).stem).strip().capitalize()
    fallback = re.sub(r"^Faq(?=s?\b)", "FAQ", fallback)  # capitalize() knows no abbreviations; this one is everywhere
    try:
        parsed = _read(data, sniff(data, name), fallback, depth)
        text = CONTROL.sub(" ", parsed.markdown)
    except UnreadableDocument:
        raise
    except MemoryError as error:
        raise unreadable("too_much_memory") from error
    except RecursionError as error:
        raise unreadable("nested_too_deep") from error
    except (
        Exception
    ) as error:  # the edge to a dozen libraries: what one of them lets through is a damaged file, told as such
        raise unreadable("broken") from error
    if len(text) > limits()["characters"]:
        raise unreadable("too_long")
    if not text.strip() and not parsed.faqs:
        raise unreadable("empty")
    told = parsed.title if title or not NO_TITLE.fullmatch(parsed.title.strip()) else fallback
    return Parsed(CONTROL.sub(" ", title or told)[:300], text, parsed.source_type, parsed.faqs, parsed.metadata)


def _read(data: bytes, kind: str, title: str, depth: int) -> Parsed:
    if kind in REFUSED:
        raise unreadable(REFUSED[kind])
    if kind in ("markdown", "text"):
        return parse_plain(data, title, markdown=kind == "markdown")
    if kind == "csv":
        return parse_csv(data, title)
    if kind == "email":
        from firstline.knowledge.parsing.email import parse_email

        return parse_email(data, title, lambda content, name: _parse(content, name, "", depth + 1))
    return _reader(kind)(data, title)


def _reader(kind: str) -> Callable[[bytes, str], Parsed]:
    """The heavier readers are imported when the first file of their kind comes."""
    if kind == "pdf":
        from firstline.knowledge.parsing.pdf import parse_pdf as reader
    elif kind == "docx":
        from firstline.knowledge.parsing.docx import parse_docx as reader
    elif kind == "xlsx":
        from firstline.knowledge.parsing.xlsx import parse_xlsx as reader
    elif kind == "pptx":
        from firstline.knowledge.parsing.pptx import parse_pptx as reader
    elif kind == "odt":
        from firstline.knowledge.parsing.odt import parse_odt as reader
    elif kind == "image":
        from firstline.knowledge.parsing.image import parse_image as reader
    else:
        from firstline.knowledge.parsing.html import parse_html as reader
    return reader
