"""What part of a page an element is, by its tag, role, class words and the share of its text that is links."""

import re
from typing import Any

from firstline.knowledge.parsing.html.line import Region
from firstline.knowledge.parsing.html.rules import is_cookie_text, rules, tokens_of, words

__all__ = ["Regions", "words_of"]

HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
BLOCKS = frozenset(
    [
        "div",
        "section",
        "aside",
        "header",
        "footer",
        "ul",
        "ol",
        "p",
        "nav",
        "li",
        "article",
        "span",
        "table",
        "td",
        "form",
        "dl",
        "a",
        "main",
    ]
)
NOTICE = 1500  # characters of the longest cookie notice
WRAPPERS = frozenset(["html", "body", "main"])
LANDMARKS = {"nav": Region.NAV, "footer": Region.FOOTER, "aside": Region.ASIDE}


def words_of(node: Any) -> frozenset[str]:
    """The words of an element's class, id and test names."""
    name = f"{node.get('class') or ''} {node.get('id') or ''} {node.get('data-aid') or ''}"
    return tokens_of(name) if len(name) > 2 else frozenset()


def _start_of(node: Any) -> str:
    """The text of an element, read no further than a notice is long."""
    parts: list[str] = []
    size = 0
    for part in node.itertext():
        parts.append(part)
        size += len(part.strip())
        if size >= NOTICE:
            break
    return " ".join(" ".join(parts).split()) if size < NOTICE else "x" * NOTICE


def share(node: Any) -> tuple[int, int, int]:
    """(letters, letters in links, links) of an element; tel: and mailto: are no links."""
    total = sum(len(t) for t in map(str.strip, node.itertext()) if t)
    linked = links = 0
    for a in node.iter("a"):
        if not (a.get("href") or "").startswith(("tel:", "mailto:", "sms:")):
            links += 1
            linked += sum(len(t.strip()) for t in a.itertext())
    return total, linked, links


