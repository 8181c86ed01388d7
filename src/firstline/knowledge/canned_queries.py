"""SQL of canned replies."""

from typing import Any
from uuid import UUID

from firstline.ground.tenant import Tx

__all__ = ["canned_page", "change_canned", "drop_canned", "get_canned", "insert_canned", "set_document", "take_back"]

_LIKE = "'%' || replace(replace(replace($2, '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%'"
_ROW = "id, shortcut, title, text, language, tags, answers, document_id, created_at, updated_at"


async def insert_canned(tx: Tx, canned_id: UUID, values: tuple[Any, ...]) -> Any:
    """`values`: shortcut, title, text, language, tags, answers. Raises UniqueViolationError for a shortcut in use."""
    return await tx.fetchrow(
        f"""INSERT INTO canned_replies (business_id, id, shortcut, title, text, language, tags, answers)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING {_ROW}""",
        tx.business_id,
        canned_id,
        *values,
    )


async def change_canned(tx: Tx, canned_id: UUID, values: tuple[Any, ...]) -> Any:
    """The row as it is now, or None when there is none."""
    return await tx.fetchrow(
        f"""UPDATE canned_replies SET shortcut = $3, title = $4, text = $5, language = $6, tags = $7, answers = $8,
              updated_at = now() WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL RETURNING {_ROW}""",
        tx.business_id,
        canned_id,
        *values,
    )


async def set_document(tx: Tx, canned_id: UUID, document_id: UUID | None) -> bool:
    """Which document the assistant finds it by; False when the reply is gone, or is not to be found any more."""
    tag = await tx.execute(
        """UPDATE canned_replies SET document_id = $3::uuid WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL
             AND (answers OR $3::uuid IS NULL)""",
        tx.business_id,
        canned_id,
        document_id,
    )
    return tag == "UPDATE 1"


async def get_canned(tx: Tx, canned_id: UUID) -> Any:
    """One live reply, or None."""
    return await tx.fetchrow(
        f"SELECT {_ROW} FROM canned_replies WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL",
        tx.business_id,
        canned_id,
    )


async def canned_page(tx: Tx, q: str, language: str | None, after: tuple[str, UUID] | None, most: int) -> list[Any]:
    """By shortcut, those that begin with `q` among them; behind (shortcut, id) `after`. `q` is looked for in all texts."""
    return await tx.fetch(
        f"""SELECT {_ROW} FROM canned_replies WHERE business_id = $1 AND deleted_at IS NULL
              AND ($2 = '' OR shortcut ILIKE {_LIKE} OR unaccent(title) ILIKE unaccent({_LIKE})
                   OR unaccent(text) ILIKE unaccent({_LIKE}))
              AND ($3::text IS NULL OR language = $3)
              AND ($4::text IS NULL OR (shortcut, id) > ($4, $5::uuid)) ORDER BY shortcut, id LIMIT $6""",
        tx.business_id,
        q,
        language,
        after[0] if after else None,
        after[1] if after else None,
        most,
    )


async def drop_canned(tx: Tx, canned_id: UUID) -> bool:
    """Soft."""
    tag = await tx.execute(
        "UPDATE canned_replies SET deleted_at = now(), document_id = NULL WHERE business_id = $1 AND id = $2 AND deleted_at IS NULL",
        tx.business_id,
        canned_id,
    )
    return tag == "UPDATE 1"


async def take_back(tx: Tx, canned_id: UUID) -> Any:
    """A removed reply as it was, or None. Raises asyncpg.UniqueViolationError when its shortcut is taken by now."""
    return await tx.fetchrow(
        f"UPDATE canned_replies SET deleted_at = NULL WHERE business_id = $1 AND id = $2 AND deleted_at IS NOT NULL RETURNING {_ROW}",
        tx.business_id,
        canned_id,
    )
