"""What a business's pages propose for its profile: each value with where it stands, how sure it is and the words it came from."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from firstline.knowledge.model import Faq
from firstline.tenancy.fields import Fields

__all__ = ["Conflict", "Found", "Proposal", "ServiceFound", "from_plain", "merged", "without"]

MOST_SERVICES = 200
LISTS = frozenset(["service_area_places", "service_area_postcodes", "holidays"])


@dataclass(frozen=True, slots=True)
class Found:
    """A value in the shape of the profile's field. `confidence` in [0, 1]: .95 stated as data, .5-.8 read from the text."""

    value: Any
    source: str
    confidence: float
    words: str = ""


@dataclass(frozen=True, slots=True)
class ServiceFound:
    """A service with its band of prices in `currency` (None: not said; `price_high` None: "from")."""

    name: str
    price_low: Decimal | None = None
    price_high: Decimal | None = None
    unit: str = "job"
    currency: str | None = None
    description: str = ""
    source: str = ""
    confidence: float = 0.5
    words: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two places say different things of one field; `kept` is the surer (of equals the first)."""

    field: str
    kept: Found
    other: Found


@dataclass(frozen=True, slots=True)
class Proposal:
    """`fields`: profile field -> Found, names as `PATCH /api/v1/business` has them. `price_range`: schema.org's "$$" as written."""

    url: str = ""
    language: str = "en"
    fields: dict[str, Found] = field(default_factory=dict)
    services: tuple[ServiceFound, ...] = ()
    faqs: tuple[Faq, ...] = ()
    same_as: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    logo: str | None = None
    price_range: str | None = None
    conflicts: tuple[Conflict, ...] = ()

    def as_profile(self, least: float = 0.0) -> dict[str, Any]:
        """A body for `PATCH /api/v1/business` of all that is at least `least` sure; what its checks would refuse is left out."""
        checks = _checks()
        out: dict[str, Any] = {}
        for name, found in self.fields.items():
            if name in checks and found.confidence >= least:
                fields = Fields()
                value = checks[name](fields, found.value)
                if not fields.errors and value not in (None, "", {}, []):
                    out[name] = value
        services = [self._service(s) for s in self.services if s.confidence >= least]
        if services:
            out["services"] = services
        return out

    def _service(self, service: ServiceFound) -> dict[str, Any]:
        found: dict[str, Any] = {"name": {self.language: service.name}, "unit": service.unit[:60]}
        if service.price_low is not None:
            found["price_low"] = f"{service.price_low:.2f}"
        if service.price_high is not None:
            found["price_high"] = f"{service.price_high:.2f}"
        if service.description:
            found["description"] = {self.language: service.description[:2000]}
        return found


def _checks() -> dict[str, Any]:
    def address(f: Fields, value: Any) -> Any:
        if not isinstance(value, dict):
            return None
        return {k: v for k, v in value.items() if (k in ("lat", "lon") and isinstance(v, float)) or f.text(v, k, 200)}

    def holidays(f: Fields, value: Any) -> Any:
        kept = [
            h for h in value if f.day(h.get("date"), "date") and f.stretches(h.get("hours") or [], "hours") is not None
        ]
        return kept[:100]

    return {
        "name": lambda f, v: f.text(v, "name", 200, least=1),
        "phone": lambda f, v: f.phone(v, "phone"),
        "email": lambda f, v: f.email(v, "email"),
        "website": lambda f, v: f.web(v, "website"),
        "country": lambda f, v: f.country(v, "country"),
        "currency": lambda f, v: f.currency(v, "currency"),
        "address": address,
        "service_area_city": lambda f, v: f.text(v, "service_area_city", 100),
        "service_area_radius_km": lambda f, v: f.number(v, "service_area_radius_km", 20000),
        "service_area_places": lambda f, v: f.texts(v, "service_area_places"),
        "service_area_postcodes": lambda f, v: f.texts(v, "service_area_postcodes"),
        "business_hours": lambda f, v: f.week(v, "business_hours"),
        "holidays": holidays,
    }