class Regions:
    """Judges the elements of one page. `total` is the letters of its body."""

    def __init__(self, tree: Any) -> None:
        body = tree.find(".//body")
        self.body = tree if body is None else body
        self.total = max(1, share(self.body)[0])
        self.roles = {role: kind for kind, names in rules()["roles"].items() for role in names}
        self.tags = frozenset(rules()["tags"])
        self.cookies = any("cookie" in text.lower() for text in self.body.itertext())
        self._pointed: set[str] | None = None

    def of(self, node: Any, region: int) -> int | None:  # noqa: PLR0911 - rules in order, the first that fits
        """The region inside `node`, given the one around it. None: nothing of it is read."""
        tag = node.tag
        if tag in self.tags:
            return None
        if tag in WRAPPERS or node is self.body:
            return region | Region.MAIN if tag == "main" else region
        if self._hidden(node):
            return None
        role = (node.get("role") or "").lower()
        kind = self.roles.get(role) if role else None
        if kind == "drop" and not self._holds_page(node):
            return Region.CHROME | region if role != "search" else None
        if role == "main" or tag == "article":
            region |= Region.MAIN
        if kind == "nav":
            return region | Region.NAV
        if tag in LANDMARKS:
            return self._landmark(node, LANDMARKS[tag], region)
        if kind in ("footer", "aside"):
            return self._landmark(node, Region.FOOTER if kind == "footer" else Region.ASIDE, region)
        if tag == "header" or kind == "header":
            return region if region & Region.MAIN or self._large(node) else region | Region.HEADER
        if tag == "form":
            return region if self._large(node) else region | Region.FORM
        if tag in BLOCKS:
            return self._by_words(node, region)
        return region

    def _by_words(self, node: Any, region: int) -> int | None:  # noqa: PLR0911 - as above
        names = words_of(node)
        if not names:
            return self._notice(node, region)
        if not names.isdisjoint(words("drop")) and not self._large(node, 0.4) and not self._holds_page(node):
            return None
        if not names.isdisjoint(words("chrome")) and not self._large(node, 0.3) and not self._holds_page(node):
            return region | Region.CHROME
        if not names.isdisjoint(words("footer")) and not self._large(node, 0.5):
            return self._landmark(node, Region.FOOTER, region)
        if not names.isdisjoint(words("aside")) and not self._large(node, 0.5) and not self._holds_page(node):
            return region | Region.ASIDE
        if not names.isdisjoint(words("nav")):
            total, linked, links = share(node)
            if links and linked >= 0.6 * total and not self._holds_page(node):
                return region | Region.NAV
        return self._notice(node, region)

    def _notice(self, node: Any, region: int) -> int:
        """A cookie notice known by what it says: an outer block near the page's top or end."""
        parent = node.getparent()
        if region or not self.cookies or node.tag not in ("div", "section", "aside", "p"):
            return region
        if parent is not None and (parent is self.body or len(parent) < 12 or node.get("style")):
            text = _start_of(node)
            if len(text) < NOTICE and is_cookie_text(text):
                return region | Region.CHROME
        return region

    def _landmark(self, node: Any, mark: int, region: int) -> int:
        if mark == Region.ASIDE and region & Region.MAIN:
            total, linked, _ = share(node)
            return region | mark if linked > 0.4 * total else region
        return region if self._large(node) else region | mark

    def _large(self, node: Any, of: float = 0.6) -> bool:
        return share(node)[0] > of * self.total

    def _holds_page(self, node: Any) -> bool:
        return next(node.iter("h1", "main"), None) is not None

    def _hidden(self, node: Any) -> bool:  # noqa: PLR0911 - as above
        """Hidden for good: not a panel that a click opens, not a slide that waits for its turn."""
        style = node.get("style")
        dark = node.get("aria-hidden") == "true"
        if node.get("hidden") is None and not dark and not (style and HIDDEN.search(style)):
            return False
        names = words_of(node)
        if not names.isdisjoint(words("drop")) or not names.isdisjoint(words("chrome")):
            return True
        total, linked, links = share(node)
        if total < 2 or (links and linked >= 0.6 * total) or node.tag in ("tr", "i", "span"):
            return True
        if (
            node.get("role") in ("tabpanel", "region")
            or node.get("aria-labelledby")
            or not names.isdisjoint(words("panel"))
        ):
            return False
        if node.get("id") and node.get("id") in self._targets():
            return False
        before = node.getprevious()
        beside = before if before is not None else node.getnext()
        first = (node.get("class") or "").split()[:1]
        if beside is not None and first and beside.tag == node.tag and (beside.get("class") or "").split()[:1] == first:
            return False
        return not (dark and total > 30) and not _opens(node, before)

    def _targets(self) -> set[str]:
        """The ids that some control of the page points at."""
        if self._pointed is None:
            self._pointed = set()
            for node in self.body.iter("a", "button", "div", "li", "span", "label", "h2", "h3", "h4", "h5", "summary"):
                for name in (
                    "href",
                    "aria-controls",
                    "data-target",
                    "data-bs-target",
                    "data-tab",
                    "data-toggle",
                    "onclick",
                    "for",
                    "rel",
                ):
                    value = node.get(name)
                    if value and len(value) < 200 and (name != "href" or "#" in value):
                        self._pointed.update(re.findall(r"[\w-]+", value.rsplit("#", 1)[-1]))
        return self._pointed


def _opens(node: Any, before: Any) -> bool:
    """A block that its neighbour above opens: one of several alike, each a short line and what it hides."""
    parent = node.getparent()
    if before is None or parent is None or sum(map(len, before.itertext())) > 200:
        return False
    name = parent.get("class") or ""
    beside = [n for n in (parent.getprevious(), parent.getnext()) if n is not None]
    alike = any(
        n.tag == parent.tag and (n.get("class") or "").split()[:1] == name.split()[:1] and len(n) == len(parent)
        for n in beside
    )
    return alike or "".join(before.itertext()).rstrip(" +-\n").endswith("?")
