"""Files of strangers are read in processes of their own, each with a time and a memory limit.

A poisoned file (an endless loop, a crash inside a library, a bomb) fails with a reason, and the next document is read.
Memory is watched from here: Python 3.11 may spin for ever where it runs out of memory while it unwinds an error, so the
system's own limit only stands behind. The processes are plain ones started by name, not forks of this one: nothing of its threads and connections is in them.
"""

import asyncio
import contextlib
import os
import signal
import sys
from dataclasses import dataclass

import orjson

from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import Faq, Parsed, UnreadableDocument
from firstline.knowledge.parsing.child import REPLY, REQUEST
from firstline.knowledge.parsing.document import parse as parse_here
from firstline.knowledge.parsing.sniffing import sniff

__all__ = ["ParsingPool"]

PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "TESSDATA_PREFIX", "SYSTEMROOT")
PLAIN = ("text", "markdown", "csv")
GRACE = 2.0  # seconds by which the child's own timer comes first
WATCH_SECONDS = 0.1  # between looks at a busy process' memory
HARD = 1.5  # times the limit: where the system itself refuses memory, should a library take that much between two looks
NEARLY = 0.8  # of the limit: who dies there has died of it
LONGEST_NAME = 1000


@dataclass(slots=True, eq=False)
class _Child:
    process: asyncio.subprocess.Process
    served: int = 0
    most: int = 0  # bytes of private memory, as far as we have seen

    def memory(self) -> int:
        """Its private memory now, in bytes; 0 where the system does not tell."""
        try:
            with open(f"/proc/{self.process.pid}/statm") as told:  # noqa: PTH123
                pages = told.read().split()
            self.most = max(self.most, (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE"))
        except (OSError, ValueError, IndexError):
            return 0
        return self.most

    def kill(self) -> None:
        """Kills it with what it has started."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()

    @property
    def fresh(self) -> bool:
        """It has read nothing yet: what goes wrong is this document's own fault."""
        return self.served == 0

    async def ask(self, data: bytes, name: str, title: str, seconds: float) -> dict[str, object]:
        """Its reply. Raises EOFError or OSError when it has died."""
        writer, reader = self.process.stdin, self.process.stdout
        if writer is None or reader is None:
            raise EOFError
        names = [name[:LONGEST_NAME].encode("utf-8", "replace"), title[:LONGEST_NAME].encode("utf-8", "replace")]
        writer.write(REQUEST.pack(len(names[0]), len(names[1]), len(data), seconds) + names[0] + names[1])
        writer.write(data)
        await writer.drain()
        (size,) = REPLY.unpack(await reader.readexactly(REPLY.size))
        reply: dict[str, object] = orjson.loads(await reader.readexactly(size))
        self.served += 1
        return reply

    async def end(self) -> None:
        """Kills it and waits until it is gone."""
        self.kill()
        await self.process.wait()


class ParsingPool:
    """At most `processes` documents are read at a time, others wait in turn. Belongs to the event loop it is used on.

    Processes start when they are needed; `seconds` of wall time and `memory_bytes` of private memory are a document's.
    """

    def __init__(
        self,
        processes: int | None = None,
        *,
        seconds: float | None = None,
        memory_bytes: int | None = None,
        documents: int | None = None,
    ) -> None:
        told = limits()["pool"]
        self.seconds = float(seconds or told["seconds"])
        self.memory_bytes = int(memory_bytes or told["memory_bytes"])
        self.peak_bytes = 0  # the most memory that a process has told of
        self._documents = int(documents or told["documents"])
        self._plain_bytes = int(told["plain_bytes"])
        self._places = asyncio.Semaphore(processes or int(told["processes"]))
        self._idle: list[_Child] = []
        self._busy: set[_Child] = set()
        self._closed = False

    async def parse(self, data: bytes, name: str = "", title: str = "") -> Parsed:
        """As document.parse. Raises UnreadableDocument, also took_too_long, too_much_memory and crashed."""
        if self._closed:
            raise RuntimeError("the parsing pool is closed")
        if len(data) <= self._plain_bytes and sniff(data, name) in PLAIN:
            return await asyncio.to_thread(parse_here, data, name, title)
        if len(data) > limits()["bytes"]:
            raise unreadable("too_large")
        async with self._places:
            try:
                return await self._read(data, name, title, await self._child())
            except _Poisoned as why:
                if why.fresh or why.error.code == "took_too_long":
                    raise why.error from None
            try:  # perhaps an earlier document had left that process in a bad state
                return await self._read(data, name, title, await self._child(fresh=True))
            except _Poisoned as why:
                raise why.error from None

    async def close(self) -> None:
        """Ends all processes; documents that are being read fail."""
        self._closed = True
        children = [*self._idle, *self._busy]
        self._idle.clear()
        await asyncio.gather(*(child.end() for child in children))

    async def _read(self, data: bytes, name: str, title: str, child: "_Child") -> Parsed:
        fresh, keep = child.fresh, False
        self._busy.add(child)
        watching = asyncio.create_task(self._watch(child))
        try:
            async with asyncio.timeout(self.seconds + GRACE):
                reply = await child.ask(data, name, title, self.seconds)
            peak = int(str(reply.get("peak", 0)))
            self.peak_bytes = max(self.peak_bytes, peak)
            exhausted = reply.get("code") == "too_much_memory"
            keep = child.served < self._documents and peak < self.memory_bytes // 2 and not exhausted
        except TimeoutError:
            raise _Poisoned(unreadable("took_too_long"), fresh) from None
        except (EOFError, OSError, ValueError):
            code = "too_much_memory" if child.most > NEARLY * self.memory_bytes else await _cause(child)
            raise _Poisoned(unreadable(code), fresh) from None
        finally:
            watching.cancel()
            self._busy.discard(child)
            if keep and not self._closed:
                self._idle.append(child)
            else:
                await asyncio.shield(child.end())
        if exhausted and not fresh:
            raise _Poisoned(unreadable("too_much_memory"), fresh)
        return _parsed(reply)

    async def _watch(self, child: _Child) -> None:
        while child.memory() <= self.memory_bytes:
            await asyncio.sleep(WATCH_SECONDS)
        child.kill()

    async def _child(self, *, fresh: bool = False) -> _Child:
        while self._idle and not fresh:
            child = self._idle.pop()
            if child.process.returncode is None:
                return child
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "firstline.knowledge.parsing.child",
            str(int(self.memory_bytes * HARD)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            env={
                **{key: os.environ[key] for key in PASSED_ON if key in os.environ},
                "OMP_NUM_THREADS": "1",
                "OPENBLAS_NUM_THREADS": "1",
            },
        )
        return _Child(process)


class _Poisoned(Exception):
    """The document took its process with it. `fresh`: that process had read nothing before."""

    def __init__(self, error: UnreadableDocument, fresh: bool) -> None:
        super().__init__(error.code)
        self.error = error
        self.fresh = fresh


async def _cause(child: _Child) -> str:
    """Why it died: its timer, the system short of memory, or a fault."""
    try:
        async with asyncio.timeout(GRACE):
            code = await child.process.wait()
    except TimeoutError:
        return "crashed"
    return {-signal.SIGALRM: "took_too_long", -signal.SIGKILL: "too_much_memory"}.get(code, "crashed")


def _parsed(reply: dict[str, object]) -> Parsed:
    if "code" in reply:
        raise UnreadableDocument(str(reply["code"]), str(reply["sentence"]))
    found = reply["parsed"]
    if not isinstance(found, dict):
        raise unreadable("crashed")
    faqs = tuple(Faq(f["question"], f["answer"], f["language"], tuple(f["tags"])) for f in found["faqs"])
    return Parsed(found["title"], found["markdown"], found["source_type"], faqs, found["metadata"])
