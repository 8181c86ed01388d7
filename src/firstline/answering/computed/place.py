"""Where the business is, where it goes, and how it is reached."""

import re

from firstline.answering.computed.topics import bare
from firstline.answering.computed.voice import Voice
from firstline.answering.port import Question
from firstline.conversations.facts import Sentence
from firstline.knowledge.wording import fold
from firstline.tenancy.model import Business

__all__ = ["answer_address", "answer_area", "answer_contact", "named_place"]

MILES = 0.621371  # one kilometre
MILE_COUNTRIES = frozenset({"US", "GB", "LR", "MM"})
MOST_PLACES = 8


def named_place(question: Question, text: str | None = None) -> tuple[str, bool | None] | None:
    """The place that the message names and whether it is inside the service area (None: not known)."""
    entity = question.reading.first("location")
    if entity is not None and (text is None or fold(entity.text) in fold(text)):
        value = entity.value if isinstance(entity.value, dict) else {}
        return str(value.get("place") or entity.text), value.get("inside")
    folded = fold(question.text if text is None else text)
    business = question.business
    for place in (business.service_area_city, *business.service_area_places, *business.service_area_postcodes):
        if place and re.search(rf"(?<!\w){re.escape(fold(place))}(?!\w)", folded):
            return place, True
    return None


def answer_area(question: Question, text: str, voice: Voice) -> list[Sentence]:
    """Whether the named place is served, or which places are."""
    found = named_place(question, text) or named_place(question)
    general = _whole_area(question.business, voice, brief=found is not None)
    if found is None:
        return [*general, voice.say("place.area_ask", "invitation")] if general else []
    place, inside = found
    if inside is True:
        return [voice.say("place.area_yes", place=place)]
    if inside is False:
        return [voice.say("place.area_no", place=place), *general]
    return [voice.say("place.area_unknown", place=place), *general, voice.say("place.area_check", "contact_request")]


def _whole_area(business: Business, voice: Voice, brief: bool) -> list[Sentence]:
    if not business.service_area_city:
        return []
    distance, places = _distance(business, voice), business.service_area_places
    listed = [p for p in places if p != business.service_area_city][:MOST_PLACES]
    if brief or not listed:
        return [voice.say("place.area_known", city=business.service_area_city, distance=distance)]
    names = voice.join(listed)
    return [voice.say("place.area_places", city=business.service_area_city, distance=distance, places=names)]


def _distance(business: Business, voice: Voice) -> str:
    km = f"{business.service_area_radius_km:g}"
    if business.country not in MILE_COUNTRIES:
        return voice.text("place.distance_metric", km=km)
    return voice.text("place.distance_imperial", km=km, miles=f"{business.service_area_radius_km * MILES:.0f}")


def answer_address(question: Question, voice: Voice) -> list[Sentence]:
    """The street address, else the town it works from."""
    business, address = question.business, question.business.address
    if address.get("street"):
        town = " ".join(str(address[k]) for k in ("region", "postal_code") if address.get(k))
        whole = ", ".join(str(part) for part in (address["street"], address.get("city"), town) if part)
        return [voice.say("place.address", address=whole)]
    if business.service_area_city:
        return [voice.say("place.no_address", city=business.service_area_city)]
    return []


def answer_contact(question: Question, text: str, voice: Voice) -> list[Sentence]:
    """Phone and email, and the website when asked for; a person can always be asked for here."""
    business, folded = question.business, bare(text)
    phone = voice.phone(business.phone) if business.phone else None
    out = []
    if business.website and re.search(r"\b(?:web ?site|pagina|sitio)\b", folded):
        return [voice.say("contact.website", website=business.website)]
    wants_mail = re.search(r"\b(?:e-?mail|correo|write|escrib\w+)\b", folded)
    wants_phone = re.search(r"\b(?:phone|call|number|telephone|text|telefono|llamar\w*|numero)\b", folded)
    if phone and business.email and bool(wants_mail) == bool(wants_phone):
        out.append(voice.say("contact.both", phone=phone, email=business.email))
    elif business.email and (wants_mail or not phone):
        out.append(voice.say("contact.email", email=business.email))
    elif phone:
        out.append(voice.say("contact.phone", phone=phone))
    return [*out, voice.say("contact.person")] if out else []
