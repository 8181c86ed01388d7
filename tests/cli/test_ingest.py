"""`firstline ingest` and `firstline kb` as an operator uses them, on a real database, real files and a real website on loopback."""

import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner, Result
from tests.knowledge.website import Website, html, serving

from firstline.cli.ingesting import READABLE
from firstline.cli.main import cli
from firstline.ground.errors import FirstlineError
from firstline.knowledge.parsing.sniffing import OFFICE, PLAIN

ROOT = Path(__file__).parents[2]
Firstline = Callable[..., Result]


@pytest.fixture(scope="module")
def environment(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    data = tmp_path_factory.mktemp("data")
    return {"DATABASE_URL": database_url, "FIRSTLINE_DATA": str(data), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def firstline(environment: dict[str, str]) -> Firstline:
    """Runs a command here and gives what it printed and its exit code, as `main` would end it."""

    def call(*arguments: str, env: dict[str, str] | None = None, typed: str | None = None) -> Result:
        runner = CliRunner()
        done = runner.invoke(cli, arguments, env={**environment, **(env or {})}, input=typed)
        if isinstance(done.exception, FirstlineError):
            done.exit_code, done.said = 2, done.exception.detail or ""
        elif done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done

    made = call("business", "create", "--name", "Acme", "--slug", "acme", "--timezone", "America/Chicago")
    assert made.exit_code == 0, made.output
    return call


@pytest.fixture
def site() -> Any:
    with serving() as one:
        one.pages = {
            "/demo/acme/": html(
                "Acme", '<p>We mend taps.</p><a href="prices.html">Prices</a><a href="team.html">Team</a>'
            ),
            "/demo/acme/prices.html": html("Prices", "<p>A dripping tap costs $85 to mend.</p>"),
            "/demo/acme/team.html": html("Team", "<p>Sarah leads the team of five.</p>"),
        }
        yield one


def demo(site: Website) -> dict[str, str]:
    return {"FIRSTLINE_DEMO": "1", "FIRSTLINE_PUBLIC_URL": f"http://localhost:{site.port}"}


def rows(url: str, sql: str) -> list[Any]:
    async def read() -> list[Any]:
        conn = await asyncpg.connect(url)
        try:
            found: list[Any] = await conn.fetch(sql)
            return found
        finally:
            await conn.close()

    import asyncio

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(read())).result()


def objects(environment: dict[str, str]) -> int:
    return sum(path.is_file() for path in (Path(environment["FIRSTLINE_DATA"]) / "objects").rglob("*"))


def test_every_kind_that_the_parsers_tell_apart_is_taken_of_a_folder() -> None:
    assert {*PLAIN, *OFFICE, ".pdf", ".txt", ".png", ".jpg"} <= READABLE
    assert not READABLE & {".zip", ".exe", ".mp4", ".css", ".js"}


def test_a_folder_is_read_with_its_labels_and_each_failure_is_named(
    firstline: Firstline, environment: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "hours.md").write_text("# Hours\n\nWe open at seven on Mondays.")
    (tmp_path / "prices.tsv").write_text("service\tprice\nTap\t$85\nBoiler\t$300\n")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7 and then nothing of the kind")
    (tmp_path / "film.mp4").write_bytes(b"\x00" * 10)
    (tmp_path / ".secret.txt").write_text("not for anybody")
    labels = ("--tag", "help", "--internal", "--max-tokens", "128", "--overlap", "16")
    done = firstline("ingest", str(tmp_path), "--business", "acme", *labels)
    assert done.exit_code == 0, done.output
    assert "2 documents" in done.stdout
    assert "1 could not be read" in done.stdout
    assert "broken.pdf: " in done.stderr
    assert "1 .mp4" in done.stderr
    held = rows(
        environment["DATABASE_URL"], "SELECT source_uri, visibility, metadata->'tags' AS tags FROM kb_source_documents"
    )
    assert {(row["source_uri"], row["visibility"]) for row in held} == {
        ("upload:deep/hours.md", "internal"), ("upload:prices.tsv", "internal")
    }  # fmt: skip
    assert all(json.loads(row["tags"]) == ["help"] for row in held)
    [job] = rows(environment["DATABASE_URL"], "SELECT config FROM kb_ingestion_jobs")
    assert json.loads(job["config"])["max_tokens_per_chunk"] == 128

    again = firstline("ingest", str(tmp_path), "--business", "acme", *labels)
    assert "2 unchanged" in again.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.pdf"], "no such file"),
        (["EMPTY"], "nothing to read"),
        (["README.md", "--mode", "crawl"], "--mode"),
        (["README.md", "--schedule", "1d"], "--schedule"),
        (["https://acme.example", "--mode", "whole"], "--mode"),
        (["https://acme.example", "--depth", "2"], "--depth: only with --mode crawl"),
        (["https://acme.example", "--mode", "crawl", "--depth", "99"], "--depth: must be from"),
        (["https://acme.example", "--mode", "crawl", "--pages", "0"], "--pages: must be from"),
        (["https://acme.example", "--mode", "crawl", "--scope", "services"], "--scope"),
        (["https://acme.example", "--schedule", "soon"], "--schedule"),
        (["https://acme.example", "--schedule", "99w"], "--schedule"),
        (["http://localhost:8080/demo/"], "private network"),
        (["http://10.0.0.8/"], "private network"),
        (["README.md", "--max-tokens", "5"], "--max-tokens"),
        (["README.md", "--max-tokens", "64", "--overlap", "40"], "--overlap"),
    ],
)
def test_a_wrong_call_is_said_and_writes_nothing(
    firstline: Firstline, environment: dict[str, str], tmp_path: Path, arguments: list[str], said: str
) -> None:
    before = objects(environment), len(rows(environment["DATABASE_URL"], "SELECT 1 FROM kb_ingestion_jobs"))
    done = firstline("ingest", *[str(tmp_path) if a == "EMPTY" else a for a in arguments], "--business", "acme")
    assert done.exit_code == 2
    assert said in done.stderr
    assert (objects(environment), len(rows(environment["DATABASE_URL"], "SELECT 1 FROM kb_ingestion_jobs"))) == before


