"""A real website on loopback for the tests of the crawl: pages in a dict, every request noted."""

import functools
import gzip
import hashlib
import http.server
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field

from firstline.knowledge.fetch import fetch


@dataclass
class Page:
    """One address. `validators`: answers 304 to who has it already."""

    body: bytes = b""
    status: int = 200
    headers: dict = field(default_factory=dict)
    validators: bool = True
    packed: bool = False


def html(title, body, *, head="", lang="en"):
    return Page(
        f"<!doctype html><html lang={lang}><head><title>{title}</title>{head}</head><body><main><h1>{title}</h1>"
        f"{body}</main></body></html>".encode(),
        headers={"Content-Type": "text/html; charset=utf-8"},
    )


def moved(where, status=301):
    return Page(status=status, headers={"Location": where})


class Website:
    """`pages` by path with query; a callable is asked with the handler."""

    def __init__(self, port):
        self.port = port
        self.pages = {}
        self.asked = []

    @property
    def url(self):
        return f"http://acme.example:{self.port}"

    def paths(self):
        return [path for path, _, _ in self.asked]

    def fetch(self, **more):
        async def loopback(host, port):
            return ["127.0.0.1"]

        terms = {"resolver": loopback, "allowed": lambda ip: ip == "127.0.0.1", "ports": frozenset({self.port})}
        return functools.partial(fetch, **{**terms, **more})


@contextmanager
def serving():
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            page = site.pages.get(self.path)
            page = page(self) if callable(page) else page
            status, body, headers = (page.status, page.body, dict(page.headers)) if page else (404, b"no", {})
            if page and page.status == 200 and page.validators:
                etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
                headers.setdefault("ETag", etag)
                if self.headers.get("If-None-Match") == headers["ETag"]:
                    status, body = 304, b""
            site.asked.append((self.path, status, dict(self.headers)))
            if page and page.packed and body:
                body = gzip.compress(body)
                headers["Content-Encoding"] = "gzip"
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        httpd.handle_error = lambda *_: None  # a reader that leaves in the middle of a page is meant
        site = Website(httpd.server_address[1])
        threading.Thread(target=httpd.serve_forever, args=(0.02,), daemon=True).start()
        yield site
        httpd.shutdown()


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self):
        self.now = 0.0
        self.slept = []

    def __call__(self):
        return self.now

    async def sleep(self, seconds):
        self.slept.append(seconds)
        self.now += seconds
