"""The business among a page's schema.org nodes, and its fields."""

from typing import Any
from urllib.parse import urljoin, urlsplit

from firstline.knowledge.model import Faq
from firstline.knowledge.structured.offers import services_of
from firstline.knowledge.structured.proposal import Found, Proposal
from firstline.knowledge.structured.reading import Node
from firstline.knowledge.structured.values import all_of, country_of, hours_of, number_of, phone_of, plain_text, text_of
from firstline.knowledge.structured.words import words

__all__ = ["businesses", "faqs_of", "of_node", "stated_country"]

STATED = 0.95
OWN = (
    "telephone",
    "address",
    "openingHours",
    "openingHoursSpecification",
    "geo",
    "priceRange",
    "hasOfferCatalog",
    "areaServed",
)


def _is_business(node: Node) -> bool:
    kinds = set(node["@type"])
    if not kinds or kinds & set(words()["not_business"]):
        return False
    named = kinds & set(words()["business"]) or any(k.endswith(tuple(words()["business_ends"])) for k in kinds)
    return bool(named) or sum(name in node for name in OWN) > 1


def businesses(nodes: list[Node]) -> list[Node]:
    """The page's businesses, the one that says most of itself first; a bare name (a publisher) is none."""
    found = [n for n in nodes if _is_business(n) and len(n) > 2]
    local = [n for n in found if "Organization" not in n["@type"] or any(name in n for name in OWN[1:])]
    return sorted(local or found, key=lambda n: (-sum(name in n for name in OWN), -len(n)))[:20]


def stated_country(nodes: list[Node]) -> str:
    """The country of the first address that names one."""
    places = (text_of(all_of(n, "addressCountry")) for n in nodes)
    return next((code for place in places if place and (code := country_of(place))), "")


def of_node(node: Node, url: str, country: str, language: str) -> Proposal:
    """What one business node proposes."""
    fields: dict[str, Found] = {}

    def put(name: str, value: Any, said: str = "") -> None:
        if value not in (None, "", {}, []):
            fields[name] = Found(value, url, STATED, said or str(value)[:300])

    contacts = [n for n in all_of(node, "contactPoint", "contactPoints") if isinstance(n, dict)]
    phone = text_of(all_of(node, "telephone", "phone")) or next(
        (t for n in contacts if (t := text_of(all_of(n, "telephone")))), ""
    )
    email = text_of(all_of(node, "email")) or next((t for n in contacts if (t := text_of(all_of(n, "email")))), "")
    put("name", text_of(all_of(node, "name", "legalName"), 200))
    put("phone", phone_of(phone, country) if phone else None, phone)
    put("email", email.removeprefix("mailto:"))
    put("website", _site(text_of(all_of(node, "url"), 2000), url))
    put("address", _address(node))
    put("country", country_of(str(fields["address"].value.get("country", ""))) if "address" in fields else None)
    week, special, said = hours_of(node)
    put("business_hours", week, said)
    put("holidays", special, said)
    _area(node, put)
    services = services_of(node, url)
    put("currency", next((s.currency for s in services if s.currency), None) or _currency(node))
    return Proposal(
        url=url,
        language=language,
        fields=fields,
        services=tuple(services),
        same_as=tuple(_links(node, url, "sameAs"))[:50],
        images=tuple(_links(node, url, "image", "photo"))[:50],
        logo=next(iter(_links(node, url, "logo")), None),
        price_range=text_of(all_of(node, "priceRange"), 60) or None,
    )


def _currency(node: Node) -> str | None:
    accepted = text_of(all_of(node, "currenciesAccepted"))[:3].upper()
    return accepted if len(accepted) == 3 and accepted.isalpha() else None


def _joined(base: str, address: str) -> str:
    try:
        joined = urljoin(base, address.strip())
        return joined if urlsplit(joined).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _site(address: str, url: str) -> str:
    return _joined(url, address) if address else ""


def _links(node: Node, url: str, *names: str) -> list[str]:
    found = []
    for value in all_of(node, *names):
        text = (
            text_of(all_of(value, "url", "contentUrl", "@id"), 2000)
            if isinstance(value, dict)
            else text_of(value, 2000)
        )
        found.append(_joined(url, text) if text else "")
    return [address for address in dict.fromkeys(found) if address]


def _address(node: Node) -> dict[str, Any]:
    """The address and the place on the map, names as in the profile."""
    out: dict[str, Any] = {}
    for place in all_of(node, "address", "location"):
        inner = (
            next((n for n in all_of(place, "address") if isinstance(n, dict)), place)
            if isinstance(place, dict)
            else place
        )
        if isinstance(inner, str):
            out = {"street": inner[:200]}
        elif isinstance(inner, dict):
            names = {
                "street": "streetAddress",
                "city": "addressLocality",
                "region": "addressRegion",
                "postal_code": "postalCode",
            }
            out = {ours: text for ours, theirs in names.items() if (text := text_of(all_of(inner, theirs), 200))}
            if code := country_of(text_of(all_of(inner, "addressCountry"))):
                out["country"] = code
        if out:
            break
    geo = next((n for n in all_of(node, "geo") if isinstance(n, dict)), node)
    lat, lon = _degrees(all_of(geo, "latitude"), 90), _degrees(all_of(geo, "longitude"), 180)
    if lat is not None and lon is not None:
        out |= {"lat": lat, "lon": lon}
    return out


def _degrees(values: list[Any], most: float) -> float | None:
    try:
        found = float(text_of(values))
    except ValueError:
        return None
    return found if -most <= found <= most else None


def _area(node: Node, put: Any) -> None:
    """Where it works: places and postcodes by name, a circle by its radius in km (schema.org's metres)."""
    places: list[str] = []
    postcodes: list[str] = []
    for value in all_of(node, "areaServed", "serviceArea"):
        if isinstance(value, dict) and (radius := number_of(all_of(value, "geoRadius"))) is not None:
            put("service_area_radius_km", round(float(radius) / 1000, 1))
            continue
        codes = [text_of(v) for v in all_of(value, "postalCode")] if isinstance(value, dict) else []
        for text in (text_of(value),) if not codes else ():
            for part in text.split(",") if text.count(",") > 2 else [text]:
                (postcodes if part.strip().isdigit() else places).append(part.strip()[:200])
        postcodes += codes
    put("service_area_places", [p for p in dict.fromkeys(places) if p][:500])
    put("service_area_postcodes", [p for p in dict.fromkeys(postcodes) if p][:500])


def faqs_of(nodes: list[Node], language: str) -> list[Faq]:
    """Questions of FAQPages with their accepted answers, HTML gone."""
    found: list[Faq] = []
    for page in (n for n in nodes if "FAQPage" in n["@type"]):
        for question in all_of(page, "mainEntity", "mainEntityOfPage", "hasPart"):
            if not isinstance(question, dict):
                continue
            asked = plain_text(text_of(all_of(question, "name", "text"), 500))
            answers = all_of(question, "acceptedAnswer", "suggestedAnswer")
            said = next((t for a in answers if (t := _answer(a))), "")
            if asked and said:
                found.append(Faq(asked, said[:5000], language or None))
    return found[:500]


def _answer(answer: Any) -> str:
    if isinstance(answer, str):
        return plain_text(answer)
    values = all_of(answer, "text", "name", "description") if isinstance(answer, dict) else []
    return plain_text(next((v for v in values if isinstance(v, str)), ""))
