"""Password hashes: argon2id by pwdlib, in a small pool of threads (each hash takes 64 MB and tens of milliseconds)."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from pwdlib import PasswordHash

__all__ = ["hash_password", "password_matches"]

AT_ONCE = 2  # bounds memory and keeps a burst of sign-ins from taking every core
_pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="password")


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """A hash that no password has, so that an unknown address takes as long as a known one."""
    return _hasher().hash("there is nobody with this address")


async def hash_password(password: str) -> str:
    """The hash to store."""
    return await asyncio.get_running_loop().run_in_executor(_pool, lambda: _hasher().hash(password))


async def password_matches(password: str, stored: str | None) -> bool:
    """Whether it is the right one; as slow for a missing hash as for a wrong password."""

    def verify() -> bool:
        matches = _hasher().verify(password, stored or _nobody())
        return matches and stored is not None

    return await asyncio.get_running_loop().run_in_executor(_pool, verify)
