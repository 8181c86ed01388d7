"""Fetching a page of the business's choosing: the guard on every hop, the checked address dialled, size and time bounded."""

import asyncio
import ipaddress
import socket
import ssl
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from firstline.kit.urlguard import PORTS, GuardedUrl, UnsafeUrl, check_url, is_public
from firstline.knowledge.inflate import TooLarge, Unpacker
from firstline.knowledge.limits import limits, unreadable
from firstline.knowledge.model import UnreadableDocument

__all__ = ["Fetched", "Refused", "Resolve", "fetch"]

Resolve = Callable[[str, int], Awaitable[list[str]]]
CODES = {401: "needs_sign_in", 403: "needs_sign_in", 404: "not_found", 410: "not_found", 429: "too_busy"}


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came, unpacked; its charset is in `content_type` or in itself.

    `not_modified` when the server says it is the one we know. `moved_to` when it sends us on and was not to be followed.
    """

    url: str
    data: bytes
    content_type: str = ""
    etag: str | None = None
    not_modified: bool = False
    last_modified: str | None = None
    moved_to: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)  # by lower-case name
    status: int = 200


class Refused(UnreadableDocument):
    """An answer other than the page. `status` as it came, `retry_after` as the header said."""

    def __init__(self, code: str, sentence: str, status: int, retry_after: str | None = None) -> None:
        super().__init__(code, sentence)
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class _Terms:
    """What holds for every hop of one fetch."""

    resolver: Resolve
    allowed: Callable[[str], bool]
    ports: frozenset[int]
    headers: Mapping[str, str]
    known: bool
    follow: bool
    wanted: Callable[[str], bool] | None
    rules: Mapping[str, Any]
    own: str


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of `host` by the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: it takes longer than most pages."""
    return httpx.create_ssl_context(trust_env=False)


async def fetch(
    url: str,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    follow: bool = True,
    wanted: Callable[[str], bool] | None = None,
    resolver: Resolve = resolve,
    transport: httpx.AsyncBaseTransport | None = None,
    allowed: Callable[[str], bool] = is_public,
    ports: frozenset[int] = PORTS,
    seconds: float | None = None,
    own: str = "",
) -> Fetched:
    """GETs `url`, only if it changed since `etag` or `last_modified` where given.

    Raises UnreadableDocument (unsafe_url, no_such_site, unreachable, too_slow, too_large, not_text, too_many_redirects)
    and its Refused (not_found, needs_sign_in, too_busy, http_status). `wanted` says which content types are worth their
    bytes. `seconds` bounds the whole, however slowly the server drips. `allowed` says which addresses may be dialled and
    `ports` where; tests pass others. `own`: an address (and what lies below it) that is read although this very machine
    serves it, for the demo's own pages.
    """
    rules = limits()["fetch"]
    asked = {"User-Agent": str(rules["user_agent"]), "Accept": str(rules["accept"]), "Accept-Encoding": "gzip, deflate"}
    asked |= {"If-None-Match": etag} if etag else {}
    asked |= {"If-Modified-Since": last_modified} if last_modified else {}
    terms = _Terms(resolver, allowed, ports, asked, bool(etag or last_modified), follow, wanted, rules, own)
    most = seconds or rules["seconds"]
    timeout = httpx.Timeout(most, connect=rules["connect_seconds"])
    try:
        async with (
            asyncio.timeout(most),
            httpx.AsyncClient(timeout=timeout, transport=transport, trust_env=False, verify=_certificates()) as client,
        ):
            for _ in range(rules["redirects"] + 1):
                answer = await _hop(client, url, terms)
                if not answer.moved_to or not follow:
                    return answer
                url = answer.moved_to
    except UnsafeUrl as error:
        raise UnreadableDocument("unsafe_url", error.sentence) from error
    except TooLarge as error:
        raise unreadable("page_too_large") from error
    except (TimeoutError, httpx.TimeoutException) as error:
        raise unreadable("too_slow") from error
    except socket.gaierror as error:
        raise unreadable("no_such_site") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, zlib.error) as error:
        raise unreadable("unreachable") from error
    raise unreadable("too_many_redirects")


async def _hop(client: httpx.AsyncClient, url: str, terms: _Terms) -> Fetched:
    """One request, to the very address that was checked."""
    guarded = check_url(url, terms.ports, terms.own)
    addresses = await terms.resolver(guarded.host, guarded.port)
    if guarded.own:
        addresses.sort(key=lambda address: ":" in address)  # localhost has two, and the demo listens on the older kind
    allowed = partial(_of_own, guarded.host, terms.allowed) if guarded.own else terms.allowed
    if not addresses or not all(allowed(address) for address in addresses):
        raise UnsafeUrl("internal", "This address is inside a private network.")
    parts = urlsplit(guarded.url)
    dialled = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    pinned = urlunsplit((parts.scheme, f"{dialled}:{guarded.port}", parts.path or "/", parts.query, ""))
    headers = {"Host": parts.netloc, **terms.headers}
    async with client.stream("GET", pinned, headers=headers, extensions={"sni_hostname": guarded.host}) as response:
        return await _answer(response, guarded, terms)


def _of_own(host: str, allowed: Callable[[str], bool], address: str) -> bool:
    """This machine's loopback, the address that the settings name, or what anybody may dial."""
    return ipaddress.ip_address(address).is_loopback or address == host or allowed(address)


async def _answer(response: httpx.Response, guarded: GuardedUrl, terms: _Terms) -> Fetched:
    kind = response.headers.get("content-type", "")
    told = {
        "etag": response.headers.get("etag"),
        "last_modified": response.headers.get("last-modified"),
        "headers": {name.lower(): value for name, value in response.headers.items()},
    }
    if response.is_redirect and (where := response.headers.get("location")):
        onward = urljoin(guarded.url, str(where))
        return Fetched(guarded.url, b"", kind, moved_to=onward, headers=told["headers"], status=response.status_code)
    if response.status_code == httpx.codes.NOT_MODIFIED and terms.known:
        told["etag"] = told["etag"] or terms.headers.get("If-None-Match")
        told["last_modified"] = told["last_modified"] or terms.headers.get("If-Modified-Since")
        return Fetched(guarded.url, b"", kind, not_modified=True, **told)
    if response.status_code != httpx.codes.OK:
        code = CODES.get(response.status_code, "http_status")
        sentence = unreadable(code).sentence.format(status=response.status_code)
        raise Refused(code, sentence, response.status_code, response.headers.get("retry-after"))
    if terms.wanted and not terms.wanted(kind):
        raise unreadable("not_text")
    page = "html" in kind or not kind
    body = Unpacker(response.headers.get("content-encoding", ""), terms.rules["bytes" if page else "file_bytes"])
    async for piece in response.aiter_raw():
        body.feed(piece)
    return Fetched(guarded.url, bytes(body.data), kind, **told)
