"""All entities of a message: what is asked for, where, when, for how much, and whose details it gives."""

from collections.abc import Sequence
from datetime import datetime

from firstline.conversations.facts import Entity, Said
from firstline.tenancy.model import Business
from firstline.understanding.contact import find_contact
from firstline.understanding.dates import find_times
from firstline.understanding.money import find_budget
from firstline.understanding.named_services import find_services
from firstline.understanding.places import find_places
from firstline.understanding.quantities import find_quantities

__all__ = ["find_entities"]


def find_entities(
    text: str, *, language: str, business: Business, history: Sequence[Said] = (), now_local: datetime
) -> tuple[Entity, ...]:
    """Entities in the order of their places. Contact details take their words first: a name is no town, a phone no date.

    A day that has passed is part of a story ("your plumber was here yesterday") and no wish.
    """
    contact = find_contact(text, business.country, history)
    others = find_budget(text, language) + find_quantities(text) + find_services(text, business)
    times = find_times(text, language, now_local, country=business.country, holidays=business.holidays)
    others += [
        Entity("preferred_datetime", text[w.begin : w.finish], w.begin, w.finish, w.rfc3339)
        for w in times
        if w.day >= now_local.date()
    ]
    others += find_places(text, business, history)
    kept = contact + [e for e in others if not _covered(e, contact)]
    return tuple(sorted(_without_street_numbers(kept), key=lambda e: (e.start, e.end, e.kind)))


def _covered(entity: Entity, by: Sequence[Entity]) -> bool:
    return entity.kind != "service_type" and any(entity.start < e.end and e.start < entity.end for e in by)


def _without_street_numbers(entities: list[Entity]) -> list[Entity]:
    """A place's own words are no date ("Sun Prairie", "March, CA")."""
    places = [e for e in entities if e.kind == "location"]
    return [e for e in entities if not (e.kind == "preferred_datetime" and _covered(e, places))]
