"""Text and Markdown, in whatever encoding they come."""

import re

from firstline.knowledge.limits import unreadable
from firstline.knowledge.model import Parsed

__all__ = ["decode", "parse_plain"]


def decode(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, else Windows-1252; NUL bytes mean it is no text. Raises UnreadableDocument."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data:
        raise unreadable("unknown_type")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def parse_plain(data: bytes, title: str = "", *, markdown: bool = False) -> Parsed:
    """The text as it is; its first heading is its title."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if markdown:
        text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL)
    if not text.strip():
        raise unreadable("empty")
    heading = re.search(r"^#{1,3} +(.+?) *#*$", text, re.MULTILINE) if markdown else None
    return Parsed(heading.group(1) if heading else title, text.strip(), "markdown" if markdown else "text")
