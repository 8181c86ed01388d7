"""What a file is, from its bytes. Its name decides only between kinds of plain text, where the bytes cannot."""

import re
from pathlib import PurePosixPath

from firstline.knowledge.parsing.archive import kind_of_archive

__all__ = ["READABLE", "sniff"]

PLAIN = {
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".csv": "csv",
    ".tsv": "csv",
    ".md": "markdown",
    ".markdown": "markdown",
    ".eml": "email",
    ".mht": "email",
    ".mhtml": "email",
}
OFFICE = {".docx": "docx", ".xlsx": "xlsx", ".pptx": "pptx", ".odt": "odt", ".docm": "docx", ".xlsm": "xlsx"}
PICTURE = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".gif", ".webp")
READABLE = frozenset(
    (".pdf", ".txt", *PLAIN, *OFFICE, *PICTURE)
)  # what to take of a folder; a named file may be anything
PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype html|html|head|body)\b", re.I | re.S
)
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"GIF87a", b"GIF89a")
DRAWING = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?(?:<!doctype svg[^>]{0,300}>\s*)?<svg\b", re.I | re.S
)
DATA = frozenset((".json", ".jsonl", ".geojson", ".xml", ".rss", ".svg", ".yaml", ".yml"))
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEADER = re.compile(rb"^(from|to|subject|date|received|message-id|mime-version|return-path|delivered-to):", re.I | re.M)
SURE_HEADER = re.compile(rb"^(received|message-id|mime-version|return-path|delivered-to):", re.I | re.M)
FOREIGN = (
    b"MZ",
    b"\x7fELF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\xca\xfe\xba\xbe",
    b"ID3",
    b"{\\rtf",
    b"%!PS",
    b"BZh",
)


def sniff(data: bytes, name: str = "") -> str:
    """pdf, docx, xlsx, pptx, odt, html, csv, email, image, markdown, text; or why not: encrypted, old_office, archive, broken, unknown.

    A `broken` one starts like an office file and its name says so too, but it cannot be opened.
    """
    head = data[:4096]
    suffix = PurePosixPath(name.lower()).suffix
    if b"%PDF-" in head[:1024] and not head.startswith((b"MZ", b"\x7fELF")):
        return "pdf"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return kind_of_archive(data) or ("broken" if suffix in OFFICE else "unknown")
    if head.startswith(OLE[:4]):
        locked = "EncryptedPackage".encode("utf-16-le") in data
        return "encrypted" if locked else "old_office" if head.startswith(OLE) else "unknown"
    if head.startswith(PICTURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP"):
        return "image"
    if head.startswith(FOREIGN):
        return "unknown"
    return _plain(head, suffix)


def _plain(head: bytes, suffix: str) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf")
    if DRAWING.match(start) or (suffix in DATA and start.lstrip()[:1] in (b"{", b"[", b"<")):
        return "unknown"  # text for programs: read as prose it would be said to customers with its brackets
    if b"\x00" in head and head[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        start = head.replace(b"\x00", b"")  # perhaps UTF-16; the decoder knows better
    if PAGE.match(start):
        return "html"
    top = re.split(rb"\r?\n\r?\n", start, maxsplit=1)[0]
    if len(set(HEADER.findall(top))) >= 2 and (suffix in (".eml", ".mht", ".mhtml") or SURE_HEADER.search(top)):
        return "email"
    kind = PLAIN.get(suffix, "text")
    return "text" if kind == "email" and not HEADER.search(top) else kind
