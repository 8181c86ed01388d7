"""Files of a Drive folder as the API describes them, and what "private at the source" means there.

Private is a file that its owner has marked so, in one of four ways that need no administrator:
it lies in a subfolder called Private, Internal, Confidential (or Privado, Interno, Confidencial); its name carries such a
word in brackets ("Margins (internal)"); its description has the word as a line of its own or as a hashtag; or one of
its properties says so ({"visibility": "internal"}, {"private": "true"}). Whom it is shared with says nothing: a folder shared with
our key alone is the normal case, not a secret one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from typing import Any

from firstline.knowledge.sources.drive.wording import drive_data, failed
from firstline.knowledge.wording import fold

__all__ = ["FIELDS", "FOLDER", "SHORTCUT", "DriveFile", "folder_id", "read_file", "says_private"]

FOLDER = "application/vnd.google-apps.folder"
SHORTCUT = "application/vnd.google-apps.shortcut"
FIELDS = (
    "id,name,mimeType,md5Checksum,modifiedTime,size,trashed,parents,driveId,description,properties,appProperties,"
    "webViewLink,shortcutDetails(targetId,targetMimeType),capabilities(canDownload)"
)
ADDRESS = re.compile(r"(?:/folders/|[?&]id=|/(?:file|document|spreadsheets|presentation)/d/)([A-Za-z0-9_-]{5,200})")
BARE = re.compile(r"root|[A-Za-z0-9_-]{10,200}")
BRACKETED = re.compile(r"[\[(]([^\])]{1,40})[\])]")
READING = "1"  # part of every revision: a change of how files are exported or parsed here reads them all again


@dataclass(frozen=True, slots=True)
class DriveFile:
    """One entry of a folder. `private` as the module says; `shortcut_of` is the target's id of a shortcut."""

    id: str
    name: str
    kind: str
    parents: tuple[str, ...] = ()
    private: bool = False
    trashed: bool = False
    size: int | None = None
    content: str = ""  # changes with what is in it
    link: str = ""
    drive_id: str = ""
    shortcut_of: str = ""
    downloads: bool = True
    fetched_as: str = ""  # the id whose content it has, when that is another's: a shortcut's target

    @property
    def content_id(self) -> str:
        """Whose content is asked for."""
        return self.fetched_as or self.id

    @property
    def uri(self) -> str:
        """The name of its document here, for good: it survives renaming and moving."""
        return f"drive:{self.id}"

    @property
    def revision(self) -> str:
        """What would make us read it again: its content, name, kind, or being private."""
        told = "\n".join((READING, self.content, self.name, self.kind, str(self.private)))
        return sha256(told.encode()).hexdigest()[:40]


def read_file(told: Mapping[str, Any], *, private: bool = False) -> DriveFile:
    """From the API's File resource; `private` when its folder is."""
    size = str(told.get("size", ""))
    return DriveFile(
        id=str(told.get("id", "")),
        name=str(told.get("name", "")),
        kind=str(told.get("mimeType", "")),
        parents=tuple(told.get("parents", ())),
        private=private or says_private(told),
        trashed=bool(told.get("trashed")),
        size=int(size) if size.isdigit() else None,
        content=str(told.get("md5Checksum") or told.get("modifiedTime", "")),
        link=str(told.get("webViewLink", "")),
        drive_id=str(told.get("driveId", "")),
        shortcut_of=str((told.get("shortcutDetails") or {}).get("targetId", "")),
        downloads=bool((told.get("capabilities") or {}).get("canDownload", True)),
    )


def says_private(told: Mapping[str, Any]) -> bool:
    """Whether the file or folder itself is marked."""
    words, keys, yes = _words()
    name = fold(str(told.get("name", ""))).strip()
    if told.get("mimeType") == FOLDER and name in words:
        return True
    lines = fold(str(told.get("description") or "")).splitlines()
    marks = {m.strip() for m in BRACKETED.findall(name)} | {line.strip(" .!#[]()") for line in lines}
    marks |= {word.strip("#.,;!") for line in lines for word in line.split() if word.startswith("#")}
    if marks & words:
        return True
    properties = {**(told.get("properties") or {}), **(told.get("appProperties") or {})}
    return any(fold(str(k)) in keys and fold(str(v)) in yes for k, v in properties.items())


@cache
def _words() -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    told = drive_data()["private"]
    words, keys, yes = (frozenset(map(fold, told[name])) for name in ("words", "keys", "yes"))
    return words, keys, yes


def folder_id(uri: str) -> str:
    """The id in a folder's address as people copy it, or the id itself. Raises SourceFailed bad_folder."""
    told = uri.strip().removeprefix("drive:")
    found = ADDRESS.search(told)
    if found:
        return found[1]
    if BARE.fullmatch(told):
        return told
    raise failed("bad_folder")
