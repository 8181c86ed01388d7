"""Fetching a page of the business's choosing: the guard on every hop, the checked address dialled, size and time bounded."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from firstline.kit.urlguard import GuardedUrl, UnsafeUrl, check_url, is_public
from firstline.knowledge.limits import limits
from firstline.knowledge.model import UnreadableDocument

__all__ = ["Fetched", "Resolve", "fetch"]

Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A page as it came. `not_modified` when the server says it is the one of `etag`."""

    url: str
    data: bytes
    content_type: str = ""
    etag: str | None = None
    not_modified: bool = False


async def resolve(host: str, port: int) -> list[str]:
    """The addresses of `host` by the system's resolver."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def fetch(
    url: str,
    *,
    etag: str | None = None,
    resolver: Resolve = resolve,
    transport: httpx.AsyncBaseTransport | None = None,
    allowed: Callable[[str], bool] = is_public,
) -> Fetched:
    """GETs `url`. Raises UnreadableDocument (unsafe_url, unreachable, http_status, too_large, too_many_redirects).

    `allowed` says which addresses may be dialled; only the demo, which reads its own pages, passes another.
    """
    rules = limits()["fetch"]
    timeout = httpx.Timeout(rules["seconds"], connect=rules["connect_seconds"])
    try:
        async with (
            asyncio.timeout(rules["seconds"]),
            httpx.AsyncClient(timeout=timeout, transport=transport, trust_env=False, follow_redirects=False) as client,
        ):
            for _ in range(rules["redirects"] + 1):
                answer = await _hop(client, check_url(url), etag, resolver, allowed, rules)
                if isinstance(answer, Fetched):
                    return answer
                url = answer
    except UnsafeUrl as error:
        raise UnreadableDocument("unsafe_url", error.sentence) from error
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as error:
        raise UnreadableDocument("unreachable", "This address did not answer.") from error
    raise UnreadableDocument("too_many_redirects", "This address sends its readers round in circles.")


async def _hop(
    client: httpx.AsyncClient,
    guarded: GuardedUrl,
    etag: str | None,
    resolver: Resolve,
    allowed: Callable[[str], bool],
    rules: dict[str, int | str],
) -> Fetched | str:
    """One request to the checked address; the page, or where it sends us."""
    addresses = await resolver(guarded.host, guarded.port)
    if not addresses or not all(allowed(address) for address in addresses):
        raise UnsafeUrl("internal", "This address is inside a private network.")
    parts = urlsplit(guarded.url)
    dialled = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    pinned = urlunsplit((parts.scheme, f"{dialled}:{guarded.port}", parts.path or "/", parts.query, ""))
    headers = {
        "Host": parts.netloc,
        "User-Agent": str(rules["user_agent"]),
        "Accept": "text/html,application/pdf,text/*;q=0.9",
    }
    if etag:
        headers["If-None-Match"] = etag
    async with client.stream("GET", pinned, headers=headers, extensions={"sni_hostname": guarded.host}) as response:
        if response.is_redirect and (where := response.headers.get("location")):
            return urljoin(guarded.url, str(where))
        if response.status_code == httpx.codes.NOT_MODIFIED:
            return Fetched(guarded.url, b"", etag=etag, not_modified=True)
        if response.status_code != httpx.codes.OK:
            raise UnreadableDocument("http_status", f"This address answered with error {response.status_code}.")
        data = bytearray()
        async for piece in response.aiter_bytes():
            data += piece
            if len(data) > int(rules["bytes"]):
                raise UnreadableDocument("too_large", "This page is too large.")
        return Fetched(guarded.url, bytes(data), response.headers.get("content-type", ""), response.headers.get("etag"))
