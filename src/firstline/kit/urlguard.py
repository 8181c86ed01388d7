"""The URL guard: which addresses of others' choosing this house may call.

Two checks, both needed: the URL's shape before a name is resolved, and every resolved address before it is dialled. The
caller connects to the very address that was checked (a name may resolve differently the second time), on every hop.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit

__all__ = ["GuardedUrl", "UnsafeUrl", "check_url", "is_public"]

PORTS = frozenset((80, 443, 8080, 8443))

# The IANA special-purpose registries (RFC 6890 and its successors), named here because `is_global` of some Python
# releases leaves holes in them (3.11: 192.0.0.192, 192.88.99.1, fec0::1).
CLOSED = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "64:ff9b:1::/48", "100::/64", "2001:2::/48", "2001:10::/28", "2001:20::/28", "2001:db8::/32",
        "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


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
    if any(ip.version == net.version and ip in net for net in CLOSED):
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        carried = _carried(ip)
        if carried:
            return all(is_public(str(inner)) for inner in carried)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified


def _carried(ip: ipaddress.IPv6Address) -> list[ipaddress.IPv4Address]:
    """The IPv4 addresses inside: mapped, NAT64, 6to4 (the relay's), Teredo (server and client)."""
    found = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in NAT64:
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return [inner for inner in found if inner is not None]
