"""Lines as Markdown."""

from collections.abc import Sequence

from firstline.knowledge.parsing.html.line import Line

__all__ = ["markdown_of"]


def markdown_of(lines: Sequence[Line]) -> str:
    """Headings, paragraphs, lists and tables. Hours and prices parted by <br> become a list, a line each."""
    out: list[str] = []
    before: Line | None = None
    listed = _listed(lines)
    for at, line in enumerate(lines):
        item = line.kind == "li" or at in listed
        if line.kind == "h" and not _bare_head(lines, at):
            out.append(f"\n\n{'#' * line.level} {line.text}")
        elif line.kind == "table":
            out.append(f"\n\n{line.text}")
        elif item:
            again = before is not None and (before.kind == "li" or at - 1 in listed)
            out.append(f"{chr(10) if again else chr(10) * 2}{'  ' * max(0, line.level - 1)}- {line.text}")
        else:
            out.append(
                f"{chr(10) if line.after_break and before is not None and before.kind == 'p' else chr(10) * 2}{_safe(line.text)}"
            )
        before = line
    return "".join(out).strip()


def _bare_head(lines: Sequence[Line], at: int) -> bool:
    """A heading with nothing under it says something itself (a slogan, a card that is only its name): chunks drop empty sections."""
    after = lines[at + 1] if at + 1 < len(lines) else None
    return lines[at].level > 1 and (after is None or (after.kind == "h" and after.level <= lines[at].level))


def _safe(text: str) -> str:
    """Text that looks like a heading or a table is not one."""
    return f"\\{text}" if text.startswith(("# ", "## ", "|")) else text


def _listed(lines: Sequence[Line]) -> set[int]:
    """Indexes of the lines of paragraphs whose <br> lines are mostly hours or prices."""
    found: set[int] = set()
    start = 0
    for at in range(1, len(lines) + 1):
        if at < len(lines) and lines[at].after_break and lines[at].kind == lines[at - 1].kind == "p":
            continue
        group = range(start, at)
        facts = [n for n in group if lines[n].facts & {"hours", "price"} and len(lines[n].text) <= 90]
        if len(facts) > 1:
            found.update(range(facts[0], facts[-1] + 1))
        start = at
    return found
