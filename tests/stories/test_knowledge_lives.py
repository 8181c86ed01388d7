"""Knowledge in the running product: a site is crawled and followed, files that nobody can read are told, labels hold in the chat.

The worker is killed in the middle of a large upload first; the other stories are told while its lease runs out.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
from tests.knowledge.broken import broken_files
from tests.stories.world import ROOT, World, in_thread

from firstline.ground.db import create_pool
from firstline.ground.tenant import Door
from firstline.tenancy.creating import create_business
from firstline.tenancy.keys import create_key

SENTENCES = 160


@dataclass(slots=True)
class Owner:
    """A business's owner at the admin API, and a customer at its chat."""

    world: World
    business_id: str
    key: str

    def call(self, method: str, path: str, **more: Any) -> httpx.Response:
        return httpx.request(
            method, f"{self.world.url}/api/v1/{path}", headers={"Authorization": f"Bearer {self.key}"}, timeout=30,
            trust_env=False, **more,
        )  # fmt: skip

    def do(self, method: str, path: str, **more: Any) -> Any:
        answer = self.call(method, path, **more)
        assert answer.is_success, f"{answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def job(self, job_id: str) -> Any:
        return self.do("GET", f"kb/jobs/{job_id}")

    def ended(self, job_id: str, seconds: float = 40) -> Any:
        """The job when it has ended."""
        ends = time.monotonic() + seconds
        while (job := self.job(job_id))["status"] in ("pending", "running"):
            assert time.monotonic() < ends, job
            time.sleep(0.1)
        return job

    def documents(self) -> dict[str, Any]:
        found = self.do("GET", "kb/documents", params={"limit": 100})["items"]
        return {row["source_uri"]: row for row in found}

    def asked(self, text: str) -> str:
        """What a new customer is answered."""
        body = {"business_id": self.business_id, "conversation_id": None, "message": text}
        answer = httpx.post(f"{self.world.url}/chat/message", json=body, timeout=30, trust_env=False)
        assert answer.status_code == 200, answer.text
        return " ".join(reply["text"] for reply in answer.json()["replies"])


@dataclass(slots=True)
class Town:
    """The world and a way to found a business in it."""

    world: World
    website: Path

    def owner(self, slug: str) -> Owner:
        async def make() -> tuple[str, str]:
            pool = await create_pool(self.world.database, least=1, most=2)
            try:
                door = Door(pool)
                business = await create_business(door, name="Acme", slug=slug, timezone="America/Chicago")
                async with door.transaction(business.id) as tx:
                    return str(business.id), await create_key(tx, "stories")
            finally:
                await pool.close()

        return Owner(self.world, *in_thread(make))

    def rows(self, sql: str, *args: Any) -> list[Any]:
        async def read() -> list[Any]:
            conn = await asyncpg.connect(self.world.database)
            try:
                return list(await conn.fetch(sql, *args))
            finally:
                await conn.close()

        return list(in_thread(read))


