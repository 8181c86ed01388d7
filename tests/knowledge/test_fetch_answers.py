"""What a real server on loopback can do to a reader: drip, bomb, lie about types, answer 304, ask to come back later."""

import gzip
import http.server
import threading
import time
import zlib

import pytest

from firstline.knowledge.fetch import Refused, fetch
from firstline.knowledge.model import UnreadableDocument

MEGABYTE = 1 << 20


class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.path.strip("/").split("?")[0]
        getattr(self, f"get_{name}", lambda: self.say(404))()

    def say(self, status=200, body=b"", **headers):
        self.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def get_page(self):
        if self.headers.get("If-None-Match") == '"1"' or self.headers.get("If-Modified-Since"):
            self.say(304)
        else:
            self.say(
                body=b"<p>hi</p>", Content_Type="text/html", ETag='"1"', Last_Modified="Mon, 02 Nov 2026 10:00:00 GMT"
            )

    def get_gzip(self):
        self.say(body=gzip.compress(b"<p>packed</p>"), Content_Encoding="gzip", Content_Type="text/html")

    def get_deflate(self):
        self.say(body=zlib.compress(b"<p>packed</p>"), Content_Encoding="deflate", Content_Type="text/html")

    def get_rawdeflate(self):
        packed = zlib.compress(b"<p>packed</p>")[2:-4]
        self.say(body=packed, Content_Encoding="deflate", Content_Type="text/html")

    def get_bomb(self):
        body = gzip.compress(b"\0" * (64 * MEGABYTE))
        self.say(body=body, Content_Encoding="gzip", Content_Type="text/html")

    def get_nozip(self):
        self.say(body=b"plain", Content_Encoding="gzip", Content_Type="text/html")

    def get_brotli(self):
        self.say(body=b"plain", Content_Encoding="br", Content_Type="text/html")

    def get_picture(self):
        self.say(body=b"\x89PNG", Content_Type="image/png")

    def get_private(self):
        self.say(403)

    def get_busy(self):
        self.say(429, Retry_After="7")

    def get_moved(self):
        self.say(301, Location="/page")

    def get_drip(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        for _ in range(100):
            try:
                self.wfile.write(b".")
                self.wfile.flush()
            except OSError:
                return
            if self.server.over.wait(0.05):
                return

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers) as httpd:
        httpd.over = threading.Event()
        httpd.daemon_threads = True
        thread = threading.Thread(target=httpd.serve_forever, daemon=True)
        thread.start()
        yield httpd
        httpd.over.set()
        httpd.shutdown()


@pytest.fixture
def get(server):
    async def loopback(host, port):
        return ["127.0.0.1"]

    port = server.server_address[1]

    async def _get(path, **more):
        terms = {"resolver": loopback, "allowed": lambda ip: ip == "127.0.0.1", "ports": frozenset({port}), **more}
        return await fetch(f"http://acme.example:{port}/{path}", **terms)

    return _get


async def test_the_real_guard_refuses_a_server_on_loopback(server, get):
    port = server.server_address[1]
    for url in (f"http://127.0.0.1:{port}/page", f"http://localhost:{port}/page", f"http://acme.example:{port}/page"):
        with pytest.raises(UnreadableDocument) as caught:
            await fetch(url)
        assert caught.value.code == "unsafe_url"
    from firstline.kit.urlguard import is_public

    with pytest.raises(UnreadableDocument) as caught:  # the port allowed: the resolved address is refused
        await get("page", allowed=is_public)
    assert caught.value.code == "unsafe_url"


async def test_a_page_known_by_etag_or_date_is_not_sent_again(get):
    first = await get("page")
    assert (first.etag, first.last_modified) == ('"1"', "Mon, 02 Nov 2026 10:00:00 GMT")
    assert (await get("page", etag=first.etag)).not_modified
    assert (await get("page", last_modified=first.last_modified)).not_modified
    assert not (await get("page", etag='"2"')).not_modified


@pytest.mark.parametrize("path", ["gzip", "deflate", "rawdeflate"])
async def test_packed_pages_are_unpacked(get, path):
    assert (await get(path)).data == b"<p>packed</p>"


async def test_a_bomb_is_stopped_at_the_limit(get):
    with pytest.raises(UnreadableDocument) as caught:
        await get("bomb")
    assert caught.value.code == "page_too_large"


@pytest.mark.parametrize("path", ["nozip", "brotli"])
async def test_what_cannot_be_unpacked_is_unreachable(get, path):
    with pytest.raises(UnreadableDocument) as caught:
        await get(path)
    assert caught.value.code == "unreachable"


async def test_a_server_that_drips_is_left(get):
    began = time.monotonic()
    with pytest.raises(UnreadableDocument) as caught:
        await get("drip", seconds=0.3)
    assert caught.value.code == "too_slow"
    assert time.monotonic() - began < 3


async def test_answers_other_than_the_page_say_what_they_are(get):
    for path, code, status in (
        ("gone", "not_found", 404),
        ("private", "needs_sign_in", 403),
        ("busy", "too_busy", 429),
    ):
        with pytest.raises(Refused) as caught:
            await get(path)
        assert (caught.value.code, caught.value.status) == (code, status)
        assert str(status) in caught.value.sentence
    assert caught.value.retry_after == "7"


async def test_what_is_not_wanted_is_not_downloaded(get):
    with pytest.raises(UnreadableDocument) as caught:
        await get("picture", wanted=lambda kind: "html" in kind)
    assert caught.value.code == "not_text"


async def test_redirects_are_followed_or_told(get):
    assert (await get("moved")).data == b"<p>hi</p>"
    told = await get("moved", follow=False)
    assert told.moved_to.endswith("/page")
    assert not told.data


async def test_a_name_that_turns_inside_between_two_hops_is_refused(get):
    answers = [["127.0.0.1"], ["10.0.0.1"]]

    async def rebinding(host, port):
        return answers.pop(0)

    with pytest.raises(UnreadableDocument) as caught:
        await get("moved", resolver=rebinding)
    assert caught.value.code == "unsafe_url"
