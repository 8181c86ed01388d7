"""The one door to tenant rows, kept by reading the code: what `make check-tenancy` runs.

Row-level security is what keeps tenants apart; this keeps the code in a shape where that can be seen. Refused:
SQL that names a tenant table outside a domain's queries (`queries.py`, `*_queries.py`, migrations, and the two files of
the ground that are such queries: events.py and jobs.py); SQL whose table is computed there; a statement that sets
`app.business_id`, takes a connection from the pool or opens one outside `firstline/ground`; a SECURITY DEFINER function
outside the migrations' files of doors.

Python is read as a syntax tree: docstrings and comments may say what they like. Tenant tables are read from the
migrations: every table with a `business_id` column, and `businesses` and `users`, which are fenced by hand.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

SRC = Path(__file__).resolve().parents[1] / "src" / "firstline"
GROUND = SRC / "ground"
MIGRATIONS = GROUND / "migrations"
QUERIES_OF_THE_GROUND = {GROUND / "events.py", GROUND / "jobs.py"}
FENCED_BY_HAND = {"businesses", "users"}

CREATE_TABLE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+) \((.*?)\n\);", re.DOTALL | re.IGNORECASE)
STATEMENT = re.compile(r"\s*(?:\(\s*)?(select|insert|update|delete|with|merge|copy|lock|truncate)\b", re.IGNORECASE)
CLAUSE = r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE|USING|COPY|TRUNCATE|MERGE INTO)\s+(?:ONLY\s+)?"
NAMED = re.compile(CLAUSE + r'(?:public\.)?"?(\w+)', re.IGNORECASE)
NAMED_LOUDLY = re.compile(CLAUSE + r'(?:public\.)?"?(\w+)')  # keywords in capitals, as the house writes SQL
COMPUTED = re.compile(CLAUSE + r"\{\}")
SETS_TENANT = re.compile(
    r"\bset_config\s*\(\s*'app\.business_id'|\bSET\s+(?:LOCAL\s+|SESSION\s+)?app\.business_id", re.I
)
DEFINER = re.compile(r"^(?!\s*--).*\bSECURITY DEFINER\b", re.MULTILINE | re.IGNORECASE)


def main() -> int:
    """Prints what is refused; 1 when there is any."""
    tables = tenant_tables()
    if len(tables) < 10:
        print(f"REFUSED: only {len(tables)} tenant tables found in the migrations; this check no longer reads them")
        return 1
    refused: list[str] = []
    for path in sorted(SRC.rglob("*.py")):
        for line, why in faults(path, ast.parse(path.read_text(encoding="utf-8")), tables):
            refused.append(f"{path.relative_to(SRC.parents[1])}:{line} {why}")
    for path in sorted(MIGRATIONS.rglob("*.sql")):
        if not path.stem.endswith("_doors") and DEFINER.search(path.read_text(encoding="utf-8")):
            refused.append(f"{path.relative_to(SRC.parents[1])}: SECURITY DEFINER outside a *_doors.sql file")
    for line in refused:
        print(f"REFUSED: {line}")
    print(f"tenancy: {len(tables)} tenant tables, {len(refused)} refused")
    return int(bool(refused))


def tenant_tables() -> set[str]:
    """Names of the tables whose rows belong to a business, from the migrations' SQL."""
    found = set(FENCED_BY_HAND)
    for path in MIGRATIONS.rglob("*.sql"):
        for name, body in CREATE_TABLE.findall(path.read_text(encoding="utf-8")):
            if re.search(r"^\s*business_id\b", body, re.MULTILINE):
                found.add(name.lower())
    return found


def faults(path: Path, tree: ast.Module, tables: set[str]) -> Iterator[tuple[int, str]]:
    """(line, why) for each fault of one module."""
    in_ground = path.is_relative_to(GROUND)
    if not may_query(path):
        for line, text in texts(tree):
            for name in tables_named(text, tables):
                yield line, f"SQL on the tenant table {name}: it belongs into the domain's queries.py"
            if STATEMENT.match(text) and COMPUTED.search(text):
                yield line, "SQL on a computed table: it belongs into the domain's queries.py"
    for line, text in texts(tree):
        if SETS_TENANT.search(text) and path != GROUND / "tenant.py" and not path.is_relative_to(MIGRATIONS):
            yield line, "sets app.business_id: only ground/tenant.py does"
    if not in_ground:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and called(node) in {
                "pool.acquire",
                "asyncpg.connect",
                "asyncpg.create_pool",
            }:
                yield node.lineno, f"{called(node)}(): tenant rows are reached by Door.transaction only"


def may_query(path: Path) -> bool:
    """Whether SQL on tenant tables may stand in this file."""
    return (
        path.name == "queries.py"
        or path.name.endswith("_queries.py")
        or path in QUERIES_OF_THE_GROUND
        or path.is_relative_to(MIGRATIONS)
    )


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every string of a module with its line; f-strings with `{}` for what is computed; docstrings left out."""
    skipped = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            skipped |= {id(part) for part in node.values}
    for node in ast.walk(tree):
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.lineno, node.value
        elif isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield node.lineno, "".join(str(part) for part in parts)


def tables_named(text: str, tables: set[str]) -> list[str]:
    """Tenant tables that a string names as SQL would; a fragment counts when its keywords are in capitals."""
    pattern = NAMED if STATEMENT.match(text) else NAMED_LOUDLY
    return sorted({name.lower() for name in pattern.findall(text)} & tables)


def called(node: ast.Call) -> str:
    """The last two names of what is called: `self.door.pool.acquire()` is "pool.acquire"."""
    if isinstance(node.func, ast.Attribute):
        owner = node.func.value
        name = owner.attr if isinstance(owner, ast.Attribute) else owner.id if isinstance(owner, ast.Name) else ""
        return f"{name}.{node.func.attr}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
