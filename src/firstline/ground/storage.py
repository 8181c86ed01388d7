"""Objects: uploaded files, kept by key; a local folder by default (a bucket by URL comes with the operation at scale)."""

import asyncio
import os
import re
from pathlib import Path
from typing import Protocol

from firstline.kit.ids import new_id

__all__ = ["LocalObjects", "Objects"]

KEY = re.compile(r"[0-9a-zA-Z][0-9a-zA-Z._/-]{0,300}")


class Objects(Protocol):
    """Where bytes are kept."""

    async def put(self, key: str, data: bytes) -> None:
        """Keeps `data` under `key`, whole or not at all."""
        ...

    async def get(self, key: str) -> bytes:
        """The bytes. Raises FileNotFoundError."""
        ...

    async def delete(self, key: str) -> None:
        """Forgets the key; an unknown one is fine."""
        ...


class LocalObjects:
    """Files under one folder. Keys are paths of plain segments."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key) or ".." in key.split("/") or "//" in key:
            raise ValueError(f"not a storage key: {key!r}")
        return self._folder / key

    async def put(self, key: str, data: bytes) -> None:
        """Writes beside the place and moves it there: a reader never sees half a file."""
        await asyncio.to_thread(self._write, self._path(key), data)

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{path.name}.{new_id().hex}")
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)

    async def get(self, key: str) -> bytes:
        """The bytes. Raises FileNotFoundError."""
        return await asyncio.to_thread(self._path(key).read_bytes)

    async def delete(self, key: str) -> None:
        """Forgets the key."""
        await asyncio.to_thread(self._path(key).unlink, missing_ok=True)
