"""The documents say what the program does: settings, commands, make targets, links."""

import importlib.util
import re
from pathlib import Path

import click
import pytest

from firstline.cli.main import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def test_the_settings_table_is_what_the_program_reads() -> None:
    """`make docs` writes it."""
    spec = importlib.util.spec_from_file_location("settings_table", ROOT / "scripts" / "settings_table.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.written() == script.table()


def test_every_variable_read_anywhere_is_in_the_readme() -> None:
    pattern = re.compile(r"""["'](FIRSTLINE_[A-Z_]+|[A-Z]+_API_KEY|DATABASE_URL|REDIS_URL)["']""")
    code = (path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    read = {name for text in code for name in pattern.findall(text)}
    assert {name for name in read if name not in README} == set()


def commands(group: click.Group, before: str = "firstline") -> list[str]:
    """All commands, groups opened."""
    found: list[str] = []
    for name, command in group.commands.items():
        path = f"{before} {name}"
        found += commands(command, path) if isinstance(command, click.Group) else [path]
    return found


def test_every_command_is_in_the_readme() -> None:
    assert [command for command in commands(cli) if f"| `{command}" not in README] == []


def make_targets() -> set[str]:
    """Targets that `make help` lists."""
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_is_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    named = set(re.findall(r"`make ([a-z-]+)|^make ([a-z-]+)", text, re.MULTILINE))
    assert {one or other for one, other in named} <= make_targets()
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)[^)]*\)", text)
    missing = [link for link in links if not (path.parent / link).exists()]
    assert [link for link in missing if not link.endswith(".png")] == []


def test_a_file_that_the_architecture_names_is_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    floors = {path.name for path in (ROOT / "src" / "firstline").iterdir() if path.is_dir()}
    named = [one for one in re.findall(r"`([a-z_]+/[a-z_/]+(?:\.py|/))`", text) if one.split("/")[0] in floors]
    assert len(named) > 10
    assert [one for one in named if not (ROOT / "src" / "firstline" / one).exists()] == []


def test_no_document_names_one_machine_or_an_index_address() -> None:
    for path in DOCUMENTS:
        assert not re.search(
            r"(?<![\w.])/(work|root|home)/\w|index-url|pypi\.org/simple", path.read_text(encoding="utf-8")
        )
