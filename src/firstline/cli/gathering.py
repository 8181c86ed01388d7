"""Which files of a folder are read, and how they are kept for the job that reads them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.parsing.sniffing import READABLE
from firstline.knowledge.uploads import keep_file
from firstline.worker.tasks import Shop

__all__ = ["READABLE", "gathered", "stored"]


def gathered(path: Path) -> tuple[Path, list[Path]]:
    """(root, files). Raises click.UsageError. Hidden files and folders are left out."""
    if path.is_file():
        return path.parent, [path]
    if not path.is_dir():
        raise click.UsageError(f"{path}: there is no such file or folder.")
    there = [p for p in sorted(path.rglob("*")) if p.is_file() and not _hidden(p.relative_to(path))]
    files = [p for p in there if p.suffix.lower() in READABLE]
    left = Counter(p.suffix.lower() or "no ending" for p in there if p.suffix.lower() not in READABLE)
    said = ", ".join(f"{number} {ending}" for ending, number in sorted(left.items()))
    if not files:
        raise click.UsageError(f"{path}: there is nothing to read in it{f' ({said})' if said else ''}.")
    if said:
        click.echo(f"Left out, being of other kinds: {said}.", err=True)
    return path, files


def _hidden(path: Path) -> bool:
    return any(part.startswith((".", "~$")) for part in path.parts)


async def stored(
    shop: Shop, business_id: UUID, files: Sequence[Path], root: Path, page_base: str = "", *,
    tags: Sequence[str] = (), visibility: str = "public", entries: list[dict[str, Any]] | None = None,
) -> tuple[list[dict[str, Any]], list[tuple[str, str]]]:  # fmt: skip
    """Keeps the files: a job's entries for them (put into `entries` as they are made), and those that cannot be read, why.

    `page_base`: where the HTML pages are seen, so that answers can link to them.
    """
    made: list[dict[str, Any]] = [] if entries is None else entries
    failed: list[tuple[str, str]] = []
    for file in files:
        name = str(file.relative_to(root))
        try:
            if file.stat().st_size > limits()["bytes"]:
                failed.append((name, unreadable("too_large").sentence))
                continue
            data = file.read_bytes()
        except OSError as error:
            failed.append((name, f"It cannot be opened: {error.strerror or error}."))
            continue
        entry = await keep_file(shop.objects, business_id, name, data, tags=tags, visibility=visibility)
        if page_base and file.suffix == ".html":
            entry["uri"] = f"{page_base}{file.name}"
        made.append(entry)
    return made, failed
