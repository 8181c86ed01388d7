"""Addresses as names of pages: one spelling each, what belongs to a site, what is no page at all."""

import posixpath
import re
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

from firstline.kit.urlguard import UnsafeUrl, check_url
from firstline.knowledge.crawl.rules import rules

__all__ = ["EVERY_PORT", "identity", "is_file", "may_be_page", "normal", "site_of", "within"]

ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
SAFE = "/:@!$&'()*+,;=-._~%"
EVERY_PORT = frozenset(range(1, 65536))  # shape alone: fetch has the say which ports are dialled


def normal(url: str, base: str = "") -> str | None:
    """One spelling of an address: no fragment, no tracking, host in lower case, escapes and dots resolved (RFC 3986 §6.2).

    None for what is no address on the public web; what stands on the very site of `base` is as public as that is.
    """
    try:
        guarded = check_url(urljoin(base, url.strip()) if base else url, EVERY_PORT, urljoin(base, "/"))
    except (UnsafeUrl, ValueError):
        return None
    parts = urlsplit(guarded.url)
    path = re.sub(r";jsessionid=[^/?]*", "", parts.path, flags=re.IGNORECASE) or "/"
    path = _escapes(quote(path, safe=SAFE))
    if "/." in path:
        kept = posixpath.normpath(path)
        path = ("/" + kept.lstrip("/")) + ("/" if path.endswith(("/", "/.", "/..")) and kept != "/" else "")
    query = "&".join(pair for pair in parts.query.split("&") if pair and not _tracks(pair))
    return urlunsplit((parts.scheme, parts.netloc, path, _escapes(quote(query, safe=SAFE + "?")), ""))


def _escapes(text: str) -> str:
    def one(found: re.Match[str]) -> str:
        plain = chr(int(found[0][1:], 16))
        return plain if plain in UNRESERVED else found[0].upper()

    return ESCAPED.sub(one, text)


def _tracks(pair: str) -> bool:
    name = unquote(pair.split("=", 1)[0]).lower()
    skipped = rules()["skipped"]
    return name in skipped["tracking"] or name.startswith(tuple(skipped["tracking_prefixes"]))


def site_of(url: str) -> str:
    """The site an address belongs to: its host and port; www. and https are the same site."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    return host if parts.port in (None, 80, 443) else f"{host}:{parts.port}"


def identity(url: str) -> str:
    """Two addresses of the same identity are the same page: http or https, with www. or without."""
    parts = urlsplit(url)
    return f"{site_of(url)}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")


def within(url: str, scope: tuple[str, ...], exclude: tuple[str, ...]) -> bool:
    """Whether the path lies under one of `scope` (or there is none) and under none of `exclude`."""
    path = unquote(urlsplit(url).path) or "/"
    return (not scope or any(_under(path, prefix) for prefix in scope)) and not any(_under(path, p) for p in exclude)


def _under(path: str, prefix: str) -> bool:
    prefix = unquote(prefix)
    if "*" in prefix:
        pattern = ".*".join(re.escape(part) for part in re.split(r"\*+", prefix[:200]))
        return re.match(pattern, path) is not None
    bare = prefix.rstrip("/")
    return path == bare or path.startswith(f"{bare}/")


def is_file(url: str) -> bool:
    """A PDF or office file, by its ending."""
    return urlsplit(url).path.lower().endswith(tuple(rules()["files"]["endings"]))


def may_be_page(url: str) -> bool:
    """False for pictures, programs, feeds, carts, sign-ins and addresses that do something."""
    parts, skipped = urlsplit(url), rules()["skipped"]
    path = parts.path.lower()
    if path.endswith(tuple(skipped["endings"])) or not set(path.split("/")).isdisjoint(skipped["paths"]):
        return False
    names = [unquote(pair.split("=", 1)[0]).lower() for pair in parts.query.split("&") if pair]
    return not any(name.startswith(tuple(skipped["queries"])) for name in names)
