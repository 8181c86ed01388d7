"""SQL of a business, its people and its keys."""

from typing import Any
from uuid import UUID

from firstline.ground.tenant import Door, Tx

__all__ = [
    "add_api_key",
    "add_audit",
    "add_membership",
    "add_session",
    "add_user",
    "api_key",
    "business_row",
    "colleagues",
    "delete_session",
    "delete_trigger",
    "find_business",
    "find_sign_in",
    "find_user",
    "has_guardrails",
    "insert_business",
    "lock_business",
    "put_guardrails",
    "put_trigger",
    "replace_holidays",
    "replace_services",
    "replace_triggers",
    "revoke_api_key",
    "service_ids",
    "session",
    "set_password",
    "set_primary_contact",
    "trigger",
    "triggers",
    "update_business",
]


async def find_business(door: Door, slug_or_id: str) -> Any:
    """(id, slug, status) of a business by slug or id, across tenants, or None."""
    rows = await door.lookup("SELECT * FROM lookup_business($1)", slug_or_id)
    return rows[0] if rows else None


async def find_sign_in(door: Door, email: str) -> list[Any]:
    """(user_id, name, password_hash, business_id, role), one row a membership."""
    return await door.lookup("SELECT * FROM lookup_sign_in($1)", email)


async def find_user(door: Door, email: str) -> UUID | None:
    """The id of the person with that address, across tenants."""
    rows = await door.lookup("SELECT * FROM lookup_user($1)", email)
    return rows[0]["user_id"] if rows else None


async def business_row(tx: Tx) -> Any:
    """Everything of the profile in one round trip: the row, guardrails, holidays, services, enabled triggers."""
    return await tx.fetchrow(
        """
        SELECT b.*, to_jsonb(g) AS guardrails,
          (SELECT coalesce(jsonb_agg(to_jsonb(h) ORDER BY h.date, h.yearly), '[]') FROM holidays h WHERE h.business_id = b.id) AS holidays,
          (SELECT coalesce(jsonb_agg(to_jsonb(s) ORDER BY s.position, s.code), '[]') FROM services s WHERE s.business_id = b.id) AS services,
          (SELECT coalesce(jsonb_agg(to_jsonb(t) ORDER BY t.id), '[]') FROM escalation_triggers t WHERE t.business_id = b.id) AS triggers
        FROM businesses b LEFT JOIN guardrails_configs g ON g.business_id = b.id WHERE b.id = $1
        """,
        tx.business_id,
    )


async def insert_business(tx: Tx, row: dict[str, Any]) -> None:
    """A new business; `row` has id, name, slug, timezone and any other column. Unique violation: the slug is taken."""
    columns = ", ".join(row)
    places = ", ".join(f"${i}" for i in range(1, len(row) + 1))
    await tx.execute(f"INSERT INTO businesses ({columns}) VALUES ({places})", *row.values())


async def update_business(tx: Tx, changes: dict[str, Any]) -> None:
    """Writes the given columns and counts the profile's version up."""
    sets = "".join(f", {column} = ${i}" for i, column in enumerate(changes, 2))
    await tx.execute(
        f"UPDATE businesses SET version = version + 1, updated_at = now(){sets} WHERE id = $1",
        tx.business_id,
        *changes.values(),
    )


async def replace_holidays(tx: Tx, rows: list[tuple[Any, ...]]) -> None:
    """`rows`: (id, name, date, yearly, hours)."""
    await tx.execute("DELETE FROM holidays WHERE business_id = $1", tx.business_id)
    await tx.executemany(
        "INSERT INTO holidays (business_id, id, name, date, yearly, hours) VALUES ($1, $2, $3, $4, $5, $6)",
        [(tx.business_id, *row) for row in rows],
    )


async def replace_services(tx: Tx, rows: list[tuple[Any, ...]]) -> None:
    """`rows`: (id, code, name, aliases, description, price_low, price_high, unit, notes, bookable, offered, position)."""
    await tx.execute("DELETE FROM services WHERE business_id = $1", tx.business_id)
    await tx.executemany(
        "INSERT INTO services (business_id, id, code, name, aliases, description, price_low, price_high, unit, notes, bookable, offered, "
        "position) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        [(tx.business_id, *row) for row in rows],
    )


