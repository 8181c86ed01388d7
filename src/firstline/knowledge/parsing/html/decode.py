"""Bytes of a page to a tree: byte order mark, then the HTTP header, then what the page says, then what the bytes look like."""

import codecs
import re
from typing import Any

import lxml.html  # type: ignore[import-untyped]
from charset_normalizer import from_bytes
from lxml import etree

from firstline.knowledge.limits import unreadable

__all__ = ["charset_of", "tree_of"]

BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
DECLARED = re.compile(
    rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w.:-]+)|^\s*<\?xml[^>]+encoding\s*=\s*[\"']([\w.:-]+)", re.IGNORECASE
)
LATIN = frozenset(["iso8859-1", "ascii", "latin_1", "latin-1"])


def _known(name: str) -> str | None:
    try:
        codec = codecs.lookup(name.strip("\"' ")).name
    except (LookupError, ValueError):
        return None
    return "cp1252" if codec in LATIN else codec  # as browsers read Latin-1


def charset_of(data: bytes, content_type: str = "") -> str:
    """The codec to read `data` with: a name that Python knows. UTF-8 wins over a wrong label when the bytes are valid UTF-8."""
    for mark, codec in BOMS:
        if data.startswith(mark):
            return codec
    named = re.search(r"charset\s*=\s*([^\s;]+)", content_type, re.IGNORECASE)
    header = _known(named[1]) if named else None
    meta = DECLARED.search(data[:4096])
    page = _known((meta[1] or meta[2]).decode("ascii", "ignore")) if meta else None
    if page and page.startswith("utf-16"):
        page = "utf-8"  # a page whose own bytes say so cannot be UTF-16
    if _valid(data, "utf-8"):
        return "utf-8" if not (header or page or "").startswith(("iso2022", "hz")) else (header or page or "utf-8")
    for codec_name in (header, page):
        if codec_name and codec_name != "utf-8" and _valid(data, codec_name):
            return codec_name
    if "utf-8" in (header, page):
        return "utf-8" if data.decode("utf-8", "replace").count("\ufffd") < 1 + len(data) // 500 else "cp1252"
    guess = from_bytes(
        data[:20_000], cp_isolation=["cp1252", "cp1250", "cp1251", "shift_jis", "gb18030", "big5"]
    ).best()
    return guess.encoding if guess and len(data) > 200 else "cp1252"


def _valid(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except (UnicodeDecodeError, LookupError, ValueError):
        return False
    return True


def tree_of(data: bytes | str, content_type: str = "") -> Any:
    """The page's root element. Raises UnreadableDocument (empty, broken)."""
    if not data.strip():
        raise unreadable("empty")
    text = data if isinstance(data, str) else data.decode(charset_of(data, content_type), "replace")
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]", " ", text.lstrip("\ufeff"))
    parser = lxml.html.HTMLParser(encoding="utf-8", huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(text.encode("utf-8"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise unreadable("broken") from error
