"""Office files are ZIP archives: what kind one is, and whether it may be unpacked at all.

Sizes are checked as declared and again while unpacking; the XML inside may not define entities (a "billion laughs" needs
them, no office program writes them).
"""

import re
import zipfile
import zlib
from io import BytesIO

from firstline.knowledge.limits import limits, unreadable

__all__ = ["checked", "kind_of_archive"]

MAIN_TYPES = (  # of [Content_Types].xml; macros are never run, so a file that carries some is read like any other
    (re.compile(rb"wordprocessingml\.(document|template)\.main|ms-word\.\w+\.macroEnabled\w*\.main", re.I), "docx"),
    (
        re.compile(rb"spreadsheetml\.(sheet|template)\.main|ms-excel\.(sheet|template)\.macroEnabled\.main", re.I),
        "xlsx",
    ),
    (re.compile(rb"presentationml\.presentation\.main|ms-powerpoint\.presentation\.macroEnabled\.main", re.I), "pptx"),
    (re.compile(rb"ms-excel\.sheet\.binary|presentationml\.slideshow|ms-powerpoint\.slideshow", re.I), "old_office"),
)
FOLDERS = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))
DEFINES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.I)
DAMAGE = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, KeyError)
STEP = 262144


def kind_of_archive(data: bytes) -> str:
    """docx, xlsx, pptx, odt, old_office, archive (any other ZIP), or '' when it is no whole ZIP."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = archive.namelist()
            if "mimetype" in names:
                with archive.open("mimetype") as told:
                    said = told.read(100)
                if said.startswith(b"application/vnd.oasis.opendocument"):
                    return "odt" if said.strip() == b"application/vnd.oasis.opendocument.text" else "old_office"
            if "[Content_Types].xml" in names:
                with archive.open("[Content_Types].xml") as told:
                    types = told.read(STEP)
                for pattern, kind in MAIN_TYPES:
                    if pattern.search(types):
                        return kind
    except DAMAGE:
        return ""
    return next((kind for folder, kind in FOLDERS if any(name.startswith(folder) for name in names)), "archive")


def checked(data: bytes) -> zipfile.ZipFile:
    """The archive, safe to unpack. Raises UnreadableDocument: broken, too_large (a bomb), encrypted, unsafe."""
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        entries = archive.infolist()
        if any(entry.flag_bits & 1 for entry in entries):
            raise unreadable("encrypted")
        if len(entries) > limits()["entries"] or sum(e.file_size for e in entries) > limits()["unpacked_bytes"]:
            raise unreadable("too_large")
        room = limits()["xml_bytes"]
        for entry in entries:
            if entry.filename.lower().endswith((".xml", ".rels")):
                room -= _scan(archive, entry, room)
    except DAMAGE as error:
        raise unreadable("broken") from error
    return archive


def _scan(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, room: int) -> int:
    """How many bytes the entry really unpacks to."""
    read, tail = 0, b""
    with archive.open(entry) as stream:
        while piece := stream.read(STEP):
            read += len(piece)
            if read > room:
                raise unreadable("too_large")
            plain = tail + piece.replace(b"\x00", b"")  # UTF-16 hides nothing
            if DEFINES.search(plain):
                raise unreadable("unsafe")
            tail = plain[-10:]
    return read
