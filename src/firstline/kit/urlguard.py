"""The URL guard: which addresses of others' choosing this house may call.

Two checks, both needed: the URL's shape before a name is resolved, and every resolved address before it is dialled. The
caller connects to the very address that was checked (a name may resolve differently the second time), on every hop.
"""

import ipaddress
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import SplitResult, unquote, urlsplit, urlunsplit

import idna

__all__ = ["PORTS", "GuardedUrl", "UnsafeUrl", "check_url", "is_public"]

# A business's pages stand on the web's own two ports; 8080 and the like are where machines keep their inner doors.
PORTS = frozenset((80, 443))
LONGEST = 2048

# The IANA special-purpose registries (RFC 6890 and its successors), named here because `is_global` of some Python
# releases leaves holes in them (3.11: 192.0.0.192, 192.88.99.1, fec0::1). ::ffff:0:0:0/96 are SIIT's (RFC 7915).
CLOSED = tuple(
    ipaddress.ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "::/96", "::ffff:0:0:0/96", "64:ff9b:1::/48", "100::/64", "2001:2::/48", "2001:10::/28", "2001:20::/28",
        "2001:db8::/32", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
    )
)  # fmt: skip
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
ISATAP = frozenset((0x00005EFE, 0x02005EFE))  # the third quarter of such an address (RFC 5214)
INSIDE = (".local", ".internal", ".localhost", ".home.arpa", ".lan", ".intranet", ".corp", ".home", ".localdomain")
LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
THIS_MACHINE = frozenset(("localhost", "127.0.0.1"))  # two names of one door
ASKED_FIRST = frozenset(("/robots.txt", "/sitemap.xml"))  # what a reader of a site asks for before its pages


class UnsafeUrl(ValueError):
    """An address that must not be called. `code` is stable: scheme, host, port, credentials, internal."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class GuardedUrl:
    """A URL whose shape is allowed; its host (ASCII, lower case) still has to resolve to public addresses."""

    url: str
    scheme: str
    host: str
    port: int
    own: bool = False


def check_url(url: str, ports: frozenset[int] = PORTS, own: str = "") -> GuardedUrl:
    """Raises UnsafeUrl unless `url` is http(s) to a plain host on one of `ports`, without credentials.

    Names in other scripts are turned into what is looked up (IDNA, UTS 46), and that is what is judged: a name of
    full-width digits is the number it will become. `own`: the one address (scheme, host, port, beginning of the path)
    that passes wherever it is, such as the demo's own pages.
    """
    url = url.strip()
    if len(url) > LONGEST or not all(c.isprintable() and c not in " \\" for c in url):
        raise _no_address()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _no_address() from None
    if parts.scheme not in ("http", "https"):
        raise UnsafeUrl("scheme", "Only addresses that begin with http:// or https:// can be read.")
    if "@" in parts.netloc:
        raise UnsafeUrl("credentials", "A web address must not carry a user name or password.")
    usual = 443 if parts.scheme == "https" else 80
    port = usual if port is None else port
    mine = bool(own) and _is_own(parts, urlsplit(own))
    try:
        host = _host(parts)
    except UnsafeUrl:
        if not mine:
            raise
        host = (parts.hostname or "").lower()
    if port not in ports and not mine:
        raise UnsafeUrl("port", f"Port {port} cannot be read from.")
    netloc = (f"[{host}]" if ":" in host else host) + ("" if port == usual else f":{port}")
    return GuardedUrl(urlunsplit(parts._replace(netloc=netloc)), parts.scheme, host, port, mine)


def _is_own(parts: SplitResult, own: SplitResult) -> bool:
    """The same door, and a path below that of `own`: dots in it, however written, lead nowhere else."""
    path = unquote(unquote(parts.path)) or "/"
    below = path.startswith(own.path or "/") and not {".", ".."} & set(path.replace("\\", "/").split("/"))
    return _door(parts) == _door(own) and (below or parts.path in ASKED_FIRST)


def _door(parts: SplitResult) -> tuple[str, str, int | None]:
    host = (parts.hostname or "").lower()
    return (
        parts.scheme,
        "localhost" if host in THIS_MACHINE else host,
        parts.port or {"http": 80, "https": 443}.get(parts.scheme),
    )


def _host(parts: SplitResult) -> str:
    """The host as it will be looked up; raises UnsafeUrl unless it is a public address or a name of the public DNS."""
    host = unicodedata.normalize("NFKC", parts.hostname or "").lower()
    if "[" in parts.netloc:
        try:
            host = str(ipaddress.IPv6Address(host))
        except ValueError:
            raise _no_address() from None
        if "%" in host:  # a zone is of this machine's own networks
            raise _internal()
    else:
        host = _ascii(host.removesuffix("."))
    if ":" in host or NUMBER.fullmatch(host.rsplit(".", 1)[-1]):  # whatever ends in a number is read as an address
        if not is_public(host):
            raise _internal()
    elif "." not in host or host.endswith(INSIDE):
        raise _internal()
    return host


def _ascii(host: str) -> str:
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            raise _no_address() from None
    if len(host) > 253 or not all(LABEL.fullmatch(label) for label in host.split(".")):
        raise _no_address()
    return host


def _no_address() -> UnsafeUrl:
    return UnsafeUrl("host", "This is not a web address.")


def _internal() -> UnsafeUrl:
    return UnsafeUrl("internal", "This address is inside a private network.")


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
    """The IPv4 addresses inside: mapped, NAT64, 6to4 (the relay's), Teredo (server and client), ISATAP."""
    found = [ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())]
    if ip in NAT64 or int(ip) >> 32 & 0xFFFFFFFF in ISATAP:
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
    return [inner for inner in found if inner is not None]
