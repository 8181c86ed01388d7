"""DOCX to Markdown: mammoth makes HTML of it, the page parser does the rest."""

import zipfile
from io import BytesIO

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Parsed
from firstline.knowledge.parsing.html import parse_html

__all__ = ["parse_docx"]


def parse_docx(data: bytes, title: str = "") -> Parsed:
    """Raises UnreadableDocument: encrypted, broken, too_large (a zip bomb), empty."""
    import mammoth

    if data.startswith(b"\xd0\xcf\x11\xe0"):  # a password makes an OLE container of it
        raise unreadable("encrypted")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise unreadable("broken") from error
    if unpacked > limits()["unpacked_bytes"]:
        raise unreadable("too_large")
    try:
        html: str = mammoth.convert_to_html(
            BytesIO(data),
            style_map="p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => h2:fresh",
            convert_image=mammoth.images.img_element(lambda _: {}),
        ).value
    except Exception as error:  # mammoth and its XML reader raise their own, undocumented, kinds on damaged files
        raise unreadable("broken") from error
    if not html.strip():
        raise unreadable("empty")
    parsed = parse_html(f"<html><body><main>{html}</main></body></html>", title)
    return Parsed(parsed.title or title, parsed.markdown, "docx")
