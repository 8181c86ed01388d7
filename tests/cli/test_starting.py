"""What keeps a process from starting is said in one sentence, before anything slow is made."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from firstline.cli.ports import check_port
from firstline.ground.embedded import check_folder
from firstline.ground.errors import StartupError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield int(listener.getsockname()[1])


def firstline(*arguments: str, data: Path | str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("FIRSTLINE_") and k != "DATABASE_URL"}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "firstline.cli", *arguments],
        cwd=ROOT,
        env={**environment, "FIRSTLINE_DATA": str(data)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def unusable(tmp_path: Path) -> list[Path]:
    file = tmp_path / "file"
    file.touch()
    return [Path("/proc/nope"), file / "x", file]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    for folder in unusable(tmp_path):
        with pytest.raises(StartupError) as told:
            check_folder(folder)
        assert str(folder) in told.value.detail


def test_a_folder_is_made_with_its_parents_and_left_empty(tmp_path: Path) -> None:
    check_folder(tmp_path / "a" / "b")
    assert list((tmp_path / "a" / "b").iterdir()) == []


@pytest.mark.parametrize("command", ["demo", "worker"])
def test_commands_say_which_folder_cannot_be_written(command: str, tmp_path: Path) -> None:
    for folder in unusable(tmp_path)[:2]:
        done = firstline(command, *(["--port", "0"] if command == "demo" else []), data=folder)
        assert done.returncode == 2
        assert str(folder) in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_taken_port_is_said_before_a_database_is_made(command: str, taken: int, tmp_path: Path) -> None:
    done = firstline(command, "--port", str(taken), data=tmp_path / "data")
    assert done.returncode == 2
    assert f"Port {taken} is in use" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_port_that_is_none_and_an_address_that_is_not_ours_are_said() -> None:
    for host, port, word in (
        ("127.0.0.1", 70000, "70000"),
        ("192.0.2.1", 0, "192.0.2.1"),
        ("nowhere.invalid", 0, "nowhere"),
    ):
        with pytest.raises(StartupError) as told:
            check_port(host, port)
        assert word in told.value.detail


def test_any_free_port_is_fine() -> None:
    check_port("127.0.0.1", 0)
