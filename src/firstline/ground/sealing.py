"""Sealing of what is kept for others: a Drive key, a connector's token. AES-256-GCM, bound to the place it is kept in.

A sealed value is a byte of format, 4 bytes that name the key, a nonce of 12 bytes, then the ciphertext with its tag. The
`context` (say "kb_sources:<business>:<id>") is authenticated with it: a value copied to another row does not open.
"""

import contextlib
import os
import re
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from firstline.ground.errors import FirstlineError, StartupError
from firstline.ground.settings import Settings

__all__ = ["CannotOpen", "Sealer", "sealer_from"]

FORMAT = b"\x01"
NAME_BYTES, NONCE_BYTES = 4, 12
SHORTEST_SECRET = 16  # characters; a key is drawn from it without slowing a guesser down, so it must not be guessable
KEY_FILE = "sealing.key"


class CannotOpen(FirstlineError):
    """A sealed value that none of our keys opens here: another key, another place, or changed bytes."""

    title = "A stored credential cannot be opened"


class Sealer:
    """Seals with the first key, opens with any: a new key is put in front, the old one kept until all is sealed anew."""

    __slots__ = ("_boxes", "_first")

    def __init__(self, *keys: str | bytes) -> None:
        if not keys:
            raise ValueError("a sealer needs a key")
        drawn = [_drawn(key) for key in keys]
        self._boxes = {sha256(b"name" + key).digest()[:NAME_BYTES]: AESGCM(key) for key in reversed(drawn)}
        self._first = sha256(b"name" + drawn[0]).digest()[:NAME_BYTES]

    def __repr__(self) -> str:
        return f"Sealer({len(self._boxes)} keys)"

    def seal(self, plain: Mapping[str, Any], context: str) -> bytes:
        """`plain` (JSON values), to be opened in the same `context` only."""
        nonce = os.urandom(NONCE_BYTES)
        head = FORMAT + self._first
        return (
            head + nonce + self._boxes[self._first].encrypt(nonce, orjson.dumps(dict(plain)), head + context.encode())
        )

    def open(self, sealed: bytes, context: str) -> dict[str, Any]:
        """What was sealed. Raises CannotOpen."""
        head, rest = sealed[: 1 + NAME_BYTES], sealed[1 + NAME_BYTES :]
        box = self._boxes.get(head[1:])
        if head[:1] != FORMAT or box is None or len(rest) <= NONCE_BYTES:
            raise CannotOpen("cannot_open", "It was sealed with a key that this machine does not have.")
        try:
            plain = box.decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], head + context.encode())
        except InvalidTag:
            raise CannotOpen("cannot_open", "It was changed, or it belongs to another place.") from None
        opened: dict[str, Any] = orjson.loads(plain)
        return opened

    def is_current(self, sealed: bytes) -> bool:
        """Whether the first key sealed it; if not, open it and seal it anew."""
        return sealed[1 : 1 + NAME_BYTES] == self._first


def sealer_from(settings: Settings) -> Sealer:
    """FIRSTLINE_SECRET (several, separated by spaces or commas: the first seals), then the key file of FIRSTLINE_DATA.

    Without the setting, a key is made once in that folder, readable by its owner only. Raises StartupError.
    """
    given = [key for key in re.split(r"[\s,]+", settings.environment.get("FIRSTLINE_SECRET", "")) if key]
    if any(len(key) < SHORTEST_SECRET for key in given):
        raise StartupError("setting", f"FIRSTLINE_SECRET must have at least {SHORTEST_SECRET} characters")
    path = settings.data / KEY_FILE
    kept = _kept(path) if given else [_made_once(path)]
    return Sealer(*given, *kept)


def _drawn(key: str | bytes) -> bytes:
    """32 bytes of any secret text."""
    whole = key.encode() if isinstance(key, str) else key
    return HKDF(algorithm=SHA256(), length=32, salt=b"firstline", info=b"sealing").derive(whole)


def _kept(path: Path) -> list[str]:
    try:
        return path.read_text("ascii").split()
    except FileNotFoundError:
        return []


def _made_once(path: Path) -> str:
    """The folder's key. Of two processes that start together one wins, and both read the winner's."""
    if found := _kept(path):
        return found[0]
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_urlsafe(32).encode())
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)  # unlike a rename, it does not take the place of another's
    finally:
        beside.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    found = _kept(path)
    if not found:
        raise StartupError("sealing_key", f"{path} is empty; remove it if nothing was sealed with it")
    return found[0]
