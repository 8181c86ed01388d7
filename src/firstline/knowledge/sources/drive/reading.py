"""One Drive file as a document: exported when it is Google's own, downloaded when it is a file, told when it is neither."""

import asyncio
from dataclasses import replace

import httpx

from firstline.knowledge.limits import limits
from firstline.knowledge.model import Parsed
from firstline.knowledge.parse import parse as parse_here
from firstline.knowledge.sources.drive.client import DriveClient, Refused
from firstline.knowledge.sources.drive.files import DriveFile
from firstline.knowledge.sources.drive.wording import drive_data, unread
from firstline.knowledge.sources.port import Parse

__all__ = ["document_of"]


async def document_of(client: DriveClient, file: DriveFile, parse: Parse | None) -> Parsed | None:
    """None when Google no longer has it. Raises UnreadableDocument with a sentence for the owner."""
    if not file.downloads:
        raise unread("no_download")
    exports = next((entry["as"] for entry in drive_data()["exports"] if entry["kind"] == file.kind), None)
    if exports is None and _holds_no_text(file.kind):
        raise unread("no_text")
    if exports is None and file.size is not None and file.size > limits()["bytes"]:
        raise unread("drive_too_large")
    try:
        data, suffix = await _exported(client, file, exports) if exports else (await _downloaded(client, file), "")
    except Refused as refused:
        if refused.status == httpx.codes.NOT_FOUND:
            return None
        raise unread("drive_too_large" if refused.reason == "exportSizeLimitExceeded" else "no_download") from None
    name, title = file.name + suffix, file.name if suffix else ""
    if parse is not None:
        parsed = await parse(data, name, title)
    else:
        parsed = await asyncio.to_thread(parse_here, data, name, title)
    return replace(parsed, metadata={**parsed.metadata, **({"url": file.link} if file.link else {})})


async def _exported(client: DriveClient, file: DriveFile, exports: list[list[str]]) -> tuple[bytes, str]:
    """The first form that Google can make of it within its own limit."""
    most = drive_data()["limits"]["export_bytes"]
    for kind, suffix in exports:
        try:
            return await client.body(f"files/{file.content_id}/export", {"mimeType": kind}, most), suffix
        except Refused as refused:
            if refused.reason != "exportSizeLimitExceeded" or kind == exports[-1][0]:
                raise
    raise unread("drive_too_large")


async def _downloaded(client: DriveClient, file: DriveFile) -> bytes:
    return await client.body(f"files/{file.content_id}", {"alt": "media", "supportsAllDrives": True}, limits()["bytes"])


def _holds_no_text(kind: str) -> bool:
    told = drive_data()["unread"]
    return kind in told["exact"] or kind.startswith(tuple(told["starts"]))
