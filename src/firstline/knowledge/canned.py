"""Canned replies: what agents pick by `/shortcut`; those that `answers` are also found by the assistant, and said as written.

For the assistant a reply is a document of one question (its title) and one answer (its text), at `canned:<id>`.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

import asyncpg

from firstline.ground.errors import Conflict, FieldError, Invalid, NotFound
from firstline.ground.tenant import Door, Tx
from firstline.kit.ids import new_id
from firstline.knowledge import canned_queries, queries
from firstline.knowledge.model import Faq, JobConfig, Parsed
from firstline.knowledge.sources.port import Acquired
from firstline.knowledge.store import Workshop, keep_document

__all__ = [
    "Canned",
    "CannedReply",
    "check_canned",
    "delete_canned",
    "get_canned",
    "list_canned",
    "render",
    "restore_canned",
    "save_canned",
]

SHORTCUT = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
VARIABLE = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
BRACKETS = re.compile(r"\{\{|\}\}")


@dataclass(frozen=True, slots=True)
class CannedReply:
    """What a person writes. `answers`: the assistant may say it, word for word."""

    shortcut: str
    title: str
    text: str
    language: str = "en"
    tags: tuple[str, ...] = ()
    answers: bool = False


@dataclass(frozen=True, slots=True)
class Canned:
    """A stored reply."""

    id: UUID
    reply: CannedReply
    created_at: datetime
    updated_at: datetime


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(files("firstline.knowledge").joinpath("data/canned.toml").read_text("utf-8"))


def render(text: str, values: Mapping[str, str | None]) -> str:
    """The reply with its variables filled. One that is not known goes, with the space before it: "Hi {{customer_name}}," -> "Hi,"."""

    def filled(match: re.Match[str]) -> str:
        value = (values.get(match[2].strip()) or "").strip()
        return f"{match[1]}{value}" if value else ""

    return re.sub(r"([ \t]?)\{\{\s*([^{}]*?)\s*\}\}", filled, text).strip()


def check_canned(reply: CannedReply, languages: Sequence[str] = ("en", "es")) -> None:
    """Raises Invalid, with every field that is wrong."""
    told = _data()["sentences"]
    faults: list[FieldError] = []
    if not SHORTCUT.fullmatch(reply.shortcut):
        faults.append(FieldError("shortcut", told["shortcut"]))
    if not 1 <= len(reply.title.strip()) <= 300:
        faults.append(FieldError("title", told["title"]))
    if not 1 <= len(reply.text.strip()) <= 10000:
        faults.append(FieldError("text", told["text"]))
    if reply.language not in languages:
        faults.append(FieldError("language", told["language"].format(languages=", ".join(languages))))
    names = VARIABLE.findall(reply.text)
    known = _data()["variables"]
    for name in dict.fromkeys(name for name in names if name not in known):
        faults.append(FieldError("text", told["variable"].format(name=name, known=", ".join(known))))
    if BRACKETS.search(VARIABLE.sub("", reply.text)):
        faults.append(FieldError("text", told["brackets"]))
    if reply.answers and names:
        faults.append(FieldError("answers", told["answers"]))
    if faults:
        raise Invalid("invalid", faults[0]["message"], faults)


async def save_canned(
    workshop: Workshop,
    business_id: UUID,
    reply: CannedReply,
    *,
    canned_id: UUID | None = None,
    languages: tuple[str, ...] = ("en", "es"),
) -> Canned:
    """Creates a reply, or replaces `canned_id`. Raises Invalid, Conflict shortcut_taken, NotFound canned_not_found."""
    check_canned(reply, languages)
    values = (reply.shortcut, reply.title.strip(), reply.text.strip(), reply.language, list(reply.tags), reply.answers)
    try:
        async with workshop.door.transaction(business_id) as tx:
            if canned_id is None:
                row = await canned_queries.insert_canned(tx, new_id(), values)
            else:
                row = await canned_queries.change_canned(tx, canned_id, values)
            if row is None:
                raise NotFound("canned_not_found", "There is no such reply.")
            if not reply.answers:
                await _unpublish(tx, row["id"])
                await canned_queries.set_document(tx, row["id"], None)
    except asyncpg.UniqueViolationError:
        taken = _data()["sentences"]["shortcut_taken"]
        raise Conflict("shortcut_taken", taken, [FieldError("shortcut", taken)]) from None
    saved = _canned(row)
    if reply.answers:
        await _publish(workshop, business_id, saved, languages)
    return saved


async def _publish(workshop: Workshop, business_id: UUID, canned: Canned, languages: tuple[str, ...]) -> None:
    reply = canned.reply
    faq = Faq(reply.title, reply.text, reply.language, reply.tags)
    # not of type "faq": such documents have a row in kb_faqs, and this one has its row here
    parsed = Parsed(reply.title, "", "text", faqs=(faq,), metadata={"language": reply.language, "canned": True})
    acquired = Acquired(_uri(canned.id), parsed, tags=reply.tags)
    kept = await keep_document(workshop, business_id, acquired, JobConfig(), languages=languages)
    async with workshop.door.transaction(business_id) as tx:
        if not await canned_queries.set_document(tx, canned.id, kept.document_id):  # deleted or withdrawn meanwhile
            await _unpublish(tx, canned.id)


async def _unpublish(tx: Tx, canned_id: UUID) -> None:
    held = await queries.held_document(tx, _uri(canned_id))
    if held is not None and held.deleted_by is None:
        await queries.delete_document(tx, held.id)


async def delete_canned(door: Door, business_id: UUID, canned_id: UUID) -> bool:
    """The reply and what the assistant finds of it; False when there is none."""
    async with door.transaction(business_id) as tx:
        if not await canned_queries.drop_canned(tx, canned_id):
            return False
        await _unpublish(tx, canned_id)
        return True


async def restore_canned(
    workshop: Workshop, business_id: UUID, canned_id: UUID, *, languages: tuple[str, ...] = ("en", "es")
) -> Canned | None:
    """A removed reply as it was, found by the assistant again if it was; None when there is none. Raises Conflict."""
    try:
        async with workshop.door.transaction(business_id) as tx:
            row = await canned_queries.take_back(tx, canned_id)
    except asyncpg.UniqueViolationError:
        taken = _data()["sentences"]["shortcut_taken"]
        raise Conflict("shortcut_taken", taken, [FieldError("shortcut", taken)]) from None
    if row is None:
        return None
    restored = _canned(row)
    if restored.reply.answers:
        await _publish(workshop, business_id, restored, languages)
    return restored


async def get_canned(door: Door, business_id: UUID, canned_id: UUID) -> Canned | None:
    """One reply."""
    async with door.transaction(business_id) as tx:
        row = await canned_queries.get_canned(tx, canned_id)
    return _canned(row) if row else None


async def list_canned(
    door: Door,
    business_id: UUID,
    *,
    q: str = "",
    language: str | None = None,
    after: tuple[str, UUID] | None = None,
    most: int = 50,
) -> list[Canned]:
    """By shortcut. `q` is looked for in shortcut, title and text; `after` is the (shortcut, id) a page ended with."""
    async with door.transaction(business_id) as tx:
        rows = await canned_queries.canned_page(tx, q.strip(), language, after, most)
    return [_canned(row) for row in rows]


def _uri(canned_id: UUID) -> str:
    return f"canned:{canned_id}"


def _canned(row: Any) -> Canned:
    reply = CannedReply(
        row["shortcut"], row["title"], row["text"], row["language"], tuple(row["tags"]), bool(row["answers"])
    )
    return Canned(row["id"], reply, row["created_at"], row["updated_at"])
