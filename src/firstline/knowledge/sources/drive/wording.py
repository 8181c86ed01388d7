"""What data/drive.toml says: endpoints, limits, kinds, and the sentences that an owner is told."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from firstline.knowledge.model import UnreadableDocument
from firstline.knowledge.sources.port import SourceFailed

__all__ = ["Endpoints", "drive_data", "failed", "unread"]


@cache
def drive_data() -> dict[str, Any]:
    """See data/drive.toml."""
    return tomllib.loads(files("firstline.knowledge").joinpath("data/drive.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Endpoints:
    """Where Google is. `audience` is what a signed request names, whatever the address it is sent to."""

    api: str
    token: str
    audience: str

    @classmethod
    def google(cls) -> "Endpoints":
        """The real ones. A key's own `token_uri` is never followed: it came from outside."""
        told = drive_data()["google"]
        return cls(told["api"], told["token"], told["audience"])


def failed(code: str) -> SourceFailed:
    """The source cannot be read as a whole, in the owner's words."""
    return SourceFailed(code, drive_data()["sentences"][code])


def unread(code: str) -> UnreadableDocument:
    """One file cannot be read, in the owner's words."""
    return UnreadableDocument(code, drive_data()["sentences"][code])
