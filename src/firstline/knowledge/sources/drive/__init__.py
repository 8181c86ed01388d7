"""A Google Drive folder: `kind` "drive", `uri` the folder's id or address, `secret` the key (see tokens.py).

The first run lists the whole tree; later ones ask for changes only. What was deleted, put into the trash or moved out of the
folder there is Gone here. `private` marks what files.py calls private.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

from firstline.knowledge.model import Job, UnreadableDocument
from firstline.knowledge.sources.drive.client import DriveClient, Pause
from firstline.knowledge.sources.drive.files import FOLDER, SHORTCUT, DriveFile, folder_id
from firstline.knowledge.sources.drive.folders import Changed, Tree, changes_since, file_of, root_of, tree_of
from firstline.knowledge.sources.drive.reading import document_of
from firstline.knowledge.sources.drive.tokens import Clock, Tokens
from firstline.knowledge.sources.drive.wording import Endpoints, failed, unread
from firstline.knowledge.sources.port import Acquired, Gone, Materials, SourceFailed, Unchanged

__all__ = ["DriveSource", "drive"]

LATER = frozenset(
    ("rate_limited", "unreachable", "unexpected")
)  # of one file: the rest goes on, the next refresh tries again
ENOUGH = 3  # such files in a row, each after all its tries: Google is not there, the rest is not asked for


@dataclass(frozen=True, slots=True)
class DriveSource:
    """A Source. `endpoints` None: Google's own."""

    endpoints: Endpoints | None = None
    pause: Pause = asyncio.sleep
    clock: Clock = time.time

    async def __call__(self, job: Job, materials: Materials) -> AsyncIterator[Acquired]:
        """Raises SourceFailed when the folder cannot be read as a whole."""
        source = materials.source
        if source is None:
            raise failed("bad_folder")
        endpoints = self.endpoints or Endpoints.google()
        folder = folder_id(source.uri)
        tokens = Tokens(source.secret, endpoints, self.clock)
        async with DriveClient.opened(endpoints, tokens, self.pause) as client:
            root = await root_of(client, folder)
            private_too = job.config.include_private_docs
            tree = Tree.from_cursor(source.cursor, root.id, private_too=private_too)
            changed = await changes_since(client, tree) if tree else Changed(whole=True)
            if tree is None or changed.whole:
                tree = await tree_of(client, root, private_too=private_too)
                read = _read_all(client, tree, materials)
            else:
                tree.token = changed.token
                changed.files += await _asked_for(client, changed, tree, materials)
                read = _read_changed(client, changed, materials)
            again, in_a_row = False, 0
            async for acquired in read:
                later = isinstance(acquired.parsed, UnreadableDocument) and acquired.parsed.code in LATER
                again, in_a_row = again or later, in_a_row + 1 if later else 0
                yield acquired
                if in_a_row == ENOUGH and isinstance(acquired.parsed, UnreadableDocument):
                    raise SourceFailed(acquired.parsed.code, acquired.parsed.sentence)
            materials.report.cursor = source.cursor if again else tree.as_cursor()


async def _read_all(client: DriveClient, tree: Tree, materials: Materials) -> AsyncIterator[Acquired]:
    materials.report.found = len(tree.files)
    for file in tree.files:
        yield await _acquired(client, file, materials)
    if tree.cut:
        yield Acquired(f"drive:{tree.root}", unread("too_many"))
    materials.report.complete = not tree.cut


async def _read_changed(client: DriveClient, changed: Changed, materials: Materials) -> AsyncIterator[Acquired]:
    gone = [f"drive:{file_id}" for file_id in changed.gone if f"drive:{file_id}" in materials.known]
    materials.report.found = len(changed.files) + len(gone)
    for uri in gone:
        yield Acquired(uri, Gone())
    for file in changed.files:
        yield await _acquired(client, file, materials)


async def _asked_for(client: DriveClient, changed: Changed, tree: Tree, materials: Materials) -> list[DriveFile]:
    """Files that have not changed, but that we hold without their revision: they are to be read again."""
    told = {file.uri for file in changed.files} | {f"drive:{file_id}" for file_id in changed.gone}
    out: list[DriveFile] = []
    for uri, known in materials.known.items():
        if known.etag is not None or uri in told:
            continue
        entry = await file_of(client, uri.removeprefix("drive:"))
        if entry is not None and not entry.trashed:
            out.append(replace(entry, private=entry.private or any(tree.folders.get(p) for p in entry.parents)))
    return out


async def _acquired(client: DriveClient, file: DriveFile, materials: Materials) -> Acquired:
    """Read only when its revision is not the one that we hold."""
    try:
        if file.kind == SHORTCUT:
            file = await _target(client, file)
        known = materials.known.get(file.uri)
        if known is not None and known.etag == file.revision:
            return Acquired(file.uri, Unchanged(), private=file.private, etag=file.revision)
        parsed = await document_of(client, file, materials.parse) or Gone()
    except UnreadableDocument as why:
        lost = why.code == "broken_shortcut" and file.uri in materials.known
        return Acquired(file.uri, Gone() if lost else why, private=file.private)
    except SourceFailed as why:
        if why.code not in LATER:
            raise
        return Acquired(file.uri, UnreadableDocument(why.code, why.sentence), private=file.private)
    source = materials.source
    visibility, tags = (source.visibility, source.tags) if source else ("public", ())
    return Acquired(file.uri, parsed, visibility, tags, private=file.private, etag=file.revision)


LATER = frozenset(
    ("rate_limited", "unreachable", "unexpected")
)  # of one file: the rest goes on, the next refresh tries again


def _to_be_tried_again(acquired: Acquired) -> bool:
    return isinstance(acquired.parsed, UnreadableDocument) and acquired.parsed.code in LATER


async def _target(client: DriveClient, shortcut: DriveFile) -> DriveFile:
    """What a shortcut points to, under the shortcut's own id: it lives and dies with the shortcut."""
    target = await file_of(client, shortcut.shortcut_of) if shortcut.shortcut_of else None
    if target is None or target.trashed:
        raise unread("broken_shortcut")
    if target.kind == FOLDER:
        raise unread("folder_shortcut")
    return replace(target, id=shortcut.id, fetched_as=target.id, private=target.private or shortcut.private)


drive = DriveSource()