@pytest.fixture(scope="module")
def town(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """The web process and the worker of a demo whose website a test may change; no business yet."""
    examples = tmp_path_factory.mktemp("examples")
    shutil.copytree(ROOT / "examples" / "acme-plumbing", examples / "acme-plumbing")
    settings = {"FIRSTLINE_EXAMPLES": str(examples), "FIRSTLINE_EMBEDDER": "bundled"}
    world = World(database_url, tmp_path_factory.mktemp("town"), "", "", settings)
    yield Town(world.start("serve", "worker"), examples / "acme-plumbing" / "website")
    world.stop()


@dataclass(slots=True)
class Upload:
    """What was uploaded by whom, under which job."""

    owner: Owner
    job_id: str


def long_text(name: str) -> str:
    """Sentences that are each told once."""
    words = ("boiler", "valve", "copper", "county", "permit", "ladder", "filter", "gasket")
    told = [f"Note {name} {n} speaks of the {words[n % 8]} in house number {n * 7 + 3}." for n in range(SENTENCES)]
    return f"# {name}\n\n" + "\n\n".join(" ".join(told[at : at + 4]) for at in range(0, SENTENCES, 4))


@pytest.fixture(scope="module", autouse=True)
def interrupted(town: Town) -> Upload:
    """Good files and every broken one in one job; the worker dies by kill -9 while it reads, and another is started."""
    owner = town.owner("broken")
    good = [(f"notes-{letter}.md", long_text(letter).encode()) for letter in "abc"]
    sent = [*good, *((name, data) for name, data, _ in broken_files())]
    job = owner.do("POST", "kb/jobs", files=[("files", one) for one in sent])
    ends = time.monotonic() + 40
    while not town.rows("SELECT count(*) AS n FROM kb_chunks")[0]["n"] >= 20:
        assert time.monotonic() < ends, owner.job(job["id"])
        time.sleep(0.02)
    town.world.kill("worker")
    stopped = owner.job(job["id"])
    assert stopped["status"] == "running"
    assert stopped["progress"]["done"] < len(sent)
    town.world.start("worker")
    return Upload(owner, job["id"])


def test_a_site_is_crawled_answers_from_it_and_follows_its_changes(town: Town) -> None:
    owner = town.owner("crawled")
    address = f"{town.world.url}/demo/acme-plumbing/"
    source = owner.do(
        "POST", "kb/sources", json={"kind": "url", "uri": address, "config": {"mode": "crawl", "rate_per_second": 10}}
    )
    first = owner.ended(source["last_job"]["id"])
    assert (first["status"], first["errors"]) == ("completed", [])
    before = owner.documents()
    assert set(before) == {
        address,
        *(f"{address}{p.name}" for p in town.website.glob("*.html") if p.name != "index.html"),
    }
    assert "$45" in owner.asked("What is the late cancellation fee?")

    pricing = town.website / "pricing.html"
    pricing.write_text(pricing.read_text("utf-8").replace("$45 late cancellation", "$55 late cancellation"), "utf-8")
    (town.website / "espanol.html").unlink()
    again = owner.ended(owner.do("POST", f"kb/sources/{source['id']}/refresh")["id"])
    assert again["status"] == "completed", again
    assert (again["progress"]["unchanged"], again["progress"]["removed"]) == (len(before) - 2, 1)
    after = owner.documents()
    assert set(before) - set(after) == {f"{address}espanol.html"}
    assert after[f"{address}pricing.html"]["updated_at"] > before[f"{address}pricing.html"]["updated_at"]
    answer = owner.asked("What is the late cancellation fee?")
    assert "$55" in answer
    assert "$45" not in answer


def test_an_address_of_this_machine_that_is_not_the_demos_is_refused(town: Town) -> None:
    owner = town.owner("curious")
    for address in (f"{town.world.url}/metrics", "http://127.0.0.1:5432/", "http://169.254.169.254/latest/"):
        for path, body in (
            ("kb/sources", {"kind": "url", "uri": address}),
            ("kb/jobs", {"source": "url", "url": address}),
            ("business/profile-import", {"url": address}),
        ):
            refused = owner.call("POST", path, json=body)
            assert (refused.status_code, "private network" in refused.text) == (422, True), refused.text
    assert owner.documents() == {}


def test_what_is_for_the_team_only_never_reaches_a_customer(town: Town) -> None:
    owner = town.owner("discreet")
    secret = {
        "external_id": "van",
        "title": "Van",
        "markdown": "The spare key of the van hangs behind the blue cupboard.",
    }
    question = "Where does the spare key of the van hang?"
    made = owner.do("POST", "kb/documents", json={**secret, "visibility": "internal"})
    faq = {
        "question": "Who signs for the fuel card?",
        "answer": "Marigold signs for the fuel card.",
        "visibility": "internal",
    }
    owner.do("POST", "kb/faqs", json=faq)
    assert "cupboard" not in owner.asked(question)
    assert "Marigold" not in owner.asked(faq["question"])
    found = owner.do("POST", "kb/search", json={"query": question, "visibility": "internal"})["items"]
    assert "cupboard" in found[0]["text"]

    path = f"kb/documents/{made['document_id']}"
    owner.do("PATCH", path, json={"visibility": "public"})
    assert "cupboard" in owner.asked(question)
    owner.do("PATCH", path, json={"visibility": "internal"})
    assert "cupboard" not in owner.asked(question)


def test_a_deleted_document_is_gone_from_the_very_next_answer_and_comes_back(town: Town) -> None:
    owner = town.owner("forgetful")
    page = {
        "external_id": "towers",
        "title": "Rental",
        "markdown": "We rent scaffolding towers to neighbors on weekends.",
    }
    made = owner.do("POST", "kb/documents", json=page)
    question = "Do you rent scaffolding towers?"
    for _ in range(2):
        assert "weekends" in owner.asked(question)
        owner.do("DELETE", f"kb/documents/{made['document_id']}")
        assert "weekends" not in owner.asked(question)
        owner.do("POST", f"kb/documents/{made['document_id']}/restore")
    assert "weekends" in owner.asked(question)


def test_the_job_of_the_killed_worker_ends_whole_with_a_reason_for_each_broken_file(
    town: Town, interrupted: Upload
) -> None:
    owner = interrupted.owner
    job = owner.ended(interrupted.job_id, 75)
    assert job["status"] == "completed"
    said = {error["uri"].removeprefix("upload:"): error for error in job["errors"]}
    expected = {name: codes for name, _, codes in broken_files()}
    assert set(said) == set(expected)
    assert {name: error["code"] for name, error in said.items() if error["code"] not in expected[name]} == {}
    assert all(error["message"].endswith(".") for error in said.values())
    assert (job["stats"]["documents"], job["stats"]["errors"]) == (3, len(expected))

    rows = town.rows(
        "SELECT d.title, c.ordinal, c.text, (SELECT count(*) FROM kb_embeddings e WHERE e.chunk_id = c.id AND e.part = 0) "
        "AS vectors FROM kb_chunks c JOIN kb_source_documents d ON d.id = c.document_id WHERE c.business_id = $1::uuid",
        owner.business_id,
    )
    assert all(row["vectors"] == 1 for row in rows)
    for letter in "abc":
        mine = [row for row in rows if f"Note {letter} " in row["text"]]
        assert sorted(row["ordinal"] for row in mine) == list(range(len(mine)))
        assert len({row["text"] for row in mine}) == len(mine)
        text = " ".join(row["text"] for row in mine)
        assert [n for n in range(SENTENCES) if f"Note {letter} {n} speaks" not in text] == []
    found = owner.do("POST", "kb/search", json={"query": "Note b 77 gasket house number 542"})["items"]
    assert "Note b 77 speaks" in found[0]["text"]