def merged(proposals: Sequence[Proposal]) -> Proposal:
    """Several pages as one: the surest value of each field (of equals the first page's), lists joined, differences told."""
    if not proposals:
        return Proposal()
    fields: dict[str, Found] = {}
    conflicts = [conflict for p in proposals for conflict in p.conflicts]
    for proposal in proposals:
        for name, found in proposal.fields.items():
            fields[name] = _put(name, fields.get(name), found, conflicts)
    return Proposal(
        url=proposals[0].url,
        language=proposals[0].language,
        fields=fields,
        services=_services(s for p in proposals for s in p.services),
        faqs=_faqs(f for p in proposals for f in p.faqs),
        same_as=tuple(dict.fromkeys(a for p in proposals for a in p.same_as)),
        images=tuple(dict.fromkeys(a for p in proposals for a in p.images)),
        logo=next((p.logo for p in proposals if p.logo), None),
        price_range=next((p.price_range for p in proposals if p.price_range), None),
        conflicts=tuple(_told(conflicts)),
    )


def _put(name: str, known: Found | None, found: Found, conflicts: list[Conflict]) -> Found:
    if known is None:
        return found
    if name in LISTS:
        joined = [*known.value, *(v for v in found.value if v not in known.value)]
        return Found(joined, known.source, max(known.confidence, found.confidence), known.words)
    kept, other = (found, known) if found.confidence > known.confidence else (known, found)
    if name in ("address", "business_hours") and isinstance(kept.value, dict) and isinstance(other.value, dict):
        missing = {k: v for k, v in other.value.items() if k not in kept.value}
        if all(kept.value[k] == v for k, v in other.value.items() if k in kept.value):
            return Found({**kept.value, **missing}, kept.source, kept.confidence, kept.words)
    if kept.value != other.value and str(kept.value).casefold() != str(other.value).casefold():
        conflicts.append(Conflict(name, kept, other))
    return kept


def _told(conflicts: Iterable[Conflict]) -> list[Conflict]:
    seen: dict[str, Conflict] = {}
    for conflict in conflicts:
        seen.setdefault(f"{conflict.field} {conflict.kept.value} {conflict.other.value}", conflict)
    return list(seen.values())[:50]


def _services(found: Iterable[ServiceFound]) -> tuple[ServiceFound, ...]:
    """Each name once: the surest, and of equals the one with a price."""
    best: dict[str, ServiceFound] = {}
    for service in found:
        name = " ".join("".join(c if c.isalnum() else " " for c in service.name.casefold()).split())
        known = best.get(name)
        rank = (service.price_low is not None, service.confidence)
        if name and (known is None or rank > (known.price_low is not None, known.confidence)):
            best[name] = service
    return tuple(best.values())[:MOST_SERVICES]


def _faqs(found: Iterable[Faq]) -> tuple[Faq, ...]:
    seen: dict[str, Faq] = {}
    for faq in found:
        seen.setdefault(faq.question.casefold(), faq)
    return tuple(seen.values())[:500]


def from_plain(plain: Mapping[str, Any]) -> Proposal:
    """A proposal out of the object that it was stored as; what is missing there is empty here."""

    def found(one: Mapping[str, Any]) -> Found:
        return Found(one.get("value"), one.get("source") or "", one.get("confidence") or 0.0, one.get("words") or "")

    services = [
        ServiceFound(
            **{
                **{name: one[name] for name in ServiceFound.__slots__ if one.get(name) is not None},
                **{name: Decimal(one[name]) for name in ("price_low", "price_high") if one.get(name) is not None},
            }
        )
        for one in plain.get("services") or ()
    ]
    return Proposal(
        plain.get("url") or "",
        plain.get("language") or "en",
        {name: found(one) for name, one in (plain.get("fields") or {}).items()},
        tuple(services),
        tuple(
            Faq(one["question"], one["answer"], one.get("language"), tuple(one.get("tags") or ()))
            for one in plain.get("faqs") or ()
        ),
        tuple(plain.get("same_as") or ()),
        tuple(plain.get("images") or ()),
        plain.get("logo"),
        plain.get("price_range"),
        tuple(Conflict(c["field"], found(c["kept"]), found(c["other"])) for c in plain.get("conflicts") or ()),
    )


def without(proposal: Proposal, pages: Collection[str]) -> Proposal:
    """What it says but for what it has from these pages (of questions it is not known where they are from: they stay)."""
    return replace(
        proposal,
        fields={name: found for name, found in proposal.fields.items() if found.source not in pages},
        services=tuple(s for s in proposal.services if s.source not in pages),
        conflicts=tuple(c for c in proposal.conflicts if c.kept.source not in pages and c.other.source not in pages),
    )
