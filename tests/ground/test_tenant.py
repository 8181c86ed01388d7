"""Row-level security: every tenant table is walked, and a second tenant tries to read, write and steal."""

import asyncpg
import pytest

from firstline.ground.tenant import Door
from firstline.kit.ids import new_id


async def _tenant_tables(door: Door) -> list[str]:
    rows = await door.pool.fetch(
        "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'business_id' "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1"
    )
    return [r["relname"] for r in rows]


async def _business(door: Door) -> object:
    business_id = new_id()
    async with door.transaction(business_id) as tx:
        await tx.execute(
            "INSERT INTO businesses (id, name, slug, timezone) VALUES ($1, 'B', $2, 'UTC')",
            business_id,
            f"b-{business_id.hex}",
        )
    return business_id


async def test_every_tenant_table_has_row_level_security_forced(door: Door) -> None:
    rows = await door.pool.fetch(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AS safe, "
        "(SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) AS policies FROM pg_class c "
        "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname <> 'alembic_version'"
    )
    assert len(rows) > 30
    assert [r["relname"] for r in rows if not r["safe"] or not r["policies"]] == []


async def test_the_application_is_neither_owner_nor_superuser(door: Door) -> None:
    row = await door.pool.fetchrow(
        "SELECT current_user AS who, (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user) AS mighty"
    )
    assert row["who"] == "firstline_app"
    assert row["mighty"] is False


async def test_no_tenant_table_shows_a_row_without_a_tenant(door: Door) -> None:
    await _business(door)
    for table in [*await _tenant_tables(door), "businesses", "users"]:
        assert await door.pool.fetchval(f'SELECT count(*) FROM "{table}"') == 0, table


async def test_another_tenant_reads_and_moves_nothing(door: Door) -> None:
    ours, theirs = await _business(door), await _business(door)
    async with door.transaction(ours) as tx:  # type: ignore[arg-type]
        await tx.execute("INSERT INTO conversations (business_id, id) VALUES ($1, $2)", ours, new_id())
    async with door.transaction(theirs) as tx:  # type: ignore[arg-type]
        assert await tx.fetchval("SELECT count(*) FROM conversations") == 0
        assert await tx.fetchval("SELECT count(*) FROM businesses") == 1
        assert await tx.execute("UPDATE conversations SET topic = 'x' WHERE business_id = $1", ours) == "UPDATE 0"
        assert await tx.execute("DELETE FROM businesses WHERE id = $1", ours) == "DELETE 0"


async def test_every_tenant_table_refuses_a_row_of_another_tenant(door: Door) -> None:
    ours, theirs = await _business(door), await _business(door)
    for table in await _tenant_tables(door):
        columns = await door.pool.fetch(
            "SELECT attname, format_type(atttypid, NULL) AS type, attnotnull AND NOT atthasdef AND attidentity = '' AS needed "
            "FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            table,
        )
        names = [c["attname"] for c in columns if c["needed"]]
        values = [
            f"'{theirs}'::uuid" if n == "business_id" else _value(c["type"])
            for c in columns
            if c["needed"]
            for n in [c["attname"]]
        ]
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with door.transaction(ours) as tx:  # type: ignore[arg-type]
                await tx.execute(
                    f'INSERT INTO "{table}" ({", ".join(f"{chr(34)}{n}{chr(34)}" for n in names)}) VALUES ({", ".join(values)})'
                )


def _value(kind: str) -> str:
    return {
        "uuid": f"'{new_id()}'::uuid",
        "text": "'x'",
        "integer": "1",
        "bigint": "1",
        "boolean": "true",
        "jsonb": "'{}'::jsonb",
        "bytea": "'\\x00'::bytea",
        "numeric": "1",
        "double precision": "1",
        "timestamp with time zone": "now()",
        "halfvec": "'[1,2]'::halfvec",
        "tsvector": "'x'::tsvector",
    }[kind]


async def test_the_tenant_ends_with_the_transaction(door: Door) -> None:
    ours = await _business(door)
    async with door.transaction(ours) as tx:  # type: ignore[arg-type]
        assert await tx.fetchval("SELECT current_business()") == ours
    for _ in range(4):
        assert await door.pool.fetchval("SELECT current_business()") is None


async def test_what_waits_for_the_commit_does_not_run_after_a_rollback(door: Door) -> None:
    ours = await _business(door)
    ran: list[str] = []
    with pytest.raises(ZeroDivisionError):
        async with door.transaction(ours) as tx:  # type: ignore[arg-type]
            tx.after_commit(lambda: ran.append("no"))
            raise ZeroDivisionError
    async with door.transaction(ours) as tx:  # type: ignore[arg-type]
        tx.after_commit(lambda: ran.append("yes"))
    assert ran == ["yes"]
