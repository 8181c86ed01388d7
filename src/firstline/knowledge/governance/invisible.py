"""Characters nobody sees: taken out always; told to the owner when they carried text or turned it round.

Soft hyphens and zero-width spaces come from word processors and say nothing: they go without a word.
"""

import re
import unicodedata
from collections.abc import Iterator

from firstline.knowledge.governance.model import Hit

__all__ = ["comments", "hidden", "visible", "without_comments"]

INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\u206a-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e007f\U000e0100-\U000e01ef\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"
)
TAGS = re.compile("[\U000e0020-\U000e007e\U000e0100-\U000e01ef]{4,}")
TURNED = re.compile("[\u202d\u202e]")


def visible(text: str) -> str:
    """`text` composed (NFC) and without invisible characters; line ends are "\\n"."""
    if text.isascii() and not INVISIBLE.search(text):
        return text.replace("\r\n", "\n").replace("\r", "\n")
    return INVISIBLE.sub("", unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n"))


def hidden(text: str) -> Iterator[Hit]:
    """Text smuggled in tag characters, and turned reading directions; offsets are those of the untouched text."""
    if text.isascii():
        return
    for match in TAGS.finditer(text):
        said = "".join(
            chr(ord(c) & 0x7F) if ord(c) < 0xE0080 else chr((ord(c) - 0xE0100 + 16) & 0x7F) for c in match.group()
        )
        yield Hit("injection", "smuggled", match.start(), match.end(), note=said[:200])
    if match_ := TURNED.search(text):
        yield Hit(
            "injection", "direction", match_.start(), match_.end(), note=text[match_.start() + 1 : match_.start() + 80]
        )


def comments(text: str) -> list[tuple[int, int]]:
    """Offsets of HTML comments, [start, end), in order; one that never ends is none."""
    out: list[tuple[int, int]] = []
    start = text.find("<!--")
    while start >= 0 and (end := text.find("-->", start + 4)) >= 0:
        out.append((start, end + 3))
        start = text.find("<!--", end + 3)
    return out


def without_comments(text: str) -> str:
    """`text` without its comments."""
    ends = [0, *(at for pair in comments(text) for at in pair), len(text)]
    return "".join(text[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True))
