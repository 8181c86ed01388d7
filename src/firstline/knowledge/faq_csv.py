"""FAQ rows as CSV, out and in. The same question in the same language again replaces its answer."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Door
from firstline.knowledge.document_queries import faqs_page
from firstline.knowledge.faqs import publish_faq
from firstline.knowledge.model import Faq
from firstline.knowledge.store import Workshop
from firstline.knowledge.tables import (
    BadCell,
    Fault,
    Line,
    chosen,
    language_in,
    lines_of,
    table_data,
    tags_in,
    text_in,
    written,
)
from firstline.knowledge.tongue import language_of
from firstline.knowledge.wording import fold

__all__ = ["COLUMNS", "FaqRow", "Imported", "export_faqs", "faqs_as_csv", "import_faqs", "plan_faqs"]

COLUMNS = ("question", "answer", "language", "tags", "visibility")
PAGE = 500
Key = tuple[str, str]  # folded question, language


@dataclass(frozen=True, slots=True)
class FaqRow:
    """A row to be written. `faq_id` of the one it replaces; None: a new one."""

    faq: Faq
    visibility: str = "public"
    faq_id: UUID | None = None


@dataclass(slots=True)
class Imported:
    """What an import does, or did (`applied`). `repeated`: questions that a later row of the file has replaced."""

    new: int = 0
    changed: int = 0
    same: int = 0
    bad: int = 0
    repeated: int = 0
    applied: bool = False
    faults: list[Fault] = field(default_factory=list)

    def found_bad(self, line: Line, why: BadCell) -> None:
        """Counts a row that cannot be used, and tells of it."""
        self.bad += 1
        if len(self.faults) < table_data()["most_faults"]:
            self.faults.append(Fault(line.row, line.called.get(why.column, why.column), str(why)))


def faqs_as_csv(rows: Sequence[Mapping[str, Any]], *, bom: bool = False) -> bytes:
    """Rows of kb_faqs."""
    cells = [(r["question"], r["answer"], r["language"], "; ".join(r["tags"]), r["visibility"]) for r in rows]
    return written(COLUMNS, cells, bom=bom)


async def export_faqs(door: Door, business_id: UUID, *, bom: bool = False) -> bytes:
    """All live rows, newest first."""
    return faqs_as_csv(await _all(door, business_id), bom=bom)


def plan_faqs(
    data: bytes, existing: Sequence[Mapping[str, Any]], languages: Sequence[str] = ("en", "es")
) -> tuple[Imported, list[FaqRow]]:
    """What the table would do, and the rows that would do it. Pure. Raises Invalid when it is no such table."""
    held: dict[Key, Mapping[str, Any]] = {_key(row["question"], row["language"]): row for row in reversed(existing)}
    result = Imported()
    rows: dict[Key, tuple[str, FaqRow]] = {}
    for line in lines_of(data, COLUMNS, ("question", "answer")):
        try:
            key, state, row = _one(line, held, languages)
        except BadCell as why:
            result.found_bad(line, why)
            continue
        result.repeated += key in rows
        rows[key] = (state, row)
    for state, _ in rows.values():
        setattr(result, state, getattr(result, state) + 1)
    return result, [row for state, row in rows.values() if state != "same"]


def _one(line: Line, held: Mapping[Key, Mapping[str, Any]], languages: Sequence[str]) -> tuple[Key, str, FaqRow]:
    question, answer = text_in(line, "question", 2000), text_in(line, "answer", 10000)
    told = language_in(line, languages)
    guess = told or language_of(f"{question} {answer}", languages, languages[0])
    others = [] if told else [_key(question, language) for language in languages]
    key = next((k for k in (_key(question, guess), *others) if k in held), _key(question, guess))
    before = held.get(key)
    tags, visibility = tags_in(line), chosen(line, "visibility", ("public", "internal"), "visibility")
    if before is not None:
        tags = tuple(before["tags"]) if tags is None else tags
        visibility = visibility or before["visibility"]
        as_it_was = (before["question"], before["answer"], tuple(before["tags"]), before["visibility"])
        state = "same" if as_it_was == (question, answer, tags, visibility) else "changed"
    else:
        state = "new"
    faq = Faq(question, answer, key[1], tags or ())
    return key, state, FaqRow(faq, visibility or "public", before["id"] if before else None)


def _key(question: str, language: str) -> Key:
    return fold(" ".join(question.split())), language


async def import_faqs(
    workshop: Workshop,
    business_id: UUID,
    data: bytes,
    *,
    dry_run: bool = False,
    good_rows_only: bool = False,
    languages: tuple[str, ...] = ("en", "es"),
    progress: Callable[[int, int], None] | None = None,
) -> Imported:
    """Writes the table's rows; with a bad one among them nothing, unless `good_rows_only`. Raises Invalid for no table.

    `progress` hears (rows written, rows to write). About 20 rows a second: thousands belong into a job.
    """
    existing = await _all(workshop.door, business_id)
    result, rows = await asyncio.to_thread(plan_faqs, data, existing, languages)
    if dry_run or (result.bad and not good_rows_only):
        return result
    done = 0
    at_once = asyncio.Semaphore(table_data()["at_once"])

    async def write(row: FaqRow) -> None:
        nonlocal done
        async with at_once:
            await publish_faq(
                workshop, business_id, row.faq, visibility=row.visibility, faq_id=row.faq_id, languages=languages
            )
        done += 1
        if progress:
            progress(done, len(rows))

    async with asyncio.TaskGroup() as group:
        for row in rows:
            group.create_task(write(row))
    result.applied = True
    return result


async def _all(door: Door, business_id: UUID) -> list[Any]:
    out: list[Any] = []
    after: UUID | None = None
    while True:
        async with door.transaction(business_id) as tx:
            page = await faqs_page(tx, "", after, PAGE)
        out += page
        if len(page) < PAGE:
            return out
        after = page[-1]["id"]
