"""Web pages to Markdown: menus and footers go, tables, lists, questions and cards stay.

trafilatura finds the body of an article well (F1 .96, design/measured.md) but loses the price cards and hour tables that a
small business's page is made of, so a page that marks its main part is converted from its own structure, and
what trafilatura dropped from any other page's tables, definition lists and addresses is put back.
"""

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

import lxml.html  # type: ignore[import-untyped]
import trafilatura
from lxml import etree

from firstline.knowledge.limits import unreadable
from firstline.knowledge.model import Parsed

__all__ = ["parse_html", "to_markdown"]

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "caption",
    ]
)
HEADINGS = {f"h{n}": n for n in range(1, 7)}
ENOUGH = 0.6  # share of the page's words that trafilatura must keep to be believed


@cache
def _boilerplate() -> dict[str, Any]:
    return tomllib.loads(files("firstline.knowledge").joinpath("data/boilerplate.toml").read_text("utf-8"))


def parse_html(data: bytes | str, title: str = "") -> Parsed:
    """A page's title and content. Raises UnreadableDocument when nothing is left of it."""
    tree = _tree(data)
    found = " ".join((tree.findtext(".//title") or "").split())
    kept_title = _title(tree, found) or title
    language = (tree.get("lang") or "")[:2].lower()
    markdown = _content(data, tree)
    if not markdown.strip():
        raise unreadable("empty")
    metadata = {"language": language} if language else {}
    return Parsed(kept_title, markdown, "html", metadata=metadata)


