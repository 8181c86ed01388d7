"""The URL guard: which addresses of others' choosing this house may call.

Two checks, both needed: the URL's shape before a name is resolved, and every resolved address before it is dialled. The
caller connects to the very address that was checked (a name may resolve differently the second time), on every hop.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["GuardedUrl", "UnsafeUrl", "check_url", "is_public"]

PORTS = frozenset((80, 443, 8080, 8443))


class UnsafeUrl(ValueError):
    """An address that must not be called. `code` is stable: scheme, host, port, credentials, internal."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class GuardedUrl:
    """A URL whose shape is allowed; its host still has to resolve to public addresses."""

    url: str
    scheme: str
    host: str
    port: int


def check_url(url: str) -> GuardedUrl:
    """Raises UnsafeUrl unless `url` is http(s) to a plain host on a web port, without credentials."""
    if any(ord(c) <= 32 or c == "\\" for c in url.strip()) or len(url) > 2048:
        raise UnsafeUrl("host", "This is not a web address.")
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise UnsafeUrl("host", "This is not a web address.") from None
    if parts.scheme not in ("http", "https"):
        raise UnsafeUrl("scheme", "Only addresses that begin with http:// or https:// can be read.")
    if parts.username is not None or parts.password is not None:
        raise UnsafeUrl("credentials", "A web address must not carry a user name or password.")
    host = (parts.hostname or "").rstrip(".")
    if not host:
        raise UnsafeUrl("host", "This is not a web address.")
    port = port or (443 if parts.scheme == "https" else 80)
    if port not in PORTS:
        raise UnsafeUrl("port", f"Port {port} cannot be read from.")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        if (
            "." not in host
            or host.endswith((".local", ".internal", ".localhost", ".home.arpa"))
            or host.split(".")[-1].isdigit()
        ):
            raise UnsafeUrl("internal", "This address is inside a private network.") from None
    else:
        if not is_public(str(address)):
            raise UnsafeUrl("internal", "This address is inside a private network.")
    return GuardedUrl(parts.geturl(), parts.scheme, host, port)


def is_public(address: str) -> bool:
    """Whether an IP address is on the public internet; an IPv6 form that carries an IPv4 address counts as that one."""
    try:
        ip = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified
