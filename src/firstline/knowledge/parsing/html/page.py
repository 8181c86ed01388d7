"""A web page to its title, Markdown and metadata.

An article's body is what trafilatura takes for it (F1 .96 on articles, design/measured.md); every other page is sifted by its own
structure, because trafilatura loses the price cards, hour tables and footers that a small business's page is made of.
"""

import re
from typing import Any

import trafilatura

from firstline.knowledge.limits import unreadable
from firstline.knowledge.model import Parsed
from firstline.knowledge.parsing.html.decode import tree_of
from firstline.knowledge.parsing.html.head import about, title_of
from firstline.knowledge.parsing.html.invisible import without_invisible
from firstline.knowledge.parsing.html.line import Line
from firstline.knowledge.parsing.html.lines import lines_of
from firstline.knowledge.parsing.html.regions import Regions
from firstline.knowledge.parsing.html.sifting import sifted
from firstline.knowledge.parsing.html.writing import markdown_of

__all__ = ["parse_html", "to_markdown"]

ARTICLE = frozenset(["article", "blog", "news"])
ARTICLE_LD = re.compile(r'"@type"\s*:\s*\[?\s*"(?:BlogPosting|NewsArticle|Article|TechArticle)"')
WRITING = 40  # words of a paragraph of an article
ENOUGH = 0.6  # share of trafilatura's words that the lines found in them must hold to stand for them


def parse_html(data: bytes | str, title: str = "", *, content_type: str = "", url: str = "") -> Parsed:
    """A page's title and content. Raises UnreadableDocument when nothing is left of it.

    `content_type` is the HTTP header's (charset), `url` where it came from (for a relative canonical link).
    Metadata, each only when the page says so: language, canonical, noindex, nofollow, effective_date.
    """
    tree = tree_of(data, content_type)
    without_invisible(tree)
    found = lines_of(tree, Regions(tree))
    headings = [line.text for line in found if line.kind == "h" and line.level == 1]
    kept = sifted(found)
    if _is_article(tree, kept):
        kept = _article(tree, kept)
    markdown = markdown_of(kept)
    if not markdown.strip():
        raise unreadable("empty")
    return Parsed(title_of(tree, headings) or title, markdown, "html", metadata=about(tree, url))


def to_markdown(node: Any) -> str:
    """An element as Markdown, everything in it: headings, paragraphs, lists, tables, definition lists."""
    return markdown_of(lines_of(node))


def _is_article(tree: Any, lines: list[Line]) -> bool:
    """Whether a page says that it is an article, or is mostly long paragraphs inside one <article>."""
    kind = next((n.get("content") or "" for n in tree.iter("meta") if n.get("property") == "og:type"), "")
    stated = kind.lower() in ARTICLE or any(
        ARTICLE_LD.search(n.text or "") for n in tree.iter("script") if "ld+json" in (n.get("type") or "")
    )
    long = [len(line.text.split()) for line in lines if line.kind == "p"]
    written = sum(n for n in long if n >= WRITING)
    return (
        written >= (80 if stated else 300)
        and (stated or written > 0.6 * sum(long))
        and not any(line.kind == "table" for line in lines)
    )


def _article(tree: Any, lines: list[Line]) -> list[Line]:
    """Of an article's lines those that trafilatura keeps too, and the facts around it."""
    text = trafilatura.extract(tree, output_format="txt", include_tables=True, include_comments=False) or ""
    bare = _bare(text)
    kept = [
        line
        for line in lines
        if line.outside
        or line.kind == "table"
        or (line.kind == "h" and line.level < 3)
        or _bare(line.text)[:300] in bare
    ]
    words = sum(len(line.text.split()) for line in kept if not line.outside)
    return kept if words >= ENOUGH * len(text.split()) and text else lines


def _bare(text: str) -> str:
    return re.sub(r"\W+", "", text.casefold())
