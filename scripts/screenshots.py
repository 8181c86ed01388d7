"""The pictures of the README, made of the running product (what `make screenshots` runs): docs/img/*.png.

Everything is real: a fresh embedded database in a temporary folder, the demo's businesses, the web process and the
worker, a few conversations had through the chat API, Chromium. Nothing is staged but what the customers say.
"""

from __future__ import annotations

import io
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "img"
LIMIT = 300_000  # bytes a picture: a README must open quickly
COLOURS = 256
SLUG = "acme-plumbing"
READY_SECONDS = 120
FLAGS = [
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-quic", "--no-first-run",
    "--disable-dev-shm-usage", "--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]  # fmt: skip
QUOTE = "How much to install a 50-gallon gas water heater in Madison?"
# What others said before the pictures are taken; each line is one message.
EARLIER = (
    ("¿A qué hora abren los sábados?", "Gracias, muy amable."),
    ("Do you come out to Middleton?", "Great. What does it cost to unclog a kitchen sink?", "Thanks, that helps."),
    (QUOTE, "Marcus Hill, 608-555-0163", "Thanks, that helps."),
    ("How much is a tankless water heater?", "yes please", "Priya Shah, priya.shah@example.com"),
    ("Is the Viessmann Vitodens firmware compatible with Home Assistant?", "yes please", "Tom Becker, 608-555-0131"),
)
COMPLAINT = (
    "I'm really upset, the tech left a mess and didn't fix the problem.",
    "Dana Reyes, 608-555-0187",
)


def main() -> int:
    """Takes all pictures; 0 when each is within its limit."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with demo() as (base, password), sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        for said in (*EARLIER, COMPLAINT):
            converse(base, said)
        widget(browser, base)
        phone(browser, base)
        console(browser, base, password)
        browser.close()
    return 0


@contextmanager
def demo() -> Iterator[tuple[str, str]]:
    """`firstline demo` in a folder of its own; (address, password of its people)."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="fl-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        command = [sys.executable, "-m", "firstline.cli", "demo", "--port", str(port), "--data", f"{folder}/data"]
        said = Path(folder) / "said.txt"
        with said.open("wb") as out:
            process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
        try:
            yield f"http://127.0.0.1:{port}", told(process, said)
        finally:
            process.terminate()
            process.wait(30)


def told(process: subprocess.Popen[bytes], said: Path) -> str:
    """The password, once the demo prints it: then everything runs."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if found := re.search(r"Sign in as\s+\S+\s+(\S+)", said.read_text("utf-8")):
            return found.group(1)
        time.sleep(0.2)
    raise SystemExit(f"the demo did not start:\n{said.read_text('utf-8')}")


def converse(base: str, lines: tuple[str, ...]) -> None:
    """One visitor's conversation through the chat API."""
    with httpx.Client(base_url=base, timeout=60, trust_env=False) as http:
        session = http.post("/chat/session", json={"business": SLUG}).raise_for_status().json()
        headers, conversation_id = {"Authorization": f"Bearer {session['session_token']}"}, None
        for line in lines:
            body = {"conversation_id": conversation_id, "message": line, "client_message_id": secrets.token_hex(8)}
            answer = http.post("/chat/message", json=body, headers=headers).raise_for_status().json()
            conversation_id = answer["conversation_id"]


def widget(browser: Browser, base: str) -> None:
    """The plumber's own website with the chat open on it."""
    page = opened(browser, 1280, 800)
    page.goto(f"{base}/demo/{SLUG}/")
    page.wait_for_function("() => window.Firstline")
    with page.expect_event("framenavigated", lambda frame: f"/c/{SLUG}" in frame.url) as came:
        page.evaluate("Firstline.open()")
    frame = came.value
    frame.wait_for_selector("textarea")
    frame.fill("textarea", QUOTE)
    frame.press("textarea", "Enter")
    expect(frame.locator(".msg.ai.complete")).to_have_count(1)
    keep(page, "widget")


def phone(browser: Browser, base: str) -> None:
    """The hosted page on a phone, in Spanish, dark."""
    page = opened(browser, 390, 844, scale=2, locale="es-MX", color_scheme="dark")
    page.goto(f"{base}/c/{SLUG}")
    page.fill("textarea", "¿A qué hora abren los sábados?")
    page.keyboard.press("Enter")
    expect(page.locator(".msg.ai.complete")).to_have_count(1)
    keep(page, "chat-phone")


def console(browser: Browser, base: str, password: str) -> None:
    """The start page, the inbox with the complaint open, the knowledge."""
    page = opened(browser, 1440, 900)
    page.goto(f"{base}/console")
    page.fill("#email", f"sarah@{SLUG}.example")
    page.fill("#password", password)
    page.click("button[type=submit]")
    page.wait_for_url(re.compile("/console/?$"))
    keep(page, "console-home")
    page.goto(f"{base}/console/inbox")
    page.locator("a.row", has_text="Dana Reyes").first.click()
    expect(page.locator(".pane-thread .msg.customer").first).to_be_visible()
    page.reload()  # without the notice of who came to wait while the list was loading
    expect(page.locator(".pane-context")).to_contain_text("mess")
    keep(page, "console")
    page.goto(f"{base}/console/knowledge")
    page.fill("#site-uri", f"{base}/demo/{SLUG}/")
    page.keyboard.press("Enter")
    expect(page.locator(".source", has_text=SLUG)).to_contain_text("new or changed", timeout=READY_SECONDS * 1000)
    page.reload()  # without the notice that it was read
    expect(page.locator(".proposal")).to_be_visible()
    page.set_viewport_size({"width": 1440, "height": 1120})  # down to the source itself
    keep(page, "console-knowledge")


def opened(browser: Browser, width: int, height: int, scale: int = 1, **more: str) -> Page:
    """A page of a fresh context, without motion."""
    options = {"locale": "en-US", "timezone_id": "America/Chicago", "color_scheme": "light", **more}
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=scale, reduced_motion="reduce", **options
    )
    context.set_default_timeout(20_000)
    return context.new_page()


def keep(page: Page, name: str) -> None:
    """The picture as PNG with a palette. Raises SystemExit when it is over the limit."""
    page.wait_for_load_state("load")
    page.evaluate("document.fonts.ready")
    shot = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    path = PICTURES / f"{name}.png"
    shot.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    print(f"  {size:>8,}  {path.relative_to(ROOT)}")
    if size > LIMIT:
        raise SystemExit(f"{path.name} is over {LIMIT:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
