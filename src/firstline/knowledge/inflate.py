"""Unpacking what came compressed, never more than was asked for: a bomb is stopped before it is unpacked.

httpx unpacks whole network reads at once (64 KB of gzip may be 64 MB of zeros), so its raw bytes are unpacked here.
"""

import zlib

__all__ = ["TooLarge", "Unpacker", "gunzip"]

PIECE = 1 << 16
WINDOWS = {"gzip": 31, "x-gzip": 31, "deflate": 15}


class TooLarge(ValueError):
    """More bytes than the limit."""


class Unpacker:
    """Collects a body of at most `most` bytes. `feed` raises TooLarge, and zlib.error for what is no such encoding."""

    def __init__(self, encoding: str, most: int) -> None:
        """`encoding`: gzip, deflate, or "" and identity. Raises ValueError for others."""
        name = encoding.strip().lower()
        if name not in ("", "identity", *WINDOWS):
            raise ValueError(f"unknown encoding {name}")
        self.data = bytearray()
        self._most = most
        self._deflate = name == "deflate"
        self._engine = zlib.decompressobj(WINDOWS[name]) if name in WINDOWS else None

    def feed(self, piece: bytes) -> None:
        """Takes the next bytes as they came."""
        if self._engine is None:
            self._keep(piece)
            return
        while piece:
            try:
                out = self._engine.decompress(piece, PIECE)
            except zlib.error:
                if not self._deflate or self.data:
                    raise
                self._engine = zlib.decompressobj(-15)  # servers that say deflate and send it without its header
                self._deflate = False
                continue
            self._keep(out)
            piece = self._engine.unconsumed_tail
            if self._engine.eof:
                return  # what follows the end is nobody's

    def _keep(self, piece: bytes) -> None:
        if len(self.data) + len(piece) > self._most:
            raise TooLarge
        self.data += piece


def gunzip(data: bytes, most: int) -> bytes:
    """A .gz file's content. Raises TooLarge and zlib.error."""
    unpacker = Unpacker("gzip", most)
    unpacker.feed(data)
    return bytes(unpacker.data)
