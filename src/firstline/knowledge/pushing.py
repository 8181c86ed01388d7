"""Documents that the suite's other modules push, by their own id: the same id again replaces its document.

A small one is searchable when `push_document` returns. A large one is stored and read by a job (sources/push.py).
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from firstline.ground.errors import FieldError, Invalid
from firstline.ground.tenant import Door
from firstline.kit.ids import new_id
from firstline.knowledge import queries
from firstline.knowledge.model import JobConfig, UnreadableDocument
from firstline.knowledge.opening import open_job
from firstline.knowledge.sources.port import Acquired, Parse
from firstline.knowledge.sources.push import read_push
from firstline.knowledge.store import Workshop, keep_document

__all__ = ["Push", "Pushed", "push_document", "remove_pushed"]

HTML, MARKDOWN = "page.html", "page.md"


@dataclass(frozen=True, slots=True)
class Push:
    """What was pushed. Exactly one of `html` and `markdown`; `url` is where customers find it."""

    external_id: str
    title: str = ""
    html: str | None = None
    markdown: str | None = None
    tags: tuple[str, ...] = ()
    visibility: str = "public"
    url: str | None = None

    @property
    def uri(self) -> str:
        """The name of its document."""
        return f"push:{self.external_id}"


@dataclass(frozen=True, slots=True)
class Pushed:
    """`document_id` once it is searchable; else `job_id` of the run that reads it. `changed` False: it was there already."""

    document_id: UUID | None
    job_id: UUID | None = None
    changed: bool = True


async def push_document(
    workshop: Workshop,
    business_id: UUID,
    push: Push,
    *,
    languages: Sequence[str] = ("en", "es"),
    parse: Parse | None = None,
) -> Pushed:
    """Creates or replaces; the very same again changes nothing. Raises Invalid naming the field."""
    _check(push)
    rules = _rules()
    if push.html is None or len(push.html) <= rules["html_characters"]:
        name, body = (HTML, push.html) if push.html is not None else (MARKDOWN, push.markdown or "")
        try:
            parsed = await read_push(body.encode(), name, push.title, push.url, parse)
        except UnreadableDocument as why:
            raise _invalid("markdown" if push.html is None else "html", why.sentence, why.code) from None
        if len(parsed.markdown) <= rules["at_once_characters"]:
            acquired = Acquired(push.uri, parsed, push.visibility, push.tags, push.external_id)
            kept = await keep_document(workshop, business_id, acquired, JobConfig(), languages=tuple(languages))
            return Pushed(kept.document_id, changed=kept.added > 0)
    return Pushed(None, await _later(workshop, business_id, push))


async def _later(workshop: Workshop, business_id: UUID, push: Push) -> UUID:
    if workshop.objects is None:
        raise _invalid("html" if push.html is not None else "markdown", _rules()["sentences"]["unavailable"])
    name = HTML if push.html is not None else MARKDOWN
    key = f"kb/{business_id}/push/{new_id()}/{name}"
    await workshop.objects.put(key, (push.html if push.html is not None else push.markdown or "").encode())
    told: dict[str, Any] = {
        "key": key,
        "name": name,
        "external_id": push.external_id,
        "title": push.title,
        "tags": list(push.tags),
    }
    told |= {"visibility": push.visibility, "url": push.url}
    async with workshop.door.transaction(business_id) as tx:
        return await open_job(tx, "push", {"documents": [told]})


async def remove_pushed(door: Door, business_id: UUID, external_id: str) -> bool:
    """Puts the document into the bin; False when there is none by that id."""
    async with door.transaction(business_id) as tx:
        held = await queries.held_document(tx, f"push:{external_id}", external_id)
        if held is None or held.deleted_by is not None:
            return False
        return await queries.delete_document(tx, held.id)


def _check(push: Push) -> None:
    rules, told = _rules(), _rules()["sentences"]
    known = 1 <= len(push.external_id) <= rules["external_id"] and push.external_id.isprintable()
    faults = {
        "external_id": not known or push.external_id != push.external_id.strip(),
        "title": len(push.title) > rules["title"],
        "visibility": push.visibility not in ("public", "internal"),
        "tags": len(push.tags) > rules["tags"],
        "url": push.url is not None and not push.url.startswith(("http://", "https://")),
    }
    for name, wrong in faults.items():
        if wrong:
            raise _invalid(name, told[name])
    if (push.html is None) == (push.markdown is None):
        raise _invalid("html", told["body"])
    if len(push.html or push.markdown or "") > rules["most_characters"]:
        raise _invalid("html" if push.html is not None else "markdown", told["too_large"], "too_large")


def _invalid(name: str, sentence: str, code: str = "invalid") -> Invalid:
    return Invalid(code, sentence, [FieldError(name, sentence)])


@cache
def _rules() -> dict[str, Any]:
    return tomllib.loads(files("firstline.knowledge").joinpath("data/push.toml").read_text("utf-8"))
