"""What an owner asks to be read of the web, checked field by field: the source's config and the API's validation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from firstline.kit.urlguard import UnsafeUrl, check_url
from firstline.knowledge.crawl.rules import rules

__all__ = ["MODES", "BadPlan", "CrawlPlan"]

MODES = ("page", "sitemap", "crawl")


class BadPlan(ValueError):
    """A config that cannot be followed. `field` is its wrong field, `sentence` says what is wrong with it."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(f"{field}: {sentence}")
        self.field = field
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class CrawlPlan:
    """`scope` and `exclude` are path prefixes; a "*" in them stands for anything. Depth 0 is the given addresses alone."""

    urls: tuple[str, ...]
    mode: str = "page"
    depth: int = 3
    most_pages: int = 200
    scope: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    rate_per_second: float = 2.0
    visibility: str = "public"
    tags: tuple[str, ...] = ()
    own: str = ""

    @classmethod
    def read(cls, config: Mapping[str, Any], *, guarded: bool = True, own: str = "") -> "CrawlPlan":
        """From the stored object. Raises BadPlan. Fields of others are left alone.

        `guarded`: addresses that must not be called are refused here already, which the API wants; the source leaves
        that to fetch, which says it page by page. `own`: the demo's own address, which may be (settings.web.own_site).
        """
        bounds = rules()["plan"]
        mode = config.get("mode") or "page"
        if mode not in MODES:
            raise BadPlan("mode", f"must be one of {', '.join(MODES)}.")
        visibility = config.get("visibility") or "public"
        if visibility not in ("public", "internal"):
            raise BadPlan("visibility", "must be public or internal.")
        return cls(
            _urls(config.get("urls"), bounds["urls"], own, guarded=guarded),
            mode,
            int(_number(config, "depth", bounds["depth"], whole=True)),
            int(_number(config, "most_pages", bounds["most_pages"], whole=True)),
            _prefixes(config, "scope", bounds["prefixes"]),
            _prefixes(config, "exclude", bounds["prefixes"]),
            _number(config, "rate_per_second", bounds["rate_per_second"]),
            visibility,
            tuple(_texts(config, "tags", 50)),
            own,
        )


def _urls(value: Any, most: int, own: str, *, guarded: bool) -> tuple[str, ...]:
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list | tuple) or not found or not all(isinstance(url, str) for url in found):
        raise BadPlan("urls", "must be a list of one or more web addresses.")
    if len(found) > most:
        raise BadPlan("urls", f"may hold {most} addresses at most.")
    urls = [url.strip() if "://" in url else f"https://{url.strip()}" for url in found]
    for url in urls if guarded else ():
        try:
            check_url(url, own=own)
        except UnsafeUrl as error:
            raise BadPlan("urls", f"{url[:200]}: {error.sentence}") from error
    return tuple(dict.fromkeys(urls))


def _number(config: Mapping[str, Any], field: str, bounds: list[float], *, whole: bool = False) -> float:
    least, most, usual = bounds
    value = config.get(field)
    if value is None:
        return usual
    if isinstance(value, bool) or not isinstance(value, int | float) or (whole and value != int(value)):
        raise BadPlan(field, "must be a whole number." if whole else "must be a number.")
    if not least <= value <= most:
        raise BadPlan(field, f"must be from {least:g} to {most:g}.")
    return value


def _texts(config: Mapping[str, Any], field: str, most: int) -> list[str]:
    value = config.get(field) or []
    found = [value] if isinstance(value, str) else value
    if not isinstance(found, list | tuple) or not all(isinstance(text, str) and len(text) <= 500 for text in found):
        raise BadPlan(field, "must be a list of texts.")
    if len(found) > most:
        raise BadPlan(field, f"may hold {most} at most.")
    return [text.strip() for text in found if text.strip()]


def _prefixes(config: Mapping[str, Any], field: str, most: int) -> tuple[str, ...]:
    found = _texts(config, field, most)
    for prefix in found:
        if not prefix.startswith(("/", "*")):
            raise BadPlan(field, f'"{prefix[:100]}" must be a path that begins with "/".')
    return tuple(found)
