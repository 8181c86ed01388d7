"""What is in a folder, with its subfolders; and what has changed there since the last look (the changes feed).

The cursor keeps, beside Google's own page token, which folders belong to the tree and which targets its shortcuts have:
so a refresh asks for nothing but changes. Whenever a change touches the tree itself (a folder added, moved, renamed,
deleted) the whole tree is listed again; its unchanged files still cost nothing but their line in the list.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import orjson

from firstline.knowledge.sources.drive.client import DriveClient, Query, Refused
from firstline.knowledge.sources.drive.files import FIELDS, FOLDER, SHORTCUT, DriveFile, read_file
from firstline.knowledge.sources.drive.wording import drive_data, failed

__all__ = ["Changed", "Tree", "changes_since", "file_of", "root_of", "start_token", "tree_of"]


@dataclass(slots=True)
class Tree:
    """A folder's files. `folders` maps each folder's id to whether it is private; `cut` when limits left some out."""

    root: str
    drive_id: str = ""
    token: str = ""
    private_too: bool = False  # whether the run that listed it was to index private documents
    folders: dict[str, bool] = field(default_factory=dict)
    shortcuts: dict[str, list[str]] = field(default_factory=dict)  # target -> its shortcuts here
    files: list[DriveFile] = field(default_factory=list)
    cut: bool = False

    def as_cursor(self) -> str:
        """The tree without its files."""
        told = {"v": 1, "root": self.root, "drive": self.drive_id, "token": self.token, "private": self.private_too}
        return orjson.dumps({**told, "folders": self.folders, "shortcuts": self.shortcuts}).decode()

    @classmethod
    def from_cursor(cls, cursor: str | None, root: str, *, private_too: bool) -> "Tree | None":
        """None when there is none, or it is of another folder or of another choice about private documents."""
        try:
            told = orjson.loads(cursor or "")
            if told["v"] != 1 or told["root"] != root or told["private"] != private_too or not told["token"]:
                return None
            return cls(root, told["drive"], told["token"], private_too, told["folders"], told["shortcuts"])
        except (ValueError, KeyError, TypeError):
            return None


@dataclass(slots=True)
class Changed:
    """What the feed tells: files to look at, and ids of files that are gone. `whole`: list the tree again instead."""

    files: list[DriveFile] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    token: str = ""
    whole: bool = False


async def root_of(client: DriveClient, folder: str) -> DriveFile:
    """The folder itself. Raises SourceFailed when it is not there, not shared with us, in the trash, or a file."""
    try:
        told = await client.record(f"files/{folder}", {"fields": FIELDS, "supportsAllDrives": True})
    except Refused as refused:
        missing = refused.status == httpx.codes.NOT_FOUND
        raise failed("folder_not_found" if missing else "forbidden") from None
    root = read_file(told)
    if root.trashed:
        raise failed("folder_trashed")
    if root.kind != FOLDER:
        raise failed("not_a_folder")
    return root


async def file_of(client: DriveClient, file_id: str) -> DriveFile | None:
    """One file, or None when we are not shown it."""
    try:
        return read_file(await client.record(f"files/{file_id}", {"fields": FIELDS, "supportsAllDrives": True}))
    except Refused:
        return None


async def start_token(client: DriveClient, drive_id: str) -> str:
    """Where the changes feed stands now. Asked for before a tree is listed: what changes meanwhile is told afterwards."""
    query: Query = {
        "supportsAllDrives": True,
        "fields": "startPageToken",
        **({"driveId": drive_id} if drive_id else {}),
    }
    try:
        return str((await client.record("changes/startPageToken", query)).get("startPageToken", ""))
    except Refused:
        raise failed("forbidden") from None


async def tree_of(client: DriveClient, root: DriveFile, *, private_too: bool) -> Tree:
    """Lists the folder and its subfolders, breadth first, names in order."""
    rules = drive_data()["limits"]
    token = await start_token(client, root.drive_id)
    tree = Tree(root.id, root.drive_id, token, private_too, {root.id: False})
    level = [root.id]
    for _ in range(rules["depth"]):
        below: list[str] = []
        for parent in level:
            for entry in await _children(client, tree, parent):
                if entry.kind == FOLDER:
                    if len(tree.folders) < rules["folders"] and entry.id not in tree.folders:
                        tree.folders[entry.id] = entry.private
                        below.append(entry.id)
                    tree.cut = tree.cut or entry.id not in tree.folders
                elif len(tree.files) < rules["files"]:
                    tree.files.append(entry)
                    if entry.kind == SHORTCUT:
                        tree.shortcuts.setdefault(entry.shortcut_of, []).append(entry.id)
                else:
                    tree.cut = True
        level = below
        if not level:
            return tree
    tree.cut = True
    return tree


async def _children(client: DriveClient, tree: Tree, parent: str) -> list[DriveFile]:
    found: list[DriveFile] = []
    page = ""
    while True:
        query = {
            "q": f"'{parent}' in parents and trashed = false",
            "fields": f"nextPageToken,incompleteSearch,files({FIELDS})",
            "orderBy": "name",
            "pageSize": drive_data()["limits"]["page"],
            **_drives(tree.drive_id),
            **({"corpora": "drive"} if tree.drive_id else {}),
            **({"pageToken": page} if page else {}),
        }
        try:
            told = await client.record("files", query)
        except Refused as refused:
            if parent != tree.root and refused.status == httpx.codes.NOT_FOUND:  # deleted since we saw it
                return []
            raise failed("forbidden") from None
        found += [read_file(entry, private=tree.folders[parent]) for entry in told.get("files", ())]
        tree.cut = tree.cut or bool(told.get("incompleteSearch"))
        page = str(told.get("nextPageToken", ""))
        if not page or len(found) > drive_data()["limits"]["files"]:
            tree.cut = tree.cut or bool(page)
            return found


async def changes_since(client: DriveClient, tree: Tree) -> Changed:
    """Every change behind the tree's token that concerns it, each file once, as it is now."""
    out = Changed(token=tree.token)
    latest: dict[str, dict[str, Any]] = {}
    while True:
        query = {
            "pageToken": out.token,
            "fields": f"nextPageToken,newStartPageToken,changes(changeType,fileId,removed,file({FIELDS}))",
            "pageSize": drive_data()["limits"]["page"],
            "includeRemoved": True,
            **_drives(tree.drive_id),
        }
        try:
            told = await client.record("changes", query)
        except Refused:  # a token Google no longer knows: start anew
            return Changed(whole=True)
        for change in told.get("changes", ()):
            if change.get("changeType", "file") == "file" and change.get("fileId"):
                latest.pop(change["fileId"], None)
                latest[change["fileId"]] = change
        if token := told.get("nextPageToken"):
            out.token = str(token)
            continue
        out.token = str(told.get("newStartPageToken", ""))
        break
    out.whole = not out.token
    for file_id, change in latest.items():
        _sort(out, tree, file_id, change)
    return out


def _sort(out: Changed, tree: Tree, file_id: str, change: dict[str, Any]) -> None:
    told = change.get("file") or {}
    removed = bool(change.get("removed")) or not told or bool(told.get("trashed"))
    entry = read_file(told)
    inside = [parent for parent in entry.parents if parent in tree.folders]
    if file_id in tree.folders or (inside and entry.kind == FOLDER):
        out.whole = True
    elif removed or not inside:
        out.gone.append(file_id)
    else:
        out.files.append(replace(entry, private=entry.private or any(tree.folders[p] for p in inside)))
        if entry.kind == SHORTCUT:
            of = tree.shortcuts.setdefault(entry.shortcut_of, [])
            of[:] = dict.fromkeys([*of, entry.id])
    for shortcut in tree.shortcuts.get(file_id, ()):
        if shortcut != file_id:
            out.files.append(DriveFile(shortcut, entry.name, SHORTCUT, shortcut_of=file_id))


def _drives(drive_id: str) -> dict[str, str | int | bool]:
    common: dict[str, str | int | bool] = {"supportsAllDrives": True, "includeItemsFromAllDrives": True}
    return {**common, "driveId": drive_id} if drive_id else common
