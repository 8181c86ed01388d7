"""A document is read in a process of its own, within its time and memory, and its end is nobody else's."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest
from tests.knowledge.parsing import made

from firstline.knowledge.model import UnreadableDocument
from firstline.knowledge.parse import parse
from firstline.knowledge.parsing.pool import ParsingPool

PAGE = b"<html><body><main><h1>Hours</h1><p>We open at 8.</p></main></body></html>"
MB = 1 << 20


@pytest.fixture
async def pool():
    pool = ParsingPool(1)
    yield pool
    await pool.close()


def children() -> list[psutil.Process]:
    return [p for p in psutil.Process().children() if any("parsing.child" in part for part in _command(p))]


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


async def until(condition) -> None:
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never happened")


async def test_the_pool_reads_what_parse_reads(pool):
    for data, name in ((PAGE, "a.html"), (made.plain_pdf(), "a.pdf"), (b"question,answer\nOpen?,Yes\n", "a.csv")):
        assert await pool.parse(data, name, "Told") == parse(data, name, "Told")
    assert pool.peak_bytes < 200 * MB


async def test_short_plain_files_need_no_process(pool):
    assert (await pool.parse(b"# Hours\n\nWe open at 8.", "a.md")).title == "Hours"
    assert children() == []


async def test_one_process_reads_document_after_document(pool):
    await pool.parse(PAGE, "a.html")
    first = [p.pid for p in children()]
    await pool.parse(PAGE, "b.html")
    assert [p.pid for p in children()] == first


async def test_a_process_is_replaced_after_its_documents():
    pool = ParsingPool(1, documents=2)
    await pool.parse(PAGE, "a.html")
    (first,) = children()
    await pool.parse(PAGE, "a.html")
    assert children() == []
    await pool.parse(PAGE, "a.html")
    assert children() != [first]
    await pool.close()


async def test_what_takes_too_long_fails_and_the_next_document_is_read():
    pool = ParsingPool(1, seconds=1.0)
    started = time.monotonic()
    with pytest.raises(UnreadableDocument) as caught:
        await pool.parse(made.long_pdf(60), "long.pdf")
    assert caught.value.code == "took_too_long"
    assert time.monotonic() - started < 10
    assert (await pool.parse(PAGE, "a.html")).title == "Hours"
    await pool.close()


async def test_what_needs_too_much_memory_fails_and_the_next_document_is_read():
    pool = ParsingPool(1, memory_bytes=200 * MB)
    await pool.parse(PAGE, "a.html")
    paragraphs = b"<w:p><w:r><w:t>x</w:t></w:r></w:p>" * 2_000_000  # 68 MB, a hundred times as much once it is a tree
    hog = made.word_of(paragraphs)
    assert len(hog) < MB
    with pytest.raises(UnreadableDocument) as caught:
        await pool.parse(hog, "hog.docx")
    assert caught.value.code == "too_much_memory"
    assert (await pool.parse(PAGE, "a.html")).title == "Hours"
    await pool.close()


@pytest.mark.parametrize("with_signal", [signal.SIGSEGV, signal.SIGABRT])
async def test_a_crash_fails_its_own_document_only(pool, with_signal):
    reading = asyncio.create_task(pool.parse(made.long_pdf(60), "long.pdf"))
    await until(children)
    await asyncio.sleep(0)
    os.kill(children()[0].pid, with_signal)
    with pytest.raises(UnreadableDocument) as caught:
        await reading
    assert caught.value.code == "crashed"
    assert (await pool.parse(PAGE, "a.html")).title == "Hours"


async def test_a_process_that_dies_while_idle_is_not_noticed(pool):
    await pool.parse(PAGE, "a.html")
    children()[0].kill()
    await until(lambda: not children())
    assert (await pool.parse(PAGE, "a.html")).title == "Hours"


async def test_a_crash_in_a_used_process_is_tried_once_more_in_a_new_one(pool):
    await pool.parse(PAGE, "a.html")
    (used,) = children()
    reading = asyncio.create_task(pool.parse(made.long_pdf(8), "long.pdf"))
    await until(lambda: used.cpu_times().user > 0 and pool._busy)
    used.kill()
    assert (await reading).metadata["pages"] == 8


async def test_a_cancelled_document_frees_its_place(pool):
    reading = asyncio.create_task(pool.parse(made.long_pdf(60), "long.pdf"))
    await until(children)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert children() == []
    assert (await pool.parse(PAGE, "a.html")).title == "Hours"


async def test_more_documents_than_processes_wait_in_turn(pool):
    found = await asyncio.gather(*(pool.parse(PAGE, f"{n}.html", f"Page {n}") for n in range(8)))
    assert [parsed.title for parsed in found] == [f"Page {n}" for n in range(8)]
    assert len(children()) == 1


async def test_the_process_knows_no_secrets(pool, monkeypatch):
    monkeypatch.setenv("FIRSTLINE_SECRET", "hush")
    await pool.parse(PAGE, "a.html")
    assert "FIRSTLINE_SECRET" not in children()[0].environ()


async def test_closing_leaves_no_process(pool):
    await pool.parse(PAGE, "a.html")
    await pool.close()
    assert children() == []
    with pytest.raises(RuntimeError):
        await pool.parse(PAGE, "a.html")


PARENT = """
import asyncio, sys
from firstline.knowledge.parsing.pool import ParsingPool
async def main():
    pool = ParsingPool(1)
    await pool.parse(b"<html><body><h1>A</h1><p>b</p></body></html>", "a.html")
    reading = asyncio.create_task(pool.parse(sys.stdin.buffer.read(), "long.pdf"))
    await asyncio.sleep(0.2)
    print("reading", flush=True)
    await reading
asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere it ends with its document")
async def test_a_process_ends_with_its_parent():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    parent.stdin.write(made.long_pdf(60))
    parent.stdin.close()
    assert parent.stdout.readline() == b"reading\n"
    (child,) = psutil.Process(parent.pid).children()
    parent.kill()
    parent.wait()
    await until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


@pytest.mark.slow
async def test_three_hundred_pages_take_less_than_half_a_gigabyte(pool):
    parsed = await pool.parse(made.long_pdf(300), "long.pdf")
    assert parsed.metadata["pages"] == 300
    assert "| Task 300-8 | $85 | 8 |" in parsed.markdown
    assert pool.peak_bytes < 500 * MB