def test_a_business_that_is_not_there_is_said_before_anything_is_stored(
    firstline: Firstline, environment: dict[str, str]
) -> None:
    before = objects(environment)
    done = firstline("ingest", "README.md", "--business", "nobody")
    assert (done.exit_code, objects(environment)) == (2, before)
    assert "no business 'nobody'" in done.said


def test_a_site_becomes_a_source_that_is_read_again_and_searched(
    firstline: Firstline, environment: dict[str, str], site: Website
) -> None:
    address, env = f"http://localhost:{site.port}/demo/acme/", demo(site)
    done = firstline(
        "ingest",
        address,
        "--business",
        "acme",
        "--mode",
        "crawl",
        "--schedule",
        "1d",
        "--max-tokens",
        "200",
        "--exclude",
        "/demo/acme/team.html",
        env=env,
    )
    assert done.exit_code == 0, done.output
    assert "2 documents" in done.stdout

    [source] = json.loads(firstline("kb", "sources", "--business", "acme", "--json", env=env).stdout)
    assert (source["uri"], source["refresh_every"], source["documents"]) == (address, 86400, 2)
    assert source["config"]["exclude"] == ["/demo/acme/team.html"]
    assert address in firstline("kb", "sources", "--business", "acme", env=env).stdout

    site.pages["/demo/acme/prices.html"] = html("Prices", "<p>A dripping tap costs $95 to mend.</p>")
    again = firstline("kb", "refresh", "--business", "acme", "--source", source["id"], env=env)
    assert "1 unchanged" in again.stdout, again.output
    [job] = rows(environment["DATABASE_URL"], "SELECT config FROM kb_ingestion_jobs ORDER BY created_at DESC LIMIT 1")
    assert json.loads(job["config"])["max_tokens_per_chunk"] == 200
    found = json.loads(
        firstline("kb", "search", "what does a dripping tap cost", "--business", "acme", "--json", env=env).stdout
    )
    best = found[0]
    assert "$95" in best["text"]
    assert best["cut"] is None
    assert {"fused", "dense", "keyword"} <= set(best["scores"])
    shown = firstline("kb", "search", "what does a dripping tap cost", "--business", "acme", env=env).stdout
    assert "Not seen by the assistant:" in shown
    assert "not for customers" in shown

    del site.pages["/demo/acme/prices.html"]
    same = firstline("ingest", address, "--business", "acme", "--mode", "crawl", "--schedule", "never", env=env)
    assert "1 removed" in same.stdout, same.output
    assert "a source already" in same.stderr
    [source] = json.loads(firstline("kb", "sources", "--business", "acme", "--json", env=env).stdout)
    assert source["refresh_every"] is None

    status = json.loads(firstline("kb", "status", "--business", "acme", "--json", env=env).stdout)
    assert status["sources"][0]["documents"] == 2
    assert status["documents"]["upload"] == 2
    unknown = firstline("kb", "refresh", "--business", "acme", "--source", "https://elsewhere.example", env=env)
    assert unknown.exit_code == 2


