"""SQL of sources that refresh: their rows, when they are due, what became of their last run."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx
from firstline.kit.ids import new_id

__all__ = [
    "change_source", "delete_source", "documents_gone_with", "documents_of_source", "insert_source", "orphan_documents",
    "restore_source", "source_began", "source_ended",
    "source_row", "source_shown", "sources_page",
]  # fmt: skip

SHOWN = """id, business_id, kind, uri, title, config, refresh_every, state, visibility, tags, last_seen, last_job_id, last_error,
           next_refresh_at, cursor, secret, created_at, updated_at"""
_DOCUMENTS = """(SELECT count(*) FROM kb_source_documents d WHERE d.business_id = s.business_id AND d.source_id = s.id
              AND d.deleted_at IS NULL) AS documents"""
_CHANGEABLE = frozenset({"uri", "title", "config", "refresh_every", "state", "visibility", "tags", "secret", "cursor"})


async def insert_source(tx: Tx, kind: str, uri: str, values: Mapping[str, Any], source_id: UUID | None = None) -> UUID:
    """A source; raises asyncpg.UniqueViolationError when this kind has that address already."""
    source_id = source_id or new_id()
    every: timedelta | None = values.get("refresh_every")
    await tx.execute(
        """INSERT INTO kb_sources (business_id, id, kind, uri, title, config, refresh_every, visibility, tags, secret, next_refresh_at)
           VALUES ($1, $2, $3, $4, $5, $6, $7::interval, $8, $9, $10, now() + $7::interval)""",
        tx.business_id,
        source_id,
        kind,
        uri,
        values.get("title", ""),
        values.get("config", {}),
        every,
        values.get("visibility", "public"),
        list(values.get("tags", ())),
        values.get("secret"),
    )
    return source_id


async def source_row(tx: Tx, source_id: UUID, *, lock: bool = False) -> Any:
    """A source that is not deleted, or None."""
    return await tx.fetchrow(
        f"SELECT {SHOWN} FROM kb_sources WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL {'FOR UPDATE' if lock else ''}",
        tx.business_id,
        source_id,
    )


async def source_shown(tx: Tx, source_id: UUID) -> Any:
    """A source that is not deleted, with the number of its documents; or None."""
    return await tx.fetchrow(
        f"SELECT {SHOWN}, {_DOCUMENTS} FROM kb_sources s WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL",
        tx.business_id,
        source_id,
    )


async def sources_page(tx: Tx, after: UUID | None, most: int) -> list[Any]:
    """Newest first, below the id `after`, each with the number of its documents."""
    return await tx.fetch(
        f"""SELECT {SHOWN}, {_DOCUMENTS}
            FROM kb_sources s WHERE business_id = $1 AND deleted_at IS NULL AND ($2::uuid IS NULL OR id < $2) ORDER BY id DESC LIMIT $3""",
        tx.business_id,
        after,
        most,
    )


async def change_source(tx: Tx, source_id: UUID, values: Mapping[str, Any]) -> bool:
    """Sets what `values` names; its next refresh is counted from now. False when there is no such source."""
    unknown = set(values) - _CHANGEABLE
    if unknown:
        raise ValueError(f"not a column of a source: {sorted(unknown)}")
    columns = ", ".join(f"{name} = ${n}" for n, name in enumerate(values, 3))
    tag = await tx.execute(
        f"""UPDATE kb_sources SET {columns + ", " if columns else ""} updated_at = now()
            WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL""",
        tx.business_id,
        source_id,
        *values.values(),
    )
    if tag == "UPDATE 1" and {"refresh_every", "state"} & set(values):
        await tx.execute(
            "UPDATE kb_sources SET next_refresh_at = now() + refresh_every WHERE business_id = $1 AND id = $2",
            tx.business_id,
            source_id,
        )
    return tag == "UPDATE 1"


async def delete_source(tx: Tx, source_id: UUID) -> bool:
    """Soft: never refreshed again."""
    tag = await tx.execute(
        """UPDATE kb_sources SET deleted_at = now(), next_refresh_at = NULL, secret = NULL, updated_at = now()
           WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL""",
        tx.business_id,
        source_id,
    )
    return tag == "UPDATE 1"


async def restore_source(tx: Tx, source_id: UUID) -> Any:
    """Takes its removal back; -> when it was removed, None when it was not. A Drive folder waits, for its key is gone.

    Raises asyncpg.UniqueViolationError when its address is another source's by now.
    """
    return await tx.fetchval(
        """WITH was AS (SELECT deleted_at FROM kb_sources WHERE business_id = $1 AND id = $2 AND deleted_at IS NOT NULL FOR UPDATE)
           UPDATE kb_sources s SET deleted_at = NULL, next_refresh_at = now() + refresh_every, updated_at = now(),
             state = CASE WHEN kind = 'drive' AND secret IS NULL THEN 'paused' ELSE state END
           FROM was WHERE s.business_id = $1 AND s.id = $2 RETURNING was.deleted_at""",
        tx.business_id,
        source_id,
    )


async def documents_gone_with(tx: Tx, source_id: UUID, at: datetime) -> list[UUID]:
    """What went into the bin in the transaction that removed the source at `at`."""
    rows = await tx.fetch(
        """SELECT id FROM kb_source_documents WHERE business_id = $1 AND source_id = $2 AND deleted_at = $3 AND deleted_by = 'source'
           ORDER BY id""",
        tx.business_id,
        source_id,
        at,
    )
    return [row["id"] for row in rows]


async def documents_of_source(tx: Tx, source_id: UUID) -> list[UUID]:
    """Its live documents."""
    rows = await tx.fetch(
        "SELECT id FROM kb_source_documents WHERE business_id = $1 AND source_id = $2 AND deleted_at IS NULL ORDER BY id",
        tx.business_id,
        source_id,
    )
    return [row["id"] for row in rows]


async def orphan_documents(tx: Tx, source_id: UUID) -> None:
    """Its documents stay, on their own."""
    await tx.execute(
        "UPDATE kb_source_documents SET source_id = NULL WHERE business_id = $1 AND source_id = $2",
        tx.business_id,
        source_id,
    )


async def source_began(tx: Tx, source_id: UUID, job_id: UUID) -> None:
    """A job for it was opened: it is due again one interval later."""
    await tx.execute(
        """UPDATE kb_sources SET last_job_id = $3, next_refresh_at = now() + refresh_every WHERE business_id = $1 AND id = $2""",
        tx.business_id,
        source_id,
        job_id,
    )


async def source_ended(
    tx: Tx, source_id: UUID, job_id: UUID, cursor: str | None, error: str | None, wait: timedelta | None
) -> None:
    """How its run ended. After a failure it is due again after `wait`, at the latest as planned; a paused one stays so."""
    await tx.execute(
        """UPDATE kb_sources SET last_job_id = $3, last_error = $5, updated_at = now(),
             state = CASE WHEN state = 'paused' THEN state WHEN $5::text IS NULL THEN 'active' ELSE 'failing' END,
             last_seen = CASE WHEN $5::text IS NULL THEN now() ELSE last_seen END,
             cursor = CASE WHEN $5::text IS NULL THEN coalesce($4, cursor) ELSE cursor END,
             next_refresh_at = CASE WHEN $5::text IS NULL OR refresh_every IS NULL THEN now() + refresh_every
               ELSE now() + least($6::interval, greatest(refresh_every, interval '1 day')) END
           WHERE business_id = $1 AND id = $2""",
        tx.business_id,
        source_id,
        job_id,
        cursor,
        error,
        wait,
    )
