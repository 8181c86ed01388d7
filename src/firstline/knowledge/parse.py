"""Any document to Markdown: its kind is read from its bytes, its name only breaks ties."""

import re
from pathlib import PurePosixPath

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Parsed
from firstline.knowledge.parsing.csv import parse_csv
from firstline.knowledge.parsing.docx import parse_docx
from firstline.knowledge.parsing.html import parse_html
from firstline.knowledge.parsing.pdf import parse_pdf
from firstline.knowledge.parsing.plain import parse_plain

__all__ = ["parse", "sniff"]

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


BY_NAME = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".csv": "csv",
    ".tsv": "csv",
    ".md": "markdown",
    ".markdown": "markdown",
    ".pdf": "pdf",
    ".docx": "docx",
}
PAGE = re.compile(
    rb"\s*(\xef\xbb\xbf)?\s*(<!doctype html|<html|<\?xml[^>]*>\s*<!doctype html|<head|<body)", re.IGNORECASE
)


def sniff(data: bytes, name: str = "") -> str:
    """pdf, docx, html, csv, markdown, text, or unknown."""
    head = data[:2048]
    suffix = PurePosixPath(name.lower()).suffix
    kind = BY_NAME.get(suffix, "text")
    if b"%PDF-" in head[:1024]:
        kind = "pdf"
    elif head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        kind = "docx" if b"word/" in data or suffix == ".docx" else "unknown"
    elif head.startswith(b"\xd0\xcf\x11\xe0"):
        kind = "docx" if suffix in (".docx", "") else "unknown"
    elif PAGE.match(head):
        kind = "html"
    elif b"\x00" in head and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        kind = kind if kind in ("pdf", "docx") else "unknown"
    return kind


def parse(data: bytes, name: str = "", title: str = "") -> Parsed:
    """A document as Markdown (or FAQ rows). Raises UnreadableDocument with a sentence its owner understands."""
    if not data.strip():
        raise unreadable("empty")
    if len(data) > limits()["bytes"]:
        raise unreadable("too_large")
    kind = sniff(data, name)
    fallback = title or re.sub(r"[-_]+", " ", PurePosixPath(name).stem).strip().capitalize()
    fallback = re.sub(r"^Faq(?=s?\b)", "FAQ", fallback)  # capitalize() knows no abbreviations; this one is everywhere
    if kind == "unknown":
        raise unreadable("unknown_type")
    if kind in ("markdown", "text"):
        parsed = parse_plain(data, fallback, markdown=kind == "markdown")
    else:
        parsed = {"pdf": parse_pdf, "docx": parse_docx, "html": parse_html, "csv": parse_csv}[kind](data, fallback)
    text = CONTROL.sub(" ", parsed.markdown)
    if len(text) > limits()["characters"]:
        raise unreadable("too_long")
    if not text.strip() and not parsed.faqs:
        raise unreadable("empty")
    return Parsed(CONTROL.sub(" ", title or parsed.title)[:300], text, parsed.source_type, parsed.faqs, parsed.metadata)
