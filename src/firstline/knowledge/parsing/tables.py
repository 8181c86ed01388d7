"""Tables as Markdown, one row a line, so that chunking can keep rows whole and repeat the head."""

from collections.abc import Sequence

__all__ = ["markdown_table"]


def markdown_table(rows: Sequence[Sequence[str | None]], *, headed: bool = True) -> str:
    """A Markdown table; empty rows and columns go. Without a head the head line is left empty. '' for no cells."""
    clean = [[" ".join((cell or "").split()).replace("|", "/") for cell in row] for row in rows]
    clean = [row for row in clean if any(row)]
    if not clean:
        return ""
    width = max(len(row) for row in clean)
    clean = [row + [""] * (width - len(row)) for row in clean]
    used = [column for column in range(width) if any(row[column] for row in clean)]
    clean = [[row[column] for column in used] for row in clean]
    if len(used) == 1:
        return "\n\n".join(row[0] for row in clean)  # a box around a paragraph, not a table
    named = all(clean[0]) and len(clean) > 2 and not any(c.isdigit() for cell in clean[0] for c in cell)
    headed = headed or named
    head, body = (clean[0], clean[1:]) if headed and len(clean) > 1 else ([""] * len(used), clean)
    lines = [_line(head), _line(["---"] * len(used)), *(_line(row) for row in body)]
    return "\n".join(lines)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
