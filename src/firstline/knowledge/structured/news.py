"""What of a proposed profile is news: not what the profile says already, in whatever spelling."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from firstline.knowledge.structured.hours import DAYS
from firstline.knowledge.structured.values import phone_of
from firstline.knowledge.wording import fold
from firstline.tenancy.model import Business

__all__ = ["news_of", "plain_words", "same_week"]


def plain_words(text: str) -> str:
    """Without case, accents and doubled spaces: how two names are compared."""
    return " ".join(fold(text).split())


def news_of(profile: Mapping[str, Any], business: Business) -> dict[str, Any]:
    """`profile` (Proposal.as_profile()) without what `business` has already; services stay in their order."""
    out: dict[str, Any] = {}
    for name, value in profile.items():
        if name == "services":
            if new := [service for service in value if not _known(service, business)]:
                out[name] = new
        elif not _same(name, value, getattr(business, name, None), business):
            out[name] = value
    return out


def _same(name: str, found: Any, held: Any, business: Business) -> bool:
    alike = ALIKE.get(name)
    if alike is not None:
        return alike(found, held, business)
    if isinstance(found, list):
        known = {plain_words(str(one)) for one in held or ()}
        return all(plain_words(str(one)) in known for one in found)
    if isinstance(found, str):
        return plain_words(found) == plain_words(str(held or ""))
    return bool(found == held)


def same_week(one: Mapping[str, Sequence[Any]], two: Mapping[str, Sequence[Any]]) -> bool:
    """Of stretches as mappings or as objects; a day that is not named is closed."""
    return all(list(_stretches(one.get(day, ()))) == list(_stretches(two.get(day, ()))) for day in DAYS)


def _stretches(day: Sequence[Any]) -> Iterator[tuple[str, str]]:
    pairs = ((s["open"], s["close"]) if isinstance(s, Mapping) else (s.open, s.close) for s in day)
    return iter(sorted((begin, "24:00" if end == "00:00" else end) for begin, end in pairs))


def _same_address(found: Any, held: Any, _: Business) -> bool:
    held = held or {}
    places = {name: value for name, value in found.items() if name not in ("lat", "lon") and value}
    return all(plain_words(str(value)) == plain_words(str(held.get(name) or "")) for name, value in places.items())


def _same_site(found: Any, held: Any, _: Business) -> bool:
    def bare(url: str) -> tuple[str, str]:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/")

    return bare(str(found)) == bare(str(held or ""))


def _same_phone(found: Any, held: Any, business: Business) -> bool:
    return bool(held) and phone_of(str(found), business.country) == phone_of(str(held), business.country)


def _same_holidays(found: Any, _: Any, business: Business) -> bool:
    held = {
        (str(h.date) if h.date else f"--{h.yearly}"): [(s.open, s.close) for s in h.hours] for h in business.holidays
    }
    for day in found:
        hours = [(s["open"], s["close"]) for s in day.get("hours") or ()]
        if hours not in (held.get(str(day["date"])), held.get(f"--{str(day['date'])[5:]}")):
            return False
    return True


ALIKE: dict[str, Callable[[Any, Any, Business], bool]] = {
    "business_hours": lambda found, held, _: same_week(found, held or {}),
    "phone": _same_phone,
    "address": _same_address,
    "website": _same_site,
    "holidays": _same_holidays,
}


def _known(service: Mapping[str, Any], business: Business) -> bool:
    """Whether a service of this name is offered at this price; a name alone says nothing new of one that is."""
    names = {plain_words(name) for name in service["name"].values()}
    for held in business.offered:
        if names & {plain_words(name) for name in held.name.values()}:
            if service.get("price_low") is None:
                return True
            low, high = (None if (p := service.get(n)) is None else Decimal(p) for n in ("price_low", "price_high"))
            return (low, high) == (held.price_low, held.price_high)
    return False