def _tree(data: bytes | str) -> Any:
    if not data.strip():
        raise unreadable("empty")
    raw = data.encode("utf-8") if isinstance(data, str) else data
    declared = re.search(rb"<meta[^>]+charset|^\s*<\?xml[^>]+encoding", raw[:4096], re.IGNORECASE)
    encoding = "utf-8" if isinstance(data, str) or not declared else None
    if encoding and isinstance(data, bytes):
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            encoding = "cp1252"
    try:
        tree = lxml.html.document_fromstring(raw, parser=lxml.html.HTMLParser(encoding=encoding, huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise unreadable("broken") from error
    return tree


def _title(tree: Any, page_title: str) -> str:
    """The first h1, else the page's title without the site's name behind a bar."""
    heading = next((t for h in tree.iter("h1") if (t := _inline(h))), "")
    return heading or re.split(r"\s+[|–—·]\s+", page_title)[0].strip()


def _content(data: bytes | str, tree: Any) -> str:
    lost = [
        _inline(node) for node in tree.iter("address") if not any(up.tag == "footer" for up in node.iterancestors())
    ]
    _strip(tree)
    main = next((node for tag in ("main", "article") for node in tree.iter(tag)), None)
    if main is None:
        main = next((node for node in tree.xpath("//*[@role='main' or @id='content' or @id='main']")), None)
    own = to_markdown(tree if main is None else main)
    if main is None:
        text = trafilatura.extract(
            data, output_format="markdown", include_tables=True, include_comments=False, favor_recall=True
        )
        if own and text and len(text.split()) >= ENOUGH * len(own.split()):
            own = _with_lost(text, [to_markdown(node) for tag in ("table", "dl") for node in tree.iter(tag)])
    elif len(own.split()) < 20:
        own = to_markdown(tree)
    return _with_lost(own, [*(to_markdown(n) for n in tree.iter("table") if not _inside(n, main)), *lost])


def _inside(node: Any, main: Any) -> bool:
    return main is None or main in node.iterancestors()


def _with_lost(text: str, blocks: list[str]) -> str:
    words = set(re.findall(r"\w+", text.casefold()))
    for block in blocks:
        wanted = set(re.findall(r"\w+", block.casefold()))
        if wanted and len(wanted - words) > 0.2 * len(wanted):
            text = f"{text.rstrip()}\n\n{block.strip()}\n"
            words |= wanted
    return text


def _strip(tree: Any) -> None:
    rules = _boilerplate()
    keep = set(rules["kept"])
    for node in list(tree.iter()):
        if (
            not isinstance(node.tag, str)
            or node.tag in rules["tags"]
            or node.get("hidden") is not None
            or node.get("aria-hidden") == "true"
        ):
            _drop(node)
        elif node.tag not in ("html", "body", "main", "article") and _marked(node, rules):
            tables = [part for part in node.iter() if part.tag in keep and not _marked_inside(part, node)]
            parent = node.getparent()
            if parent is not None and tables:
                at = parent.index(node)
                for offset, part in enumerate(p for p in tables if p is not node):
                    part.tail = None
                    parent.insert(at + offset, part)
            _drop(node)


def _marked_inside(part: Any, node: Any) -> bool:
    """A table inside a table that is kept already."""
    keep = set(_boilerplate()["kept"])
    return any(up.tag in keep for up in part.iterancestors() if up is not node and node in up.iterancestors())


def _marked(node: Any, rules: dict[str, Any]) -> bool:
    if node.tag == "footer" or node.get("role") in rules["roles"]:
        return not any(up.tag in ("main", "article") for up in node.iterancestors())
    names = set(re.split(r"[\s_-]+", f"{node.get('class', '')} {node.get('id', '')}".lower()))
    if names.isdisjoint(rules["words"]) or any(True for _ in node.iter("main", "article", "h1")):
        return False  # a wrapper such as "page has-sidebar" is no sidebar
    return node.tag in (
        "div",
        "section",
        "aside",
        "header",
        "ul",
        "p",
        "a",
        "span",
    )


def _drop(node: Any) -> None:
    parent = node.getparent()
    if parent is None:
        return
    if node.tail:
        before = node.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + " " + node.tail
        else:
            parent.text = (parent.text or "") + " " + node.tail
    parent.remove(node)


def to_markdown(node: Any) -> str:
    """An element as Markdown: headings, paragraphs, lists, tables, definition lists."""
    out: list[str] = []
    _walk(node, out, 0)
    text = "".join(out)
    text = re.sub(r"[ \t]+\n", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _walk(node: Any, out: list[str], depth: int) -> None:
    tag = node.tag
    if not isinstance(tag, str):
        return
    if tag in HEADINGS or tag == "summary":
        if heading := _inline(node):
            out.append(f"\n\n{'#' * HEADINGS.get(tag, 4)} {heading}\n\n")
    elif tag == "table":
        out.append(f"\n\n{_table(node)}\n\n")
    elif tag == "li":
        out.append(f"\n{'  ' * max(depth - 1, 0)}- ")
        _children(node, out, depth)
    elif tag == "dt":
        out.append(f"\n- {_inline(node)}: ")
    elif tag == "dd":
        out.append(_inline(node) + " ")
    elif tag == "br":
        out.append("\n")
    elif tag in BLOCKS:
        gap = "\n" if depth and tag in ("p", "div") else "\n\n"
        out.append("" if depth and out and out[-1].endswith("- ") else gap)
        _children(node, out, depth + (tag in ("ul", "ol")))
        out.append(gap)
    else:
        _children(node, out, depth)


def _children(node: Any, out: list[str], depth: int) -> None:
    _say(node.text, out)
    for child in node:
        _walk(child, out, depth)
        _say(child.tail, out)


def _say(text: str | None, out: list[str]) -> None:
    if not text:
        return
    plain = re.sub(r"\s+", " ", text)
    if not out or out[-1].endswith(("\n", " ")):
        plain = plain.lstrip()
    if plain:
        out.append(plain)


def _inline(node: Any) -> str:
    pieces: list[str] = []
    for part in node.iter():
        if isinstance(part.tag, str):
            if part is not node and (part.tag in BLOCKS or part.tag == "br"):
                pieces.append(" ")
            pieces.append(part.text or "")
        if part is not node and part.tail:
            pieces.append((" " if part.tag in BLOCKS else "") + part.tail)
    return " ".join("".join(pieces).split())


def _table(node: Any) -> str:
    from firstline.knowledge.parsing.tables import markdown_table

    rows: list[list[str]] = []
    for row in node.iter("tr"):
        if next((up for up in row.iterancestors("table")), None) is not node:
            continue
        cells: list[str] = []
        for cell in row:
            if cell.tag in ("td", "th"):
                span = cell.get("colspan", "1")
                cells += [_inline(cell)] + [""] * (min(int(span), 50) - 1 if span.isdigit() else 0)
        rows.append(cells)
    headed = node.find(".//th") is not None
    caption = next((_inline(c) for c in node.iter("caption")), "")
    table = markdown_table(rows, headed=headed)
    return f"{caption}\n\n{table}" if caption else table
