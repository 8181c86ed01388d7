"""The walk through a page: its text in lines, each with the region it stands in and how much of it is links."""

import re
from typing import Any
from urllib.parse import unquote

from firstline.knowledge.parsing.html.grid import BLOCKS, aria_level, holds_data, inline, row_of, table_line
from firstline.knowledge.parsing.html.line import Line, Region
from firstline.knowledge.parsing.html.regions import Regions, words_of
from firstline.knowledge.parsing.html.rules import facts_of, words

__all__ = ["lines_of"]

HEADINGS = {f"h{n}": n for n in range(1, 7)}
SPANS = frozenset(["span", "strong", "b", "em", "i", "label", "time", "a", "small", "bdi"])
REACH = ("tel:", "sms:", "mailto:", "callto:", "whatsapp:")
DEEPEST = (
    150  # elements inside each other, three frames each; deeper ones are read as one line (libxml2 itself stops at 255)
)


def lines_of(tree: Any, regions: Regions | None = None) -> list[Line]:
    """The page's lines in order. Without `regions` everything that is text counts as body."""
    walk = _Walk(regions)
    walk.block(tree, Region.BODY, 0, 0)
    walk.flush()
    return walk.out


class _Walk:
    def __init__(self, regions: Regions | None) -> None:
        self.out: list[Line] = []
        self.regions = regions
        self.buffer: list[str] = []
        self.chars = self.linked = self.links = 0
        self.in_link = self.button = False
        self.kind, self.level, self.region, self.broken = "p", 0, Region.BODY, False

    def flush(self, *, broken: bool = False) -> None:
        """Ends the line that was being gathered."""
        text = " ".join("".join(self.buffer).split())
        if any(c.isalnum() for c in text):
            region = self.region | Region.BUTTON if self.button else self.region
            self.out.append(Line(self.kind, text, self.level, self.chars, self.linked, self.links, region, self.broken))
            self.kind, self.level = "p", 0
            self.broken = broken
        elif not broken:
            self.broken = False
        self.buffer, self.chars, self.linked, self.links, self.button = [], 0, 0, 0, False

    def say(self, text: str | None) -> None:
        if not text:
            return
        self.buffer.append(text)
        letters = sum(len(word) for word in text.split())
        self.chars += letters
        if self.in_link and letters:
            self.linked += letters
            self.links = self.links or 1

    def block(self, node: Any, region: int, depth: int, lists: int) -> None:
        """One element and what is in it."""
        tag = node.tag
        if not isinstance(tag, str):
            return
        if self.regions is not None and tag != "html":
            found = self.regions.of(node, region)
            if found is None:
                return
            region = found
        if depth > DEEPEST:
            self.say(f" {' '.join(node.itertext())} ")
        elif tag == "br":
            self.flush(broken=True)
        elif tag in HEADINGS or node.get("role") == "heading":
            self._whole(node, "h", HEADINGS.get(tag) or aria_level(node), region)
        elif (tag == "table" or node.get("role") in ("table", "grid")) and holds_data(node):
            self.flush()
            line = table_line(node)
            line.region = region
            if line.text.strip():
                self.out.append(line)
        elif (tag == "button" or node.get("role") == "button") and self.regions is not None:
            self._button(node, region, depth, lists)
        elif tag == "a":
            self._link(node, region, depth, lists)
        elif tag in BLOCKS or "-" in tag:  # an element of the page's own is a block
            self._block(node, region, depth, lists)
        elif tag != "sup" or not self._cents(node):
            self.children(node, region, depth, lists)

    def children(self, node: Any, region: int, depth: int, lists: int) -> None:
        self.region = region
        self.say(node.text)
        before = None
        for child in node:
            if before is not None and not (before.tail or "") and child.tag in SPANS and before.tag in SPANS:
                self._gap(child)
            self.block(child, region, depth + 1, lists)
            self.region = region
            self.say(child.tail)
            before = child

    def _gap(self, child: Any) -> None:
        """Two spans without a space between them are told apart by style: "Cut" "$52", "Monday" "8am"."""
        last, first = "".join(self.buffer[-1:])[-1:], "".join(child.itertext()).lstrip()[:2]
        word = last.isalpha() and len("".join(self.buffer[-1:])) > 1
        if (
            (word and first[:1] in "$€£0123456789" and first)
            or (last.isdigit() and first[:1].isalpha())
            or (word and len(first) > 1 and first[:1].isalpha())
        ):
            self.buffer.append(" ")

    def _block(self, node: Any, region: int, depth: int, lists: int) -> None:
        tag = node.tag
        self.flush()
        self.region = region
        if tag == "dl":
            self._definitions(node, region, depth, lists)
            return
        if tag == "summary":
            self._whole(node, "h", 4, region)
            return
        if (row := row_of(node)) is not None:
            self.kind, self.level = "li", lists
            self.say(row)
        else:
            if tag == "li":
                self.kind, self.level = "li", lists
            self.children(node, region, depth, lists + (tag in ("ul", "ol")))
        self.flush()
        self.kind, self.level = "p", 0

    def _whole(self, node: Any, kind: str, level: int, region: int) -> None:
        """A heading or the like: one line, links in it do not count."""
        self.flush()
        text = inline(node)
        if any(c.isalnum() for c in text):
            self.out.append(Line(kind, text, level, len(text), 0, 0, region))

    def _definitions(self, node: Any, region: int, depth: int, lists: int) -> None:
        term = ""
        for part in node.iter("dt", "dd"):
            if next(part.iterancestors("dl"), None) is not node or (
                self.regions is not None and self.regions.of(part, region) is None
            ):
                continue
            if part.tag == "dt":
                if term:
                    self.out.append(Line("li", term, lists, len(term), 0, 0, region))
                term = inline(part)
                continue
            if term.endswith("?"):
                self.out.append(Line("h", term, 4, len(term), 0, 0, region))
                self.children(part, region, depth + 1, lists)
            else:
                self.kind, self.level, self.region = "li", lists, region
                self.say(f"{term}: {inline(part)}".strip(": ") if term else inline(part))
            self.flush()
            term = ""
        if term:
            self.out.append(Line("li", term, lists, len(term), 0, 0, region))

    def _button(self, node: Any, region: int, depth: int, lists: int) -> None:
        text = inline(node)
        opens = (
            node.get("aria-expanded")
            or node.get("aria-controls")
            or node.get("data-toggle")
            or node.get("data-bs-toggle")
        )
        if opens and (text.endswith("?") or len(text.split()) >= 3) and len(text) < 250 and not region & Region.NAV:
            self._whole(node, "h", 4, region)
        elif len(text) > 120:
            self.children(node, region, depth, lists)
        elif facts_of(text) & {"phone", "price", "hours"}:
            self.flush()
            self.out.append(Line("p", text, 0, len(text), 0, 0, region))

    def _link(self, node: Any, region: int, depth: int, lists: int) -> None:
        href = (node.get("href") or "").strip()
        text = "".join(node.itertext()).strip()
        reach = href.lower().startswith(REACH)
        toggle = (
            node.get("aria-expanded") or node.get("data-toggle") or node.get("data-bs-toggle") or href.startswith("#")
        )
        card = len(text) > 90 or (
            len(text) > 40 and next(node.iter("h1", "h2", "h3", "h4", "p", "table"), None) is not None
        )
        if not href or reach or card or (toggle and text.endswith("?")) or self.in_link:
            self.children(node, region, depth, lists)
            if reach:
                self._reached(href, text)
            return
        self.button = self.button or not words_of(node).isdisjoint(words("button"))
        self.in_link = True
        links = self.links
        self.children(node, region, depth, lists)
        self.in_link = False
        if text:
            self.links = links + 1

    def _reached(self, href: str, text: str) -> None:
        """A number or an address that stands only in the link."""
        kind, _, target = unquote(href).partition(":")
        target = re.split(r"[?;,]", target)[0].strip()
        digits = re.sub(r"\D", "", target)
        if kind.lower() == "mailto":
            if "@" in target and "@" not in text and len(target) < 100:
                self.say(f" {target} ")
        elif 7 <= len(digits) <= 15 and len(re.sub(r"\D", "", text)) < 6 and not re.search(r"[A-Z]{4}", text):
            self.say(f": {target} " if text else f" {target} ")

    def _cents(self, node: Any) -> bool:
        """$99<sup>95</sup> is $99.95."""
        text = "".join(node.itertext()).strip()
        if len(text) == 2 and text.isdigit() and re.search(r"[$€£]\s*\d+$", "".join(self.buffer)):
            self.say(f".{text}")
            return True
        return False
