"""Markdown to chunks: along its sections, lists and tables, never inside a table's row.

Chunks aim at `target_tokens` (small ones are found better; the spec's maximum stays the cap). Where a section has to be
cut inside prose, the next piece begins with the end of the last (`overlap_tokens`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from firstline.knowledge.model import Chunk, JobConfig, Parsed
from firstline.knowledge.wording import sentences

__all__ = ["CHUNKING", "Count", "chunks_of"]

CHUNKING = 1  # a change of what chunks come out of a text: documents are divided anew when they are next read

HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*$")
RULE = re.compile(r"\|(?:\s*:?-{2,}:?\s*\|)+")
Count = Callable[[str], int]


@dataclass(slots=True)
class _Block:
    """`pieces` may be parted from one another, never inside; `head` is repeated before each part (a table's head)."""

    pieces: list[str]
    glue: str
    head: str = ""


def chunks_of(parsed: Parsed, config: JobConfig, count: Count) -> list[Chunk]:
    """The chunks of a document in order; FAQ rows are one chunk each. Empty when there is no text."""
    rows = [
        Chunk(
            text=faq.answer,
            title=parsed.title,
            question=faq.question,
            answer=faq.answer,
            tags=faq.tags,
            language=faq.language,
        )
        for faq in parsed.faqs
    ]
    out: list[Chunk] = []
    for section, blocks in _sections(parsed.markdown, parsed.title):
        about = Chunk(text="", title=parsed.title, section=section)
        room = max(config.target_tokens, 16)
        most = max(config.max_tokens_per_chunk - count(about.context), 16)
        out.extend(
            replace(about, text=text) for text in _packed(blocks, min(room, most), most, config.overlap_tokens, count)
        )
    return [*rows, *out]


def _sections(markdown: str, title: str) -> Iterator[tuple[str, list[_Block]]]:
    path: dict[int, str] = {}
    lines: list[str] = []

    def section() -> str:
        return " > ".join(name for _, name in sorted(path.items()) if name != title)

    for line in markdown.split("\n"):
        if heading := HEADING.match(line.strip()):
            if blocks := _blocks(lines):
                yield section(), blocks
            lines = []
            level = len(heading.group(1))
            path = {at: name for at, name in path.items() if at < level}
            path[level] = heading.group(2)
        else:
            lines.append(line)
    if blocks := _blocks(lines):
        yield section(), blocks


def _blocks(lines: list[str]) -> list[_Block]:
    out: list[_Block] = []
    for paragraph in re.split(r"\n\s*\n", "\n".join(lines)):
        rows = [line.rstrip() for line in paragraph.strip("\n").split("\n") if line.strip()]
        if not rows:
            continue
        if rows[0].lstrip().startswith("|"):
            out.append(_table(rows))
        elif re.match(r"\s*(?:[-*•]|\d{1,2}[.)])\s", rows[0]) and len(rows) > 1:
            out.append(_Block(rows, "\n"))
        else:
            out.append(_Block([" ".join(rows)], "\n"))
    return out


def _table(rows: list[str]) -> _Block:
    if len(rows) > 2 and RULE.fullmatch(rows[1].strip()):
        return _Block(rows[2:], "\n", head="\n".join(rows[:2]))
    return _Block(rows, "\n")


def _packed(blocks: list[_Block], room: int, most: int, overlap: int, count: Count) -> Iterator[str]:
    """Blocks joined up to `room` tokens; one that alone is larger is parted between its pieces."""
    held, size = "", 0
    for block in blocks:
        whole = "\n".join(part for part in (block.head, block.glue.join(block.pieces)) if part)
        tokens = count(whole)
        if held and size + tokens > room:
            if size < room // 4 and tokens <= most - size:  # a line before its table or list belongs to it
                yield f"{held}\n\n{whole}"
                held, size = "", 0
                continue
            yield held
            held, size = "", 0
        if tokens <= room:
            held, size = f"{held}\n\n{whole}".strip("\n"), size + tokens
        else:
            *done, held = list(_parted(block, room, most, overlap, count, lead=held))
            yield from done
            size = count(held)
    if held:
        yield held


def _parted(block: _Block, room: int, most: int, overlap: int, count: Count, lead: str = "") -> Iterator[str]:
    prose = not block.head and len(block.pieces) == 1
    pieces = sentences(block.pieces[0]) if prose else block.pieces
    glue = " " if prose else block.glue
    pieces = [short for piece in pieces for short in _short(piece, most - count(block.head), count)]
    sizes = [count(piece) + 1 for piece in pieces]
    start = 0
    while start < len(pieces):
        stop, size = start + 1, count(block.head) + sizes[start]
        while stop < len(pieces) and size + sizes[stop] <= room:
            size += sizes[stop]
            stop += 1
        text = "\n".join(part for part in (block.head, glue.join(pieces[start:stop])) if part)
        yield f"{lead}\n\n{text}" if lead else text
        lead = ""
        if stop >= len(pieces):
            return
        back, kept = stop, 0
        while prose and back - 1 > start and kept + sizes[back - 1] <= min(overlap, room // 3):
            back -= 1
            kept += sizes[back]
        start = back


def _short(piece: str, most: int, count: Count) -> list[str]:
    """A sentence or row beyond the cap is cut at words: there is no other place."""
    if count(piece) <= most:
        return [piece]
    words = piece.split()
    if len(words) < 2:
        step = max(1, most)
        return [piece[at : at + step] for at in range(0, len(piece), step)]
    middle = len(words) // 2
    return _short(" ".join(words[:middle]), most, count) + _short(" ".join(words[middle:]), most, count)
