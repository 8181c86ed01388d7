"""Nothing inside the house can be fetched, by name, by address, by redirect."""

import httpx
import pytest

from firstline.kit.urlguard import UnsafeUrl, check_url, is_public
from firstline.knowledge.fetch import fetch
from firstline.knowledge.model import UnreadableDocument

PUBLIC = "93.184.216.34"


async def public(host, port):
    return [PUBLIC]


def serving(*answers):
    calls = []
    left = list(answers)

    def handle(request):
        calls.append(request)
        answer = left.pop(0)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))

    return httpx.MockTransport(handle), calls


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com/", "file:///etc/passwd", "http://localhost/", "http://127.0.0.1/", "http://10.0.0.8/", "http://[::1]/",
        "http://169.254.169.254/latest", "http://user:pw@example.com/", "http://example.com:22/", "http://2130706433/",
        "http://0x7f000001/", "http://[::ffff:10.0.0.1]/", "http://metadata.google.internal/", "http://exa mple.com/", "http:///x",
    ],
)  # fmt: skip
def test_unsafe_addresses_are_refused_before_a_name_is_resolved(url):
    with pytest.raises(UnsafeUrl):
        check_url(url)


@pytest.mark.parametrize(
    "address", ["64:ff9b::a00:1", "2002:a00:1::", "fc00::1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "x"]
)
def test_addresses_that_lead_inside_are_not_public(address):
    assert not is_public(address)
    assert is_public(PUBLIC)


async def test_the_checked_address_is_the_one_dialled():
    transport, calls = serving(
        httpx.Response(200, text="<p>hello</p>", headers={"content-type": "text/html", "etag": "x"})
    )
    page = await fetch("https://example.com/a?b=1", resolver=public, transport=transport)
    assert (page.data, page.etag) == (b"<p>hello</p>", "x")
    assert calls[0].url.host == PUBLIC
    assert calls[0].headers["host"] == "example.com"
    assert calls[0].extensions["sni_hostname"] == "example.com"


async def test_a_name_that_resolves_inside_is_refused():
    async def inside(host, port):
        return [PUBLIC, "10.0.0.1"]

    transport, calls = serving()
    with pytest.raises(UnreadableDocument) as caught:
        await fetch("https://example.com/", resolver=inside, transport=transport)
    assert caught.value.code == "unsafe_url"
    assert not calls


async def test_a_redirect_inside_is_refused():
    transport, calls = serving(httpx.Response(302, headers={"location": "http://169.254.169.254/"}))
    with pytest.raises(UnreadableDocument) as caught:
        await fetch("https://example.com/", resolver=public, transport=transport)
    assert caught.value.code == "unsafe_url"
    assert len(calls) == 1


async def test_endless_redirects_errors_and_large_pages_are_told():
    async def code(*answers):
        transport, _ = serving(*answers)
        with pytest.raises(UnreadableDocument) as caught:
            await fetch("https://example.com/", resolver=public, transport=transport)
        return caught.value.code

    assert await code(*(httpx.Response(302, headers={"location": "/again"}) for _ in range(9))) == "too_many_redirects"
    assert await code(httpx.Response(503)) == "http_status"
    assert await code(httpx.Response(200, content=b"x" * 9_000_000)) == "page_too_large"
