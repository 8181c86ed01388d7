"""Text and Markdown, in whatever encoding they come."""

import re

from firstline.knowledge.limits import unreadable
from firstline.knowledge.model import Parsed
from firstline.knowledge.parsing.charset import decode

__all__ = ["decode", "parse_plain", "said_markdown"]

# Every pattern stops at the next "<", "]" or line, or is possessive: files of strangers cost no more than their length.
_COMMENT = re.compile(r"<!--")
_UNSAID = re.compile(r"<(script|style|template|iframe|object|svg|noscript|head|textarea)\b[^<>]*>", re.IGNORECASE)
_IMAGE = re.compile(r"!\[[^\[\]]*+\](?:\((?:[^()\n]++|\([^()\n]*+\))*+\)|\[[^\[\]\n]*+\])")
_LINK = re.compile(r"\[([^\[\]]*+)\]\((?:[^()\n]++|\([^()\n]*+\))*+\)")
_DEFINITION = re.compile(r"(?m)^ {0,3}\[([^\]\[^\n]+)\]:[ \t]*+(\S++)(?:[ \t]++[\"'(].*+)?$\n?")
_TARGET = re.compile("[/:.#]")
_BY_NAME = re.compile(r"\[([^\[\]\n]+)\](?:\[([^\[\]\n]*)\])?")
_ADDRESS = re.compile(r"<(?:mailto:|tel:)?([^<>\s]++)>", re.IGNORECASE)
_TAG = re.compile(r"</?([a-zA-Z][a-zA-Z0-9-]*)(?:[\s/](?:[^<>\"']++|\"[^\"<]{0,500}\"|'[^'<]{0,500}')*+)?>")
_BROKEN_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9-]*[\s/][^<>\n]*>")
_BLOCK = re.compile(
    r"address|article|aside|blockquote|center|d[dlt]|div|footer|form|h[1-6]|header|hr|li|main|nav|[ou]l|p|pre|section|"
    r"table|tbody|tfoot|thead|tr"
)


def parse_plain(data: bytes, title: str = "", *, markdown: bool = False) -> Parsed:
    """The text as it is, of Markdown what is said by it; its first heading is its title."""
    text = decode(data).replace("\r\n", "\n").replace("\r", "\n")
    if markdown and text.startswith("---\n") and (end := text.find("\n---\n", 3)) >= 0:
        text = text[end + 5 :]  # front matter
    text = said_markdown(text) if markdown else text
    if not text.strip():
        raise unreadable("empty")
    heading = re.search(r"^#{1,3} +(\S.*)$", text, re.MULTILINE) if markdown else None
    named = heading.group(1).rstrip().rstrip("#").rstrip() if heading else ""
    return Parsed(named or title, text.strip(), "markdown" if markdown else "text")


def said_markdown(text: str) -> str:
    """Markdown without what is not said: targets of links, images, raw HTML; scripts and comments go with their content.

    What stands in it is quoted to customers, and a sentence with a target in it would be stopped with all it says.
    """
    told = _without_unsaid(text)
    told = _LINK.sub(r"\1", _IMAGE.sub("", told))
    names = {m[1].casefold() for m in _DEFINITION.finditer(told) if _TARGET.search(m[2])}
    if names:
        told = _DEFINITION.sub(lambda m: "" if m[1].casefold() in names else m[0], told)
        told = _BY_NAME.sub(lambda m: m[1] if (m[2] or m[1]).casefold() in names else m[0], told)
    told = _ADDRESS.sub(lambda m: m[1] if re.search(r"[@.]\w|\d$", m[1]) else m[0], told)
    told = "\n".join(_without_tags(line) for line in told.split("\n"))
    return told if told == text else re.sub(r"(?<=\S)[ \t]{2,}(?=\S)", " ", told)


def _without_unsaid(text: str) -> str:
    """Comments and elements whose content is no text; one that is never closed ends with its paragraph."""
    out: list[str] = []
    at = 0
    unclosed: set[str] = set()
    for start in re.finditer(f"{_COMMENT.pattern}|{_UNSAID.pattern}", text, re.IGNORECASE):
        if start.start() < at:
            continue
        name = (start[1] or "").lower()
        closing = re.compile(rf"</{name}\s*>", re.IGNORECASE) if name else re.compile("-->")
        end = None if name in unclosed else closing.search(text, start.end())
        if end is None:
            unclosed.add(name)
            end = re.compile(r"\n[ \t]*(?=\n)|\Z").search(text, start.end())
        out.append(text[at : start.start()])
        at = end.end() if end else len(text)
    return "".join([*out, text[at:]])


def _without_tags(line: str) -> str:
    """A line without its tags; where a block began or ended, another line begins (but in a table's row)."""
    if "<" not in line:
        return line
    row = line.lstrip().startswith("|")

    def apart(tag: re.Match[str]) -> str:
        name = tag[1].lower()
        block = _BLOCK.fullmatch(name) is not None
        if name in ("td", "th") or (row and (block or name == "br")):
            return " "
        return "\n\n" if block else "\n" if name == "br" else ""

    bare = _BROKEN_TAG.sub("", _TAG.sub(apart, line))
    return bare if row or bare == line else re.sub(r"\n[ \t]+", "\n", bare)
