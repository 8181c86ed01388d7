"""What the crawl wants to know of a page: its links and the address that it calls its own.

`noindex` is not a reason to leave a page out: it asks search engines not to show it to strangers, and this is the owner's
own assistant reading the owner's own site (price lists and terms are often noindex). `nofollow` (meta, X-Robots-Tag,
rel) is honoured: it says where a reader should not go, which is also what keeps one out of carts and calendars.
"""

import re
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, TypeAlias

from firstline.knowledge.crawl.address import normal
from firstline.knowledge.crawl.rules import rules
from firstline.knowledge.model import UnreadableDocument
from firstline.knowledge.parsing.html.decode import charset_of, tree_of
from firstline.knowledge.parsing.html.links import links_of

__all__ = ["Marks", "Sketch", "alike", "is_html", "marks_of", "sketch", "with_mark"]

Sketch: TypeAlias = "array[int]"
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Marks:
    """`links` in the page's order, normal form; `canonical` in normal form, None where the page says nothing."""

    links: tuple[str, ...] = ()
    canonical: str | None = None


def is_html(content_type: str, data: bytes) -> bool:
    """A web page, by its type; by its beginning when no type is given."""
    kind = content_type.split(";", 1)[0].strip().lower()
    if kind:
        return kind in ("text/html", "application/xhtml+xml")
    return data.lstrip()[:1] == b"<"


def marks_of(data: bytes, url: str, content_type: str = "", headers: Mapping[str, str] | None = None) -> Marks:
    """CPU work. A page that cannot be parsed has no marks."""
    try:
        tree = tree_of(data, content_type)
    except UnreadableDocument:
        return Marks()
    said = re.split(r"[\s,:]+", (headers or {}).get("x-robots-tag", "").lower())
    silent = "nofollow" in said or "none" in said
    links = [] if silent else [normal(link, url) for link in links_of(data, url, content_type)]
    return Marks(tuple(dict.fromkeys(link for link in links if link)), _canonical(tree, url, headers or {}))


def _canonical(tree: Any, url: str, headers: Mapping[str, str]) -> str | None:
    for node in tree.iter("link"):
        if "canonical" in (node.get("rel") or "").lower().split() and (node.get("href") or "").strip():
            return normal(node.get("href"), url)
    told = re.search(r'<([^<>]+)>\s*;[^,]*\brel="?canonical\b', headers.get("link", ""), re.IGNORECASE)
    return normal(told[1], url) if told else None


def with_mark(data: bytes, content_type: str) -> bytes:
    """The page in UTF-8 behind its mark when the answer's header names a charset: parsers see only the bytes."""
    if "charset" not in content_type.lower() or data.startswith(BYTE_ORDER_MARKS):
        return data
    text = data.decode(charset_of(data, content_type), errors="replace")
    return BYTE_ORDER_MARKS[0] + text.encode("utf-8", errors="replace")


def sketch(text: str) -> Sketch:
    """The smallest hashes of a text's words: enough to tell how much two texts share (bottom-k, Broder 1997)."""
    words = set(re.findall(r"\w+", text.casefold()))
    hashes = sorted(int.from_bytes(blake2b(word.encode(), digest_size=8).digest()) for word in words)
    return array("Q", hashes[: rules()["alike"]["words"]])


def alike(one: Iterable[int], other: Iterable[int]) -> bool:
    """Whether two sketches are of nearly the same text (Jaccard, estimated)."""
    left, right = set(one), set(other)
    union = sorted(left | right)[: rules()["alike"]["words"]]
    return not union or sum(h in left and h in right for h in union) >= rules()["alike"]["share"] * len(union)
