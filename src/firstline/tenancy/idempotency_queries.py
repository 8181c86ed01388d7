"""SQL of Idempotency-Key: who has a key, and the answer that a repetition gets."""

from typing import Any

from firstline.ground.tenant import Tx

__all__ = ["claim_idempotency", "idempotent_answer", "keep_idempotent_answer", "release_idempotency"]


async def claim_idempotency(tx: Tx, route: str, key: str, request_hash: bytes) -> bool:
    """Whether the key is ours now: new, or left behind unfinished two minutes ago by a process that died."""
    return bool(
        await tx.fetchval(
            "INSERT INTO idempotency_keys (business_id, key, route, request_hash) VALUES ($1, $2, $3, $4) "
            "ON CONFLICT (business_id, route, key) DO UPDATE SET created_at = now() "
            "WHERE idempotency_keys.status IS NULL AND idempotency_keys.request_hash = $4 "
            "AND idempotency_keys.created_at < now() - interval '2 minutes' RETURNING true",
            tx.business_id,
            key,
            route,
            request_hash,
        )
    )


async def idempotent_answer(tx: Tx, route: str, key: str) -> Any:
    """(request_hash, status, body) of an earlier request; status None while it runs."""
    return await tx.fetchrow(
        "SELECT request_hash, status, body FROM idempotency_keys WHERE business_id = $1 AND route = $2 AND key = $3",
        tx.business_id,
        route,
        key,
    )


async def keep_idempotent_answer(tx: Tx, route: str, key: str, status: int, body: Any) -> None:
    """The answer that a repetition gets."""
    await tx.execute(
        "UPDATE idempotency_keys SET status = $4, body = $5 WHERE business_id = $1 AND route = $2 AND key = $3",
        tx.business_id,
        route,
        key,
        status,
        body,
    )


async def release_idempotency(tx: Tx, route: str, key: str) -> None:
    """The request failed: the key may be tried again."""
    await tx.execute(
        "DELETE FROM idempotency_keys WHERE business_id = $1 AND route = $2 AND key = $3 AND status IS NULL",
        tx.business_id,
        route,
        key,
    )
