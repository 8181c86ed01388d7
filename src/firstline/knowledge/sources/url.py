"""Web pages: `input` = {"urls": [...]}; a page each (sitemaps and crawling come with the refresh of sources)."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urldefrag, urlsplit

from firstline.knowledge.fetch import fetch
from firstline.knowledge.model import Job, Parsed, UnreadableDocument
from firstline.knowledge.parse import parse
from firstline.knowledge.sources.port import Acquired, Materials

__all__ = ["pages"]


async def pages(job: Job, materials: Materials) -> AsyncIterator[Acquired]:
    """Every page under its address without the fragment."""
    for url in dict.fromkeys(urldefrag(str(url)).url for url in job.input.get("urls", [])):
        yield Acquired(url, await _read(url, materials), visibility=job.input.get("visibility", "public"))


async def _read(url: str, materials: Materials) -> Parsed | UnreadableDocument:
    try:
        fetched = await (materials.fetch or fetch)(url)
        name = urlsplit(fetched.url).path.rsplit("/", 1)[-1]
        if "html" in fetched.content_type:
            name = "page.html"
        return await asyncio.to_thread(parse, fetched.data, name)
    except UnreadableDocument as why:
        return why
