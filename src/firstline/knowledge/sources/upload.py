"""Uploaded files: `input` = {"files": [{"key", "name", "title"?, "tags"?, "visibility"?, "uri"?, "external_id"?, "private"?}]}."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from firstline.knowledge.model import Job, Parsed, UnreadableDocument
from firstline.knowledge.parse import parse
from firstline.knowledge.sources.port import Acquired, Materials

__all__ = ["uploads"]


async def uploads(job: Job, materials: Materials) -> AsyncIterator[Acquired]:
    """A file of the same name replaces the one before."""
    files = job.input.get("files", [])
    materials.report.found = len(files)
    for file in files:
        yield Acquired(
            file.get("uri") or f"upload:{file['name']}",
            await _read(file, materials),
            visibility=file.get("visibility", "public"),
            tags=tuple(file.get("tags", ())),
            external_id=file.get("external_id"),
            private=bool(file.get("private")),
            object_key=file["key"],
        )


async def _read(file: dict[str, Any], materials: Materials) -> Parsed | UnreadableDocument:
    if materials.objects is None:
        raise RuntimeError("uploads need an object store")
    try:
        data = await materials.objects.get(file["key"])
    except (FileNotFoundError, KeyError):
        return UnreadableDocument("missing", "This file is no longer here. Please upload it again.")
    try:
        if materials.parse is not None:
            return await materials.parse(data, file["name"], file.get("title", ""))
        return await asyncio.to_thread(parse, data, file["name"], file.get("title", ""))
    except UnreadableDocument as why:
        return why
