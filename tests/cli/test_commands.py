"""The command line as an operator uses it, each command a process of its own on a real database."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def firstline(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": url, "FIRSTLINE_DATA": tempfile.gettempdir() + "/fl-cli-data"}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "firstline.cli", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def made(database_url: str) -> dict[str, str]:
    done = firstline(
        database_url, "business", "create", "--name", "Acme Plumbing", "--slug", "acme", "--timezone", "America/Chicago",
        "--profile", "examples/acme-plumbing/business.json",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, str] = json.loads(done.stdout)
    return found


def test_a_business_is_created_and_printed_as_json(made: dict[str, str]) -> None:
    assert made["slug"] == "acme"
    assert len(made["id"]) == 36


def test_a_slug_that_is_taken_is_said_in_a_sentence(database_url: str, made: dict[str, str]) -> None:
    done = firstline(database_url, "business", "create", "--name", "B", "--slug", made["slug"], "--timezone", "UTC")
    assert done.returncode == 2
    assert "taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_time_zone_that_is_none_is_named(database_url: str) -> None:
    done = firstline(database_url, "business", "create", "--name", "B", "--slug", "b", "--timezone", "Mars/Base")
    assert done.returncode == 2
    assert "timezone" in done.stderr


def test_an_api_key_is_printed_alone(database_url: str, made: dict[str, str]) -> None:
    done = firstline(database_url, "api-key", "create", "--business", made["slug"])
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().startswith("flk_")
    assert len(done.stdout.split()) == 1


def test_what_was_ingested_is_answered_with_its_receipt(database_url: str, made: dict[str, str]) -> None:
    done = firstline(database_url, "ingest", "examples/acme-plumbing/faq.csv", "--business", made["slug"])
    assert done.returncode == 0, done.stderr
    assert "1 document, " in done.stdout
    asked = firstline(database_url, "ask", "--business", made["slug"], "When are you open on Saturday?")
    assert asked.returncode == 0, asked.stderr
    assert "8" in asked.stdout.splitlines()[0]
    assert "intent     ask_hours" in asked.stdout


def test_a_file_that_is_not_there_and_a_business_that_is_not_there(database_url: str, made: dict[str, str]) -> None:
    assert firstline(database_url, "ingest", "nowhere.pdf", "--business", made["slug"]).returncode != 0
    missing = firstline(database_url, "ask", "--business", "nobody", "Hello?")
    assert missing.returncode == 2
    assert "Traceback" not in missing.stderr


def test_a_broken_pdf_fails_with_a_reason(database_url: str, made: dict[str, str], tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 and then nothing of the kind")
    done = firstline(database_url, "ingest", str(broken), "--business", made["slug"])
    assert done.returncode == 1
    assert "broken.pdf" in done.stderr
