"""The house's own checks refuse what they are there to refuse."""

import ast
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"


def script(name: str) -> ModuleType:
    """A script of scripts/ as a module."""
    spec = importlib.util.spec_from_file_location(name, SCRIPTS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tenancy = script("check_tenancy")
sizes = script("check_sizes")
licences = script("licences")
TABLES = {"messages", "turns", "users"}
CLOSING = tenancy.SRC / "conversations" / "closing.py"


def refused(code: str, path: Path = CLOSING) -> list[str]:
    """Why the tenancy check refuses `code` standing in `path`."""
    return [why for _line, why in tenancy.faults(path, ast.parse(code), TABLES)]


@pytest.mark.parametrize(
    "code",
    [
        'await tx.fetch("SELECT id FROM messages WHERE business_id = $1")',
        'await tx.fetch("select id from messages")',
        'await tx.execute(f"UPDATE {x} SET a = 1; DELETE FROM turns")',
        'SQL = "SELECT 1 FROM c " + "JOIN messages m ON true"',
        'SQL = """\n  WITH c AS (SELECT 1)\n  INSERT INTO messages SELECT * FROM c"""',
        'await tx.fetch(f"SELECT id FROM {table}")',
        "await tx.fetch('SELECT 1 FROM public.\"users\"')",
        "await tx.execute(\"SELECT set_config('app.business_id', $1, true)\")",
        "await tx.execute(f\"SET LOCAL app.business_id = '{one}'\")",
        "async with self.door.pool.acquire() as conn: ...",
        "conn = await asyncpg.connect(url)",
    ],
)
def test_tenant_rows_are_not_reached_beside_the_door(code: str) -> None:
    assert refused(code)


@pytest.mark.parametrize(
    "code",
    [
        '"""SELECT id FROM messages: only a docstring."""',
        "# SELECT id FROM messages",
        'text = "We heard from users that messages get lost."',
        'text = "An update users asked for"',
        'await tx.fetch("SELECT jobs.procrastinate_defer_jobs_v1($1)")',
        'await door.lookup("SELECT * FROM due_turns($1)")',
    ],
)
def test_prose_and_the_door_itself_are_left_alone(code: str) -> None:
    assert refused(code) == []


def test_a_domains_queries_may_name_its_tables() -> None:
    code = 'await tx.fetch("SELECT id FROM messages")'
    assert refused(code, tenancy.SRC / "conversations" / "queries.py") == []
    assert refused(code, tenancy.SRC / "analytics" / "today_queries.py") == []
    assert refused(code, tenancy.SRC / "web" / "api" / "chat.py")


def test_the_tenant_tables_are_read_from_the_migrations() -> None:
    tables = tenancy.tenant_tables()
    assert {"businesses", "users", "messages", "conversations", "kb_chunks", "outbox"} <= tables


@pytest.mark.parametrize(
    ("expression", "fits"),
    [
        ("MIT", True),
        ("GPL-3.0-only", False),
        ("GPL-3.0-only OR MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR GPL-2.0-only)", True),
        ("MIT AND GPL-2.0-only", False),
        ("(MIT AND GPL-2.0-only) OR LGPL-3.0-only", False),
    ],
)
def test_a_licence_expression_is_read_with_its_or_and_and(expression: str, fits: bool) -> None:
    assert licences.allowed(expression) is fits


def test_a_long_function_is_refused_and_a_longish_one_listed() -> None:
    asks: list[str] = []
    no: list[str] = []
    for length in (40, 41, 60, 61):
        body = "\n".join("    x = 1" for _ in range(length - 1))
        (_name, _line, counted), *_ = sizes.functions(ast.parse(f"def f():\n{body}\n"))
        assert counted == length
        sizes.sort("f", counted, sizes.FUNCTION_ASKS, sizes.FUNCTION_LIMIT, asks, no)
    assert (len(asks), len(no)) == (2, 1)