def test_a_site_that_is_away_fails_with_a_sentence(firstline: Firstline, site: Website) -> None:
    site.pages.clear()
    done = firstline("ingest", f"http://localhost:{site.port}/demo/none/", "--business", "acme", env=demo(site))
    assert done.exit_code == 1
    assert "demo/none/: " in done.stderr


def test_questions_go_out_and_in_as_a_table(firstline: Firstline, tmp_path: Path) -> None:
    table = tmp_path / "faqs.csv"
    table.write_text("question,answer\nDo you paint?,No.\n,No question\n")
    bad = firstline("kb", "import-faqs", str(table), "--business", "acme")
    assert bad.exit_code == 1
    assert "row 3, question" in bad.stderr
    dry = firstline("kb", "import-faqs", str(table), "--business", "acme", "--dry-run")
    assert (dry.exit_code, dry.stdout) == (0, "1 new, 0 changed, 0 same, 1 bad.\n")
    good = firstline("kb", "import-faqs", str(table), "--business", "acme", "--good-rows-only")
    assert good.exit_code == 0, good.output
    out = firstline("kb", "export-faqs", "--business", "acme").stdout
    assert [row["question"] for row in csv.DictReader(io.StringIO(out))] == ["Do you paint?"]
    assert firstline("kb", "import-faqs", "pyproject.toml", "--business", "acme").exit_code == 2


def test_everything_is_indexed_anew_and_the_bin_is_emptied_after_a_yes(
    firstline: Firstline, environment: dict[str, str]
) -> None:
    done = firstline("kb", "reindex", "--business", "acme")
    assert done.exit_code == 0, done.output
    binned = "SELECT 1 FROM kb_source_documents WHERE deleted_at IS NOT NULL"
    assert rows(environment["DATABASE_URL"], binned)
    assert firstline("kb", "purge", "--days", "0", "--business", "acme", typed="n\n").exit_code == 1
    assert rows(environment["DATABASE_URL"], binned)
    assert "purged" in firstline("kb", "purge", "--days", "0", "--business", "acme", "--yes").stdout
    assert not rows(environment["DATABASE_URL"], binned)


def test_ctrl_c_stops_the_job_and_says_what_stayed(
    environment: dict[str, str], firstline: Firstline, site: Website
) -> None:
    links = "".join(f'<a href="p{n}.html">Page {n}</a>' for n in range(60))
    site.pages = {"/demo/acme/": html("Start", f"<p>Here are sixty pages.</p>{links}")}
    site.pages |= {f"/demo/acme/p{n}.html": html(f"Page {n}", f"<p>Word {n * 37} alone.</p>") for n in range(60)}
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "firstline.cli",
        "ingest",
        f"http://localhost:{site.port}/demo/acme/",
    ]
    running = subprocess.Popen(
        [*command, "--business", "acme", "--mode", "crawl"], cwd=ROOT, env={**os.environ, **environment, **demo(site)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    ends = time.monotonic() + 60
    held = (
        "SELECT (SELECT count(*) FROM kb_chunks c WHERE c.document_id = d.id) AS chunks FROM kb_source_documents d "
        "WHERE source_uri LIKE '%/demo/acme/p%' AND deleted_at IS NULL"
    )
    while not rows(environment["DATABASE_URL"], held) and time.monotonic() < ends and running.poll() is None:
        time.sleep(0.05)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert running.returncode == 130, err
    assert "Stopped. What was read until then stays: " in out
    assert "Traceback" not in err
    assert "reading: " in err, "plain lines where there is no terminal"
    [job] = rows(
        environment["DATABASE_URL"],
        "SELECT id, status, stats, errors FROM kb_ingestion_jobs ORDER BY created_at DESC LIMIT 1",
    )
    assert job["status"] == "failed"
    assert json.loads(job["errors"])[-1]["code"] == "cancelled"
    whole = rows(environment["DATABASE_URL"], held)
    assert whole
    assert all(row["chunks"] for row in whole)