async def put_guardrails(tx: Tx, values: dict[str, Any]) -> None:
    """Writes the business's one row of guardrails. `values`: the eight fields of spec §5.1 in the model's order."""
    await tx.execute(
        """
        INSERT INTO guardrails_configs (business_id, allowed_topics, banned_topics, max_quote_without_approval, allowed_discount_percent,
          require_disclaimer_on_estimates, handoff_on_keywords, languages_allowed, enabled_tools)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (business_id) DO UPDATE SET allowed_topics = $2, banned_topics = $3, max_quote_without_approval = $4,
          allowed_discount_percent = $5, require_disclaimer_on_estimates = $6, handoff_on_keywords = $7, languages_allowed = $8,
          enabled_tools = $9, updated_at = now()
        """,
        tx.business_id,
        *values.values(),
    )


async def replace_triggers(tx: Tx, rows: list[tuple[Any, ...]]) -> None:
    """`rows`: (id, code, description, condition, action, enabled)."""
    await tx.execute("DELETE FROM escalation_triggers WHERE business_id = $1", tx.business_id)
    await tx.executemany(
        "INSERT INTO escalation_triggers (business_id, id, code, description, condition, action, enabled) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        [(tx.business_id, *row) for row in rows],
    )


async def add_user(tx: Tx, user_id: UUID, email: str, name: str, password_hash: str | None) -> None:
    """A new person (addresses are unique across tenants)."""
    await tx.execute(
        "INSERT INTO users (id, email, name, password_hash) VALUES ($1, lower($2), $3, $4)",
        user_id,
        email,
        name,
        password_hash,
    )


async def add_membership(tx: Tx, user_id: UUID, role: str) -> None:
    """The person belongs to this business, with that role."""
    await tx.execute(
        "INSERT INTO memberships (business_id, user_id, role) VALUES ($1, $2, $3) ON CONFLICT (business_id, user_id) DO UPDATE SET role = $3",
        tx.business_id,
        user_id,
        role,
    )


async def colleagues(tx: Tx) -> list[Any]:
    """(id, email, name, role) of everybody of this business."""
    return await tx.fetch(
        "SELECT u.id, u.email, u.name, m.role FROM memberships m JOIN users u ON u.id = m.user_id WHERE m.business_id = $1 ORDER BY u.name",
        tx.business_id,
    )


async def set_password(tx: Tx, user_id: UUID, password_hash: str) -> None:
    """A colleague's new password."""
    await tx.execute("UPDATE users SET password_hash = $2 WHERE id = $1", user_id, password_hash)


async def add_session(tx: Tx, session_id: UUID, user_id: UUID, token_hash: bytes, csrf: str, days: int) -> None:
    """A console session."""
    await tx.execute(
        "INSERT INTO sessions (business_id, id, user_id, token_hash, csrf, expires_at) VALUES ($1, $2, $3, $4, $5, now() + make_interval(days => $6))",
        tx.business_id,
        session_id,
        user_id,
        token_hash,
        csrf,
        days,
    )


async def session(tx: Tx, session_id: UUID) -> Any:
    """(user_id, token_hash, csrf, name, email, role, alive) of a session, or None."""
    return await tx.fetchrow(
        "SELECT s.user_id, s.token_hash, s.csrf, u.name, u.email, m.role, s.expires_at > now() AS alive FROM sessions s "
        "JOIN memberships m ON m.business_id = s.business_id AND m.user_id = s.user_id JOIN users u ON u.id = s.user_id "
        "JOIN businesses b ON b.id = s.business_id AND b.status = 'active' WHERE s.business_id = $1 AND s.id = $2",
        tx.business_id,
        session_id,
    )


async def delete_session(tx: Tx, session_id: UUID) -> None:
    """Signed out."""
    await tx.execute("DELETE FROM sessions WHERE business_id = $1 AND id = $2", tx.business_id, session_id)


