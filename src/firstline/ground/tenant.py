"""The one door to tenant rows: a transaction with its tenant set, and what happens after its commit.

`SET LOCAL` only: the setting ends with the transaction, so a pooled connection carries no tenant from one caller to the next.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from firstline.ground.db import Pool

__all__ = ["Door", "Tx"]

AfterCommit = Callable[[], None]
Handler = Callable[["Tx", UUID | None, str, dict[str, Any]], Awaitable[None]]


class Tx:
    """A transaction of one business. Rows of any other are neither seen nor written (row-level security)."""

    __slots__ = ("_after", "business_id", "conn", "door")

    def __init__(self, door: "Door", conn: Any, business_id: UUID) -> None:
        self.door = door
        self.conn = conn
        self.business_id = business_id
        self._after: list[AfterCommit] = []

    async def fetch(self, sql: str, *args: Any) -> list[Any]:
        """All rows."""
        return await self.conn.fetch(sql, *args)  # type: ignore[no-any-return]

    async def fetchrow(self, sql: str, *args: Any) -> Any:
        """The first row, or None."""
        return await self.conn.fetchrow(sql, *args)

    async def fetchval(self, sql: str, *args: Any) -> Any:
        """The first column of the first row, or None."""
        return await self.conn.fetchval(sql, *args)

    async def execute(self, sql: str, *args: Any) -> str:
        """The command's tag, such as "UPDATE 1"."""
        return await self.conn.execute(sql, *args)  # type: ignore[no-any-return]

    async def executemany(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """One statement for many rows."""
        await self.conn.executemany(sql, rows)

    def after_commit(self, action: AfterCommit) -> None:
        """Runs `action` once the facts are durable, never when they were rolled back. It must not block."""
        self._after.append(action)

    def committed(self) -> None:
        """Runs what waited for the commit."""
        for action in self._after:
            action()
        self._after.clear()


class Door:
    """Opens transactions on tenants; knows who wants to hear of which event (registered by the floors above)."""

    def __init__(self, pool: Pool) -> None:
        self.pool = pool
        self.handlers: dict[str, list[Handler]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Runs `work` beside the caller, holding on to it until it ends."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def on(self, event_type: str, handler: Handler) -> None:
        """Registers `handler` for an event type; it runs inside the transaction that records the event."""
        self.handlers.setdefault(event_type, []).append(handler)

    @asynccontextmanager
    async def transaction(self, business_id: UUID) -> AsyncIterator[Tx]:
        """A read-committed transaction of `business_id`, committed at the end, rolled back on any exception."""
        if not isinstance(business_id, UUID):
            raise TypeError("business_id must be a UUID")
        async with self.pool.acquire() as conn:
            await conn.execute(f"BEGIN; SET LOCAL app.business_id = '{business_id}'")
            tx = Tx(self, conn, business_id)
            try:
                yield tx
            except BaseException:
                if not conn.is_closed():
                    await conn.execute("ROLLBACK")
                raise
            await conn.execute("COMMIT")
        tx.committed()

    async def lookup(self, sql: str, *args: Any) -> list[Any]:
        """Rows of one of the look-up functions that may cross tenants (migrations/versions/0001_doors.sql)."""
        async with self.pool.acquire() as conn:
            return await conn.fetch(sql, *args)  # type: ignore[no-any-return]
