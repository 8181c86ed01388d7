"""Pages to one document: no running heads, tables and paragraphs whole across pages, headings by the size of their type."""

import re
from itertools import zip_longest

from firstline.knowledge.parsing.pdf_blocks import Block, joined
from firstline.knowledge.parsing.tables import markdown_table

__all__ = ["markdown_of"]

HEADING_SIZE = 1.15  # times the body's type
LONGEST_HEADING = 120
MARGIN = 0.12  # of the page's height: where running heads and feet stand
OFTEN = 0.4  # of the pages; a head may differ between left and right pages
PAGE_NUMBER = re.compile(
    r"[-–—\s|]*(?:(?:page|página|pagina|pág\.?|pag\.?|p\.)\s*)?\d{1,4}(?:\s*(?:/|of|de)\s*\d{1,4})?[-–—\s|]*",
    re.IGNORECASE,
)
TELLS = re.compile(r"@|(?:\d[\s().-]*){7}|www\.|https?:")  # an address or a number by which a business is reached
PRICE = re.compile(r"[$€£]\s?\d|\d\s?[€£]")


def markdown_of(pages: list[list[Block]], body: float) -> str:
    """Markdown of all pages. `body` is the size of the document's type."""
    blocks: list[Block] = []
    for number, page in enumerate(_without_running(pages)):
        for first, block in enumerate(page):
            if first == 0 and number and blocks and _continued(blocks[-1], block):
                continue
            blocks.append(block)
    _mark_headings(blocks, body)
    out = ""
    for block, above in zip(blocks, [None, *blocks], strict=False):
        if text := _markdown(block):
            listed = block.item and above is not None and above.item
            out += ("\n" if listed else "\n\n" if out else "") + text
    return out


def _markdown(block: Block) -> str:
    if block.rows is not None:
        return markdown_table(block.rows)
    return f"{'#' * block.level} {block.text}" if block.level else block.text


def _continued(last: Block, block: Block) -> bool:
    """Whether `block`, the first of a page, was the rest of `last` and is now part of it."""
    if last.rows is not None and block.rows is not None and len(last.rows[0]) == len(block.rows[0]):
        again = last.rows[0] == block.rows[0]
        aligned = abs(last.left - block.left) < 12 and abs(last.right - block.right) < 12
        if again or (aligned and last.bottom > 0.7 and block.top < 0.3):
            last.rows += block.rows[again:]
            last.bottom = block.bottom
            return True
        return False
    prose = last.rows is None and block.rows is None and not block.item and last.bold == block.bold
    open_end = block.text[:1].islower() and not re.search(r"[.!?:;]$", last.text)
    if prose and open_end and abs(last.size - block.size) < 0.6:
        last.text = joined(last.text, block.text)
        last.bottom = block.bottom
        return True
    return False


def _without_running(pages: list[list[Block]]) -> list[list[Block]]:
    seen: dict[str, set[int]] = {}
    for number, page in enumerate(pages):
        for block in page:
            if _marginal(block):
                seen.setdefault(_key(block), set()).add(number)
    kept: set[str] = set()
    out: list[list[Block]] = []
    for page in pages:
        stay: list[Block] = []
        for block in page:
            key = _key(block)
            if _marginal(block) and PAGE_NUMBER.fullmatch(block.text):
                continue
            if _marginal(block) and len(pages) > 1 and len(seen[key]) >= max(2, OFTEN * len(pages)):
                if key in kept or not TELLS.search(block.text):
                    continue
                kept.add(key)  # how to reach the business is said once
            stay.append(block)
        out.append(stay)
    return out


def _marginal(block: Block) -> bool:
    return block.rows is None and len(block.text) < 160 and (block.bottom < MARGIN or block.top > 1 - MARGIN)


def _key(block: Block) -> str:
    """The text without its page number, which stands at its start or end."""
    return re.sub(r"^\d{1,4}\b|\b\d{1,4}(\s*(/|of|de)\s*\d{1,4})?$", "#", block.text.casefold()).strip()


def _mark_headings(blocks: list[Block], body: float) -> None:
    sizes = sorted({_rounded(b.size) for b in blocks if b.size >= body * HEADING_SIZE and _may_head(b)}, reverse=True)
    plain = [b for b in blocks if b.rows is None]
    mostly_bold = sum(len(b.text) for b in plain if b.bold) > 0.4 * sum(len(b.text) for b in plain)
    for block in blocks:
        if not _may_head(block):
            continue
        if _rounded(block.size) in sizes and block.size >= body * HEADING_SIZE:
            block.level = min(sizes.index(_rounded(block.size)) + 1, 4)
        elif (
            block.bold
            and not mostly_bold
            and block.lines == 1
            and not block.item
            and not re.search(r"[.,;]$", block.text)
        ):
            block.level = min(len(sizes) + 1, 5)
    for block, after in zip_longest(blocks, blocks[1:]):
        if block.level and (after is None or 0 < after.level <= block.level):
            block.level = 0  # nothing stands below it: it is a line of its own, such as the big type of a flyer


def _may_head(block: Block) -> bool:
    text = block.text
    letters = sum(char.isalpha() for char in text)
    return (
        block.rows is None
        and not text.startswith("- ")
        and len(text) <= LONGEST_HEADING
        and letters >= 3
        and not PRICE.search(text)
        and not TELLS.search(text)
    )


def _rounded(size: float) -> float:
    return round(size * 2) / 2
