"""The process that reads files of strangers: `python -m firstline.knowledge.parsing.child`, started by parsing/pool.py.

It has no secrets (its environment is emptied by the pool), a memory limit, and a timer that kills it when a document
takes too long, whatever the parser does. It ends with its parent. One request is a head (REQUEST), then name, title and
data; one reply is its length, then JSON.
"""

import os
import signal
import struct
import sys
from typing import Any, BinaryIO

import orjson

from firstline.knowledge.limits import unreadable
from firstline.knowledge.model import UnreadableDocument
from firstline.knowledge.parsing.document import parse

__all__ = ["REPLY", "REQUEST"]

REQUEST = struct.Struct(">IIId")  # bytes of name, of title, of data; seconds
REPLY = struct.Struct(">I")
PR_SET_PDEATHSIG = 1  # of Linux' prctl
EXPENDABLE = "800"  # of 1000: when the machine itself is out of memory, this process goes first


def main(memory_bytes: int) -> None:
    """Serves requests until its input ends."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no reply
    _confine(memory_bytes)
    requests = sys.stdin.buffer
    while head := requests.read(REQUEST.size):
        if len(head) < REQUEST.size:
            return
        name_size, title_size, size, seconds = REQUEST.unpack(head)
        name, title = requests.read(name_size).decode(), requests.read(title_size).decode()
        data = requests.read(size)
        if len(data) < size:
            return
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01))
        reply = _reply(data, name, title)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _send(replies, reply)
        del data, reply


def _reply(data: bytes, name: str, title: str) -> bytes:
    try:
        return orjson.dumps({"parsed": parse(data, name, title), "peak": _peak()})
    except UnreadableDocument as told:
        why = told
    except MemoryError:
        why = unreadable("too_much_memory")
    except Exception:  # noqa: BLE001 - the edge of the process: one document's failure is one reply
        why = unreadable("broken")
    return orjson.dumps({"code": why.code, "sentence": why.sentence, "peak": _peak()})


def _send(replies: BinaryIO, reply: bytes) -> None:
    replies.write(REPLY.pack(len(reply)) + reply)
    replies.flush()


def _peak() -> int:
    """The most memory this process has held, in bytes."""
    try:
        with open("/proc/self/status") as told:  # noqa: PTH123
            return next(int(line.split()[1]) * 1024 for line in told if line.startswith("VmHWM:"))
    except (
        OSError,
        StopIteration,
        ValueError,
    ):  # no Linux; what follows counts what the parent held when it started us
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _confine(memory_bytes: int) -> None:
    """Limits, as far as this system knows them (macOS takes the calls and enforces little)."""
    import resource

    signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends the process, even inside a library's endless loop
    for limit, value in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_DATA, memory_bytes)):
        try:
            resource.setrlimit(limit, (value, value))
        except (OSError, ValueError):
            continue
    if sys.platform == "linux":
        import ctypes

        parent = os.getppid()
        prctl: Any = ctypes.CDLL(None).prctl
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it has just died
            os._exit(0)
        try:
            with open("/proc/self/oom_score_adj", "w") as own:  # noqa: PTH123
                own.write(EXPENDABLE)
        except OSError:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]))
