"""Text and Markdown, in whatever encoding they come."""

import re

from firstline.knowledge.limits import unreadable
from firstline.knowledge.model import Parsed
from firstline.knowledge.parsing.charset import decode

__all__ = ["decode", "parse_plain"]


def parse_plain(data: bytes, title: str = "", *, markdown: bool = False) -> Parsed:
    """The text as it is; its first heading is its title."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if markdown and text.startswith("---\n") and (end := text.find("\n---\n", 3)) >= 0:
        text = text[end + 5 :]  # front matter
    if not text.strip():
        raise unreadable("empty")
    heading = re.search(r"^#{1,3} +(\S.*)$", text, re.MULTILINE) if markdown else None
    named = heading.group(1).rstrip().rstrip("#").rstrip() if heading else ""
    return Parsed(named or title, text.strip(), "markdown" if markdown else "text")
