"""The pool of connections: asyncpg, the application's role, JSON by orjson."""

from traceback import walk_tb
from typing import Any

import asyncpg
import orjson

__all__ = ["APP_ROLE", "AWAY", "Connection", "Pool", "connect", "create_pool", "is_away"]

APP_ROLE = "firstline_app"
Pool = asyncpg.Pool
# What a server that is gone, stopping, starting or full looks like; OSError and InterfaceError only when `is_away` says so.
AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InterfaceError,
    OSError,
)


class Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg ships no types
    """Nothing but SET LOCAL is ever used, so a returned connection needs no reset round trip."""

    _binary_vectors = False

    async def take_binary_vectors(self) -> None:
        """From now on this connection takes and gives `halfvec` as pgvector's own bytes: a fifth of its text, nothing to read."""
        if not self._binary_vectors:
            schema = await self.fetchval(
                "SELECT n.nspname::text FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.oid = 'halfvec'::regtype"
            )
            await self.set_type_codec("halfvec", schema=schema, encoder=bytes, decoder=bytes, format="binary")
            self._binary_vectors = True

    def get_reset_query(self) -> str:
        """No statement: every setting ended with its transaction."""
        return ""


def _dump(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


async def _prepare(connection: asyncpg.Connection) -> None:
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, encoder=_dump, decoder=orjson.loads, schema="pg_catalog")


async def create_pool(url: str, *, least: int = 2, most: int = 16, role: str | None = APP_ROLE) -> asyncpg.Pool:
    """A pool on `url`, as the application's role (neither owner nor superuser: row-level security binds it)."""
    return await asyncpg.create_pool(
        url,
        min_size=least,
        max_size=most,
        connection_class=Connection,
        init=_prepare,
        server_settings=_settings(role),
    )


async def connect(url: str, *, role: str | None = APP_ROLE) -> asyncpg.Connection:
    """One connection of its own, for LISTEN and NOTIFY."""
    connection = await asyncpg.connect(url, connection_class=Connection, server_settings=_settings(role))
    await _prepare(connection)
    return connection


def _settings(role: str | None) -> dict[str, str]:
    settings = {"application_name": "firstline", "jit": "off"}
    if role:
        settings["role"] = role
    return settings


def is_away(error: BaseException) -> bool:
    """Whether `error` says that the database cannot be reached now, not that we used it wrongly.

    A plain OSError (connection refused, a socket file that is gone, a time-out) counts when asyncpg raised it.
    """
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error)  # "connection is closed", "pool is closing"; the rest are mistakes of ours
    if isinstance(error, OSError):
        return any(
            frame.f_globals.get("__name__", "").startswith("asyncpg") for frame, _ in walk_tb(error.__traceback__)
        )
    return isinstance(error, AWAY)