async def add_api_key(tx: Tx, key_id: UUID, name: str, key_hash: bytes, scopes: list[str]) -> None:
    """A new key of this business."""
    await tx.execute(
        "INSERT INTO api_keys (business_id, id, name, key_hash, scopes) VALUES ($1, $2, $3, $4, $5)",
        tx.business_id,
        key_id,
        name,
        key_hash,
        scopes,
    )


async def api_key(tx: Tx, key_id: UUID) -> Any:
    """(key_hash, scopes, name) of a key that was not revoked, or None."""
    return await tx.fetchrow(
        "SELECT k.key_hash, k.scopes, k.name FROM api_keys k JOIN businesses b ON b.id = k.business_id AND b.status = 'active' "
        "WHERE k.business_id = $1 AND k.id = $2 AND k.revoked_at IS NULL",
        tx.business_id,
        key_id,
    )


async def add_audit(
    tx: Tx, audit_id: UUID, actor_type: str, actor_id: UUID | None, action: str, subject: str, data: dict[str, Any]
) -> None:
    """Who did what."""
    await tx.execute(
        "INSERT INTO audit_log (business_id, id, actor_type, actor_id, action, subject, data) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        tx.business_id,
        audit_id,
        actor_type,
        actor_id,
        action,
        subject,
        data,
    )


async def has_guardrails(tx: Tx) -> bool:
    """Whether the business's row of guardrails is there."""
    return bool(await tx.fetchval("SELECT true FROM guardrails_configs WHERE business_id = $1", tx.business_id))


async def triggers(tx: Tx) -> list[Any]:
    """All triggers, oldest first: (id, code, description, condition, action, enabled, created_at)."""
    return await tx.fetch(
        "SELECT id, code, description, condition, action, enabled, created_at FROM escalation_triggers WHERE business_id = $1 ORDER BY id",
        tx.business_id,
    )


async def trigger(tx: Tx, trigger_id: UUID) -> Any:
    """One trigger, as in triggers(), or None."""
    return await tx.fetchrow(
        "SELECT id, code, description, condition, action, enabled, created_at FROM escalation_triggers WHERE business_id = $1 AND id = $2",
        tx.business_id,
        trigger_id,
    )


async def put_trigger(tx: Tx, row: tuple[Any, ...]) -> None:
    """Writes one trigger: (id, code, description, condition, action, enabled)."""
    await tx.execute(
        "INSERT INTO escalation_triggers (business_id, id, code, description, condition, action, enabled) VALUES ($1, $2, $3, $4, $5, $6, $7) "
        "ON CONFLICT (business_id, id) DO UPDATE SET code = $3, description = $4, condition = $5, action = $6, enabled = $7",
        tx.business_id,
        *row,
    )


async def delete_trigger(tx: Tx, trigger_id: UUID) -> bool:
    """Whether there was one."""
    tag = await tx.execute(
        "DELETE FROM escalation_triggers WHERE business_id = $1 AND id = $2", tx.business_id, trigger_id
    )
    return tag == "DELETE 1"


async def service_ids(tx: Tx) -> dict[str, UUID]:
    """code -> id of the services that are there."""
    rows = await tx.fetch("SELECT code, id FROM services WHERE business_id = $1", tx.business_id)
    return {row["code"]: row["id"] for row in rows}


async def lock_business(tx: Tx) -> None:
    """Two edits of a profile come one after the other."""
    await tx.execute("SELECT 1 FROM businesses WHERE id = $1 FOR UPDATE", tx.business_id)


async def set_primary_contact(tx: Tx, user_id: UUID) -> None:
    """The business's primary contact, when it has none yet."""
    await tx.execute(
        "UPDATE businesses SET primary_contact_user_id = $2, version = version + 1 WHERE id = $1 AND primary_contact_user_id IS NULL",
        tx.business_id,
        user_id,
    )


async def revoke_api_key(tx: Tx, key_id: UUID) -> bool:
    """Whether there was a key to revoke."""
    tag = await tx.execute(
        "UPDATE api_keys SET revoked_at = now() WHERE business_id = $1 AND id = $2 AND revoked_at IS NULL",
        tx.business_id,
        key_id,
    )
    return tag == "UPDATE 1"
