"""Pushed documents that are too large to be read while the caller waits (knowledge.pushing): `input` is
{"documents": [{"key", "name", "external_id", "title", "tags", "visibility", "url"?}]}.
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from firstline.knowledge.model import Job, Parsed, UnreadableDocument
from firstline.knowledge.parse import parse as parse_here
from firstline.knowledge.sources.port import Acquired, Materials, Parse

__all__ = ["pushes", "read_push"]


async def pushes(job: Job, materials: Materials) -> AsyncIterator[Acquired]:
    """The job of large ones."""
    documents = job.input.get("documents", [])
    materials.report.found = len(documents)
    for told in documents:
        if materials.objects is None:
            raise RuntimeError("pushed documents need an object store")
        parsed: Parsed | UnreadableDocument
        try:
            data = await materials.objects.get(told["key"])
            parsed = await read_push(data, told["name"], told.get("title", ""), told.get("url"), materials.parse)
        except (FileNotFoundError, KeyError):
            parsed = UnreadableDocument("missing", "This document is no longer here. Please push it again.")
        except UnreadableDocument as why:
            parsed = why
        yield Acquired(
            f"push:{told['external_id']}",
            parsed,
            visibility=told.get("visibility", "public"),
            tags=tuple(told.get("tags", ())),
            external_id=told["external_id"],
            object_key=told["key"],
        )


async def read_push(data: bytes, name: str, title: str, url: str | None, parse: Parse | None) -> Parsed:
    """The document; `url` is where customers find it. Raises UnreadableDocument."""
    if parse is not None:
        parsed = await parse(data, name, title)
    else:
        parsed = await asyncio.to_thread(parse_here, data, name, title)
    return replace(parsed, metadata={**parsed.metadata, "url": url}) if url else parsed
