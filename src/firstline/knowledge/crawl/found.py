"""What a visit to the web brings home."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import PurePosixPath
from typing import Protocol
from urllib.parse import unquote, urlsplit

from firstline.knowledge.model import Parsed, UnreadableDocument

__all__ = ["Found", "KnownPage", "Parse", "Still", "parsed_of"]

Parse = Callable[[bytes, str, str], Awaitable[Parsed]]


class Still(Enum):
    """What is said of a page without its text."""

    UNCHANGED = "unchanged"
    GONE = "gone"


class KnownPage(Protocol):
    """What we hold of a page."""

    @property
    def etag(self) -> str | None:
        """As the server gave it."""
        ...

    @property
    def last_modified(self) -> str | None:
        """As the server gave it, or the sitemap's lastmod as an HTTP date."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A page under its name. `html` is the page itself (UTF-8 or as it declares), for those who read more out of it."""

    uri: str
    outcome: Parsed | UnreadableDocument | Still
    etag: str | None = None
    last_modified: str | None = None
    html: bytes | None = None


async def parsed_of(data: bytes, url: str, parse: Parse, *, page: bool) -> Parsed | UnreadableDocument:
    """The document, or why it cannot be read. `page`: a web page, whatever its address ends in."""
    name = "page.html" if page else PurePosixPath(unquote(urlsplit(url).path)).name
    try:
        return await parse(data, name, "")
    except UnreadableDocument as why:
        return why
