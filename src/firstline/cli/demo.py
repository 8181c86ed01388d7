"""`firstline demo`: everything on one machine, with Acme Plumbing of Madison, WI. Ctrl-C stops it; a second run keeps the data."""

import ctypes
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click
import httpx

from firstline.cli.database import run
from firstline.cli.ports import check_port
from firstline.cli.seeding import seed
from firstline.ground.embedded import EmbeddedServer, check_folder, start_or_join
from firstline.ground.errors import StartupError
from firstline.ground.migrate import migrate
from firstline.ground.settings import Settings, read_settings

__all__ = ["demo"]

RESTART_SECONDS = 1.0
READY_SECONDS = 60.0


@click.command()
@click.option("--port", type=int, default=None, help="Port of the web process (8080).")
@click.option("--data", type=click.Path(file_okay=False), default=None, help="Data folder (./data).")
def demo(port: int | None, data: str | None) -> None:
    """Run the whole product with an example business."""
    settings = read_settings(FIRSTLINE_PORT=port, FIRSTLINE_DATA=data, FIRSTLINE_DEMO="1")
    examples = Path(os.environ.get("FIRSTLINE_EXAMPLES", "examples")).absolute()
    if not (examples / "acme-plumbing" / "business.json").is_file():
        raise StartupError(
            "examples", f"{examples}: the example businesses are not there; run this from the project's folder."
        )
    check_port(settings.web.host, settings.web.port)
    check_folder(settings.data)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # also when a shell started us in the background
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    try:
        _run(settings, examples)
    except KeyboardInterrupt:
        click.echo("\nStopped. The data stay in " + str(settings.data))


def _run(settings: Settings, examples: Path) -> None:
    server = None if settings.database.url else start_or_join(settings.data)
    url = server.url if server else settings.database.url
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        migrate(settings.database.migration_url or url)
        password = _password(settings.data)
        run(seed(settings, url, examples, password, click.echo))
        environment = _environment(settings, url, examples)
        children |= {name: _spawn(name, environment) for name in ("serve", "worker")}
        _wait_ready(settings, children["serve"])
        _tell(settings, password)
        _watch(settings, server, children, environment)
    finally:
        _stop(children)
        if server is not None:
            server.stop()


def _environment(settings: Settings, url: str, examples: Path) -> dict[str, str]:
    """What the processes of the demo are given."""
    given = {
        "DATABASE_URL": url,
        "FIRSTLINE_PORT": str(settings.web.port),
        "FIRSTLINE_HOST": settings.web.host,
        "FIRSTLINE_DATA": str(settings.data),
        "FIRSTLINE_EXAMPLES": str(examples),
        "FIRSTLINE_DEMO": "1",
    }
    if settings.database.migration_url:
        given["FIRSTLINE_MIGRATION_URL"] = settings.database.migration_url
    return {**os.environ, **given}


def _password(data: Path) -> str:
    """The demo's password, made once a data folder."""
    file = data / "demo.json"
    if file.is_file():
        return str(json.loads(file.read_text("utf-8"))["password"])
    password = f"demo-{secrets.token_hex(4)}"
    data.mkdir(parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_text(json.dumps({"password": password}), "utf-8")
    return password


def _spawn(name: str, environment: dict[str, str]) -> subprocess.Popen[bytes]:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None

    def in_child() -> None:
        os.setpgid(0, 0)  # Ctrl-C is ours to pass on, in order
        if libc is not None:
            libc.prctl(1, signal.SIGTERM)  # when this process is killed, so are they

    command = [sys.executable, "-m", "firstline.cli", name]
    return subprocess.Popen(command, env=environment, preexec_fn=in_child)  # noqa: S603, PLW1509


def _wait_ready(settings: Settings, web: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    address = f"http://{'127.0.0.1' if settings.web.host in ('0.0.0.0', '::') else settings.web.host}:{settings.web.port}/readyz"  # noqa: S104
    while time.monotonic() < deadline:
        if web.poll() is not None:
            raise StartupError(
                "serve", f"the web process ended at once; is port {settings.web.port} free? (make demo PORT=…)"
            )
        try:
            if httpx.get(address, timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise StartupError("serve", "the web process did not become ready")


def _tell(settings: Settings, password: str) -> None:
    base = settings.web.public_url
    click.echo(
        f"\n  Acme Plumbing's website   {base}/demo/acme-plumbing/\n"
        f"  Its hosted chat page      {base}/c/acme-plumbing\n"
        f"  The console               {base}/console\n"
        f"  Sign in as                sarah@acme-plumbing.example  {password}\n\n"
        f"  Ctrl-C stops everything."
    )
    sys.stdout.flush()


def _watch(
    settings: Settings, server: EmbeddedServer | None, children: dict[str, Any], environment: dict[str, str]
) -> None:
    """Starts a process that died again; whatever it was doing is taken up."""
    while True:
        time.sleep(RESTART_SECONDS)
        if server is not None and server.process is not None and server.process.poll() is not None:
            click.echo("  the database ended; starting it again", err=True)
            server.process = start_or_join(settings.data).process
        for name, process in children.items():
            if process.poll() is not None:
                click.echo(f"  {name} ended ({process.returncode}); starting it again", err=True)
                children[name] = _spawn(name, environment)


def _stop(children: dict[str, Any]) -> None:
    for process in children.values():
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
    for process in children.values():
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
