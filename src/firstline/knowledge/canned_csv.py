"""Canned replies as CSV, out and in. The same shortcut in the same language again replaces its reply."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from firstline.ground.errors import Invalid
from firstline.ground.tenant import Door
from firstline.knowledge.canned import Canned, CannedReply, check_canned, list_canned, save_canned
from firstline.knowledge.faq_csv import Imported
from firstline.knowledge.store import Workshop
from firstline.knowledge.tables import BadCell, Line, chosen, language_in, lines_of, tags_in, text_in, written

__all__ = ["COLUMNS", "export_canned", "import_canned", "plan_canned"]

COLUMNS = ("shortcut", "title", "text", "language", "tags", "answers")
PAGE = 500
Key = tuple[str, str]  # shortcut, language


async def export_canned(door: Door, business_id: UUID, *, bom: bool = False) -> bytes:
    """All replies, by shortcut."""
    rows = [c.reply for c in await _all(door, business_id)]
    cells = [(r.shortcut, r.title, r.text, r.language, "; ".join(r.tags), "yes" if r.answers else "no") for r in rows]
    return written(COLUMNS, cells, bom=bom)


def plan_canned(
    data: bytes, existing: Sequence[Canned], languages: Sequence[str] = ("en", "es")
) -> tuple[Imported, list[tuple[CannedReply, UUID | None]]]:
    """What the table would do; the replies to save, with the id of the one that each replaces. Raises Invalid."""
    held = {(c.reply.shortcut, c.reply.language): c for c in existing}
    result = Imported()
    rows: dict[Key, tuple[str, CannedReply, UUID | None]] = {}
    for line in lines_of(data, COLUMNS, ("shortcut", "title", "text")):
        try:
            reply, before = _one(line, held, languages)
        except BadCell as why:
            result.found_bad(line, why)
            continue
        key = (reply.shortcut, reply.language)
        result.repeated += key in rows
        state = "new" if before is None else "same" if before.reply == reply else "changed"
        rows[key] = (state, reply, before.id if before else None)
    for state, _, _ in rows.values():
        setattr(result, state, getattr(result, state) + 1)
    return result, [(reply, of) for state, reply, of in rows.values() if state != "same"]


def _one(line: Line, held: dict[Key, Canned], languages: Sequence[str]) -> tuple[CannedReply, Canned | None]:
    shortcut = text_in(line, "shortcut", 41).lstrip("/").lower()
    title, text = text_in(line, "title", 300), text_in(line, "text", 10000)
    language = language_in(line, languages) or languages[0]
    before = held.get((shortcut, language))
    tags, answers = tags_in(line), chosen(line, "answers", ("yes", "no"), "yes_no")
    reply = CannedReply(
        shortcut,
        title,
        text,
        language,
        tags if tags is not None else before.reply.tags if before else (),
        answers == "yes" if answers else bool(before and before.reply.answers),
    )
    try:
        check_canned(reply, languages)
    except Invalid as why:
        raise BadCell(why.errors[0]["field"], why.errors[0]["message"]) from None
    return reply, before


async def import_canned(
    workshop: Workshop,
    business_id: UUID,
    data: bytes,
    *,
    dry_run: bool = False,
    good_rows_only: bool = False,
    languages: tuple[str, ...] = ("en", "es"),
) -> Imported:
    """Writes the table's replies; with a bad row among them nothing, unless `good_rows_only`. Raises Invalid for no table."""
    existing = await _all(workshop.door, business_id)
    result, rows = await asyncio.to_thread(plan_canned, data, existing, languages)
    if dry_run or (result.bad and not good_rows_only):
        return result
    for reply, canned_id in rows:
        await save_canned(workshop, business_id, reply, canned_id=canned_id, languages=languages)
    result.applied = True
    return result


async def _all(door: Door, business_id: UUID) -> list[Canned]:
    out: list[Canned] = []
    while True:
        after = (out[-1].reply.shortcut, out[-1].id) if out else None
        page = await list_canned(door, business_id, after=after, most=PAGE)
        out += page
        if len(page) < PAGE:
            return out
