"""Services with prices: schema.org's offers and catalogues, however deep."""

from firstline.knowledge.structured.proposal import ServiceFound
from firstline.knowledge.structured.reading import Node
from firstline.knowledge.structured.values import all_of, amount_of, text_of

__all__ = ["service_of", "services_of"]

HOLDS = ("hasOfferCatalog", "makesOffer", "itemListElement", "itemOffered", "offers", "item")
MOST = 200
STATED = 0.9


def services_of(node: Node, url: str) -> list[ServiceFound]:
    """The services that a business (or a catalogue) offers."""
    found: list[ServiceFound] = []
    seen: set[int] = set()
    waiting: list[tuple[Node, int]] = [
        (n, 0)
        for n in [*all_of(node, "hasOfferCatalog"), *all_of(node, "makesOffer"), *all_of(node, "offers")][:MOST]
        if isinstance(n, dict)
    ]
    while waiting and len(found) < MOST:
        part, depth = waiting.pop(0)
        if id(part) in seen or depth > 8:
            continue
        seen.add(id(part))
        if service := service_of(part, url):
            found.append(service)
            if "Offer" in part["@type"] or "AggregateOffer" in part["@type"]:
                continue
        waiting[:0] = [
            (inner, depth + 1) for name in HOLDS for inner in all_of(part, name)[:MOST] if isinstance(inner, dict)
        ]
    return found


def service_of(node: Node, url: str) -> ServiceFound | None:
    """An Offer with what it offers, or a Service with its offers; None for a catalogue and for what has no name."""
    kinds = set(node["@type"])
    if kinds & {"OfferCatalog", "ItemList", "ListItem", "Menu", "MenuSection"}:
        return None
    offered = next((n for n in all_of(node, "itemOffered") if isinstance(n, dict)), None)
    if offered is not None and set(offered["@type"]) & {"OfferCatalog", "ItemList"}:
        return None
    about = offered or node
    name = text_of(all_of(about, "name", "serviceType"), 120) or text_of(all_of(node, "name", "itemOffered"), 120)
    if not name:
        return None
    low, high, unit, currency = amount_of(node)
    if low is None and offered is not None:
        low, high, unit, currency = amount_of(offered)
    said = text_of(all_of(about, "description"), 1000) or text_of(all_of(node, "description"), 1000)
    sure = STATED if not kinds & {"Product"} else 0.7
    return ServiceFound(name, low, high, unit or "job", currency, said, url, sure, name)
